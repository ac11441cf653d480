package io.karavel.simulation.run;

import io.karavel.address.IpAddress;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import java.util.Set;

/** Brings the subject to the state of a goal, and then what is to be the cause of the next. */
final class Doings {
  private static final IpAddress NOWHERE = IpAddress.parse("203.0.113.7");
  private static final double LONG = 2400;

  /** States in which nothing but our FIN waits, so that a socket that is let go changes nothing. */
  private static final Set<String> FINISHING = Set.of("FIN_WAIT_1", "CLOSING", "LAST_ACK");

  private final Steered run;
  private final Goal goal;
  private final String from;
  private final Ways ways;

  Doings(Steered run, Goal goal) {
    this.run = run;
    this.goal = goal;
    from = goal.from();
    boolean synchronous = !isHalfOpen();
    boolean waits = Set.of("PERSIST", "USER_TIMEOUT", "CONFIGURATION").contains(goal.cause());
    boolean closedWindow =
        goal.cause().equals("PERSIST") || waits && synchronous && isWaiting() && one(3);
    boolean unread =
        goal.cause().equals("CLOSE_UNREAD")
            || goal.cause().equals("KILL") && goal.to().equals("CLOSED") && isOpen() && one(3);
    ways = new Ways(run, closedWindow, unread, this::prepare);
    this.windowClosed = closedWindow;
    this.unread = unread;
  }

  private final boolean windowClosed;
  private final boolean unread;

  private boolean one(int of) {
    return run.random.nextInt(of) == 0;
  }

  private boolean isHalfOpen() {
    return from.equals("SYN_SENT") || from.equals("SYN_RECEIVED");
  }

  private boolean isOpen() {
    return Set.of("ESTABLISHED", "CLOSE_WAIT", "FIN_WAIT_2").contains(from);
  }

  /** Whether data or a FIN can wait there. */
  private boolean isWaiting() {
    return FINISHING.contains(from) || from.equals("ESTABLISHED") || from.equals("CLOSE_WAIT");
  }

  private void prepare(App app) throws TcpException {
    switch (goal.cause()) {
      case "USER_TIMEOUT" -> {
        if (isHalfOpen()) {
          app.option(TcpOption.USER_TIMEOUT_MILLIS, run.random.nextInt(1_500, 12_000));
        }
      }
      case "CLOSE", "KILL" -> {
        if (from.equals("FIN_WAIT_2") && goal.cause().equals("CLOSE")) {
          app.option(TcpOption.LINGER_FIN_WAIT_SECONDS, -1);
        }
      }
      default -> {}
    }
  }

  void reach() throws TcpException {
    keys();
    if (goal.cause().equals("LISTENER_CLOSED")) {
      unaccepted();
    } else if (Set.of("TIME_WAIT_LIMIT", "FIN_AGAIN").contains(goal.cause())
        || goal.cause().equals("RST") && from.equals("TIME_WAIT")) {
      ways.to("FIN_WAIT_2");
    } else if (Set.of("SYN_ACK", "FIN").contains(goal.cause())) {
      run.active |= goal.cause().equals("SYN_ACK");
      ways.to(goal.to());
    } else if (goal.cause().equals("ORPHAN_LIMIT")
        && Set.of("FIN_WAIT_1", "LAST_ACK").contains(from)
        && one(2)) {
      ways.to(from.equals("LAST_ACK") ? "CLOSE_WAIT" : "ESTABLISHED");
    } else if (goal.cause().equals("SYN") && from.equals("SYN_SENT")
        || goal.cause().equals("ACK_OF_SYN")) {
      ways.simultaneous();
    } else if (!isMet()) {
      ways.to(from);
    }
    if (!isMet()) {
      bring();
    }
    run.settle();
    run.look();
  }

  private boolean isMet() {
    return run.told.stream()
        .anyMatch(
            t ->
                t.from().equals(from)
                    && t.cause().equals(goal.cause())
                    && t.to().equals(goal.to()));
  }

