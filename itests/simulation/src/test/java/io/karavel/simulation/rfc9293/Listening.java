package io.karavel.simulation.rfc9293;

import java.util.ArrayList;
import java.util.List;

/** A listening port. */
final class Listening {
  /** How long a client that reset what its SYN had opened counts: RFC 7413 §5.1. */
  static final long RESET_COUNTS_NANOS = 60_000_000_000L;

  final Object token;
  final int port;
  final Settings settings;
  final List<End> waiting = new ArrayList<>();

  /** When clients reset what data on a SYN had opened. */
  final List<Long> earlyResets = new ArrayList<>();

  int backlog;

  Listening(Object token, int port, int backlog, Settings stack) {
    this.token = token;
    this.port = port;
    this.backlog = backlog;
    settings = new Settings(stack);
  }
}
