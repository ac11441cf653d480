package io.karavel.simulation.rfc9293;

import java.util.ArrayList;
import java.util.List;

/** A listening port. */
final class Listening {
  final Object token;
  final int port;
  final Settings settings;
  final List<End> waiting = new ArrayList<>();
  int backlog;

  Listening(Object token, int port, int backlog, Settings stack) {
    this.token = token;
    this.port = port;
    this.backlog = backlog;
    settings = new Settings(stack);
  }
}