  /** Parameters that make it last neither too short nor too long. */
  private void keys() {
    run.set("retries2", (long) run.random.nextInt(5, 9));
    run.set("orphanRetries", (long) run.random.nextInt(4, 9));
    run.set("timeWaitSeconds", (long) run.random.nextInt(30, 60));
    run.set("finTimeoutSeconds", (long) run.random.nextInt(30, 90));
    switch (goal.cause()) {
      case "TIME_WAIT_LIMIT" -> run.set("maxTimeWait", 0L);
      case "SYN_RETRIES" -> run.set("synRetries", (long) run.random.nextInt(1, 6));
      case "USER_TIMEOUT", "CONFIGURATION" -> {
        run.set("synRetries", 6L);
        run.set("orphanRetries", 8L);
      }
      case "CONNECT", "SYN" -> {
        for (Node node : run.world.nodes) {
          run.set(node, "timestamps", true);
          run.set(node, "ephemeralPorts", "40000-40000");
        }
        run.set("timeWaitReuse", "on");
        run.active = goal.cause().equals("CONNECT");
      }
      default -> {}
    }
  }

  private void unaccepted() throws TcpException {
    run.active = false;
    ways.unaccepted();
    if (from.equals("CLOSE_WAIT")) {
      run.peer.shutdownOutput();
      run.pass(2.5);
    }
  }

  private void bring() throws TcpException {
    switch (goal.cause()) {
      case "LISTEN" -> ways.to("LISTEN");
      case "CONNECT" -> connect();
      case "SHUTDOWN_OUTPUT" -> run.subject.shutdownOutput();
      case "CLOSE", "CLOSE_UNREAD" -> run.subject.close();
      case "LISTENER_CLOSED" -> run.closeListener();
      case "ABORT" -> abort();
      case "KILL" -> kill();
      case "SYN" -> syn();
      case "ACK_OF_SYN" -> run.pass(3);
      case "FIN_AGAIN" -> finAgain();
      case "ACK_OF_FIN" -> finAcknowledged();
      case "RST" -> reset();
      case "DATA_AFTER_CLOSE" -> dataAfterClose();
      case "SYN_RETRIES", "USER_TIMEOUT", "RETRANSMISSION", "PERSIST" -> silence();
      case "KEEPALIVE" -> keepalive();
      case "FIN_WAIT_2" -> {
        run.subject.close();
        run.until("CLOSED", 300);
      }
      case "TIME_WAIT" -> {
        if (one(2)) {
          run.subject.close();
        }
        run.until("CLOSED", 300);
      }
      case "CONFIGURATION" -> configuration();
      case "ORPHAN_LIMIT" -> {
        run.set("maxOrphans", 0L);
        run.subject.close();
      }
      case "TIME_WAIT_LIMIT" -> {
        run.peer.shutdownOutput();
        run.pass(2.5);
      }
      case "MODULE" -> run.loseModule();
      default -> throw new IllegalArgumentException(goal.cause());
    }
  }

  // ---- calls ----

  private void connect() throws TcpException {
    if (from.equals("CLOSED") && goal.to().equals("SYN_SENT")) {
      ways.to("SYN_SENT");
    } else if (from.equals("CLOSED")) {
      run.subject = run.app(run.node);
      run.connect(run.subject, 0, NOWHERE, Steered.PORT);
    } else {
      run.peer.close();
      run.seconds(1.5);
      again(run.node, run.other);
    }
  }

  /** A new connection of the same name. */
  private void again(Node client, Node server) throws TcpException {
    if (!run.listens()) {
      run.listen(server);
    }
    run.connect(run.app(client), 0, run.addressOf(server), Steered.PORT);
    run.pass(3.5);
  }

  private void abort() throws TcpException {
    if (isOpen() && one(2)) {
      run.subject.option(TcpOption.LINGER_SECONDS, 0);
      run.settle();
      run.subject.close();
    } else {
      run.subject.abort();
    }
  }

  private void kill() throws TcpException {
    boolean inOrder = !goal.to().equals("CLOSED") || unread || from.equals("SYN_SENT") && one(2);
    if (from.equals("FIN_WAIT_2") && one(2)) {
      run.subject.option(TcpOption.LINGER_FIN_WAIT_SECONDS, -1);
      run.settle();
      inOrder = true;
    }
    run.subject.kill(!inOrder);
  }

  // ---- segments ----

  private void syn() throws TcpException {
    if (from.equals("LISTEN")) {
      run.id = 0;
      run.cutOut();
      run.connect(run.app(run.other), 0, run.addressOf(run.node), Steered.PORT);
      run.pass(1.5);
      run.join();
      run.seconds(4);
    } else if (from.equals("TIME_WAIT")) {
      run.peer.close();
      run.seconds(1.5);
      again(run.other, run.node);
    } else {
      run.pass(1.5);
    }
  }

