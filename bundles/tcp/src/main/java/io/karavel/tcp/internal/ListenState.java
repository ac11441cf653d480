package io.karavel.tcp.internal;

import io.karavel.engine.UnknownFields;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.internal.connection.ConnectionOptions;
import io.karavel.tcp.spi.StackListener;
import java.util.ArrayDeque;

/** What the module keeps of a listener: the use of its queues. */
final class ListenState {
  private final StackListener listener;
  private ConnectionOptions options;

  /** Embryos in the SYN queue. */
  int synQueue;

  /** Connections handed to the accept queue so far. */
  long accepted;

  /** SYNs and final ACKs dropped because the accept queue was full. */
  long overflows;

  /** SYNs dropped because the SYN queue was full. */
  long synDrops;

  /** Cookies sent. */
  long cookiesSent;

  /** Of a later version; null mostly. */
  UnknownFields unknown;

  /** Connections from it that exist, waiting ones and orphans included. */
  int connections;

  /** Connections that data on a SYN opened and that are in SYN-RECEIVED still. */
  int fastOpenPending;

  /** When such a connection was reset by its peer, the earliest first; bounded like the others. */
  final ArrayDeque<Long> fastOpenResets = new ArrayDeque<>();

  ListenState(StackListener listener) {
    this.listener = listener;
  }

  StackListener listener() {
    return listener;
  }

  /** How many connections it may have at a time; 0 if it has no limit of its own. */
  int maxConnections() {
    return listener.optionOr(TcpOption.MAX_CONNECTIONS, 0);
  }

  /** Whether one more connection would exceed its own limit. */
  boolean isAtLimit() {
    int most = maxConnections();
    return most > 0 && connections >= most;
  }

  /** The options it hands down. */
  ConnectionOptions options() {
    if (options == null) {
      options = ConnectionOptions.of(listener.options());
    }
    return options;
  }

  /** Its options have changed. */
  void forgetOptions() {
    options = null;
  }
}
