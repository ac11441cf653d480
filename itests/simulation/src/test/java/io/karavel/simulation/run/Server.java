package io.karavel.simulation.run;

import io.karavel.tcp.TcpListener;

/** A listener of a node. */
final class Server {
  final Node node;
  final int port;
  final boolean handled;
  TcpListener listener;

  /** With {@code handled} its connections are served on the lane. */
  Server(Node node, int port, boolean handled) {
    this.node = node;
    this.port = port;
    this.handled = handled;
  }
}