  private void finAgain() throws TcpException {
    run.cutOut();
    run.peer.shutdownOutput();
    run.pass(1.2);
    run.join();
    run.untilCause("FIN_AGAIN", 20);
  }

  private void finAcknowledged() throws TcpException {
    run.join();
    run.until(goal.to(), 200);
  }

  private void reset() throws TcpException {
    switch (from) {
      case "SYN_SENT" -> {
        run.join();
        run.seconds(8);
      }
      case "TIME_WAIT" -> {
        // the last acknowledgement finds nobody, and is answered with a RST
        run.peer.shutdownOutput();
        run.pass(1.2);
        run.peer.abort();
        run.pass(3);
      }
      default -> {
        run.join();
        run.peer.abort();
        run.pass(1.2);
      }
    }
  }

  private void dataAfterClose() throws TcpException {
    run.subject.close();
    run.settle();
    run.peer.write(1 + run.random.nextInt(1000));
    run.pass(1.2);
  }

  // ---- silence ----

  private void silence() throws TcpException {
    run.cut();
    if (goal.cause().equals("USER_TIMEOUT") && !isHalfOpen()) {
      // a window that is closed may be so for some seconds already
      int least = windowClosed ? 15_000 : 1_500;
      run.subject.option(TcpOption.USER_TIMEOUT_MILLIS, least + run.random.nextInt(10_000));
    }
    if (from.equals("ESTABLISHED") || from.equals("CLOSE_WAIT")) {
      run.subject.write(1 + run.random.nextInt(3000));
    } else if (FINISHING.contains(from) && one(2)) {
      if (!goal.cause().equals("USER_TIMEOUT")) {
        run.seconds(run.random.nextInt(10));
      }
      run.subject.close();
    }
    run.until("CLOSED", LONG);
  }

  private void keepalive() throws TcpException {
    options(run.random.nextInt(1, 20), run.random.nextInt(1, 10), run.random.nextInt(1, 5));
    run.cut();
    run.until("CLOSED", LONG);
  }

  private void options(int time, int interval, int probes) throws TcpException {
    run.subject.option(TcpOption.KEEPALIVE_TIME_SECONDS, time);
    run.subject.option(TcpOption.KEEPALIVE_INTERVAL_SECONDS, interval);
    run.subject.option(TcpOption.KEEPALIVE_PROBES, probes);
    run.subject.option(TcpOption.KEEPALIVE, true);
    run.settle();
  }

  private void configuration() throws TcpException {
    switch (from) {
      case "TIME_WAIT" -> {
        run.seconds(20);
        run.set("timeWaitSeconds", (long) run.random.nextInt(1, 20));
      }
      case "FIN_WAIT_2" -> {
        if (one(2)) {
          fewerProbes();
        } else {
          run.subject.close();
          run.seconds(25);
          run.set("finTimeoutSeconds", (long) run.random.nextInt(1, 20));
        }
      }
      case "SYN_SENT", "SYN_RECEIVED" -> {
        run.cut();
        run.seconds(20);
        if (one(2)) {
          run.set("synRetries", 1L);
        } else {
          run.set("userTimeoutMillis", 9000L);
        }
      }
      default -> {
        if (!FINISHING.contains(from) && !windowClosed && one(2)) {
          fewerProbes();
        } else {
          shorter();
        }
      }
    }
  }

  /** More probes of keepalive are unanswered than may be from now on. */
  private void fewerProbes() throws TcpException {
    options(2, 5, 9);
    run.cut();
    run.seconds(20);
    run.set("keepalive.probes", 3L);
    run.subject.option(TcpOption.KEEPALIVE_PROBES, 2);
  }

  private void shorter() throws TcpException {
    run.set("retries2", 15L);
    run.cut();
    if (!FINISHING.contains(from)) {
      run.subject.write(1 + run.random.nextInt(3000));
    }
    run.seconds(20);
    switch (run.random.nextInt(3)) {
      case 0 -> run.set("retries2", 3L);
      case 1 -> run.set("userTimeoutMillis", 4000L);
      default -> run.subject.option(TcpOption.USER_TIMEOUT_MILLIS, 3000);
    }
  }
}
