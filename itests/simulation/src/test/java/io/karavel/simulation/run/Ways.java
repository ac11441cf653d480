package io.karavel.simulation.run;

import io.karavel.tcp.TcpException;

/**
 * Brings the subject to a state: with everything acknowledged that can be, and cut off where it
 * would not stay there otherwise.
 */
final class Ways {
  private static final int CLIENT_PORT = 40_000;
  private static final int SERVER_PORT = 40_001;

  private final Steered run;

  /** The peer reads nothing, and data of the subject waits for its window. */
  private final boolean windowClosed;

  /** The subject has data that it has not read. */
  private final boolean unread;

  /** What is to be done with a socket before it is open. */
  interface Prepares {
    void prepare(App app) throws TcpException;
  }

  private final Prepares prepares;

  Ways(Steered run, boolean windowClosed, boolean unread, Prepares prepares) {
    this.run = run;
    this.windowClosed = windowClosed;
    this.unread = unread;
    this.prepares = prepares;
  }

  void to(String state) throws TcpException {
    switch (state) {
      case "CLOSED" -> {}
      case "LISTEN" -> listen();
      case "SYN_SENT" -> synSent();
      case "SYN_RECEIVED" -> synReceived();
      case "ESTABLISHED" -> established();
      case "FIN_WAIT_1" -> finWait1();
      case "FIN_WAIT_2" -> finWait2();
      case "CLOSE_WAIT" -> closeWait();
      case "CLOSING" -> closing();
      case "LAST_ACK" -> lastAck();
      case "TIME_WAIT" -> timeWait();
      default -> throw new IllegalArgumentException(state);
    }
    run.maybeReplace();
  }

  private void listen() throws TcpException {
    run.listen(run.node);
    run.id = run.listenerId();
    run.look();
  }

  private void synSent() throws TcpException {
    run.subject = run.app(run.node);
    run.cutOut();
    run.connect(run.subject, 0, run.addressOf(run.other), Steered.PORT, prepares);
  }

  /** Both connect at once; what either answers is lost. */
  private void synReceived() throws TcpException {
    simultaneous();
    run.pass(0.5);
    run.cut();
    run.pass(0.7);
  }

  /** Both connect at once. */
  void simultaneous() throws TcpException {
    acquaint();
    run.subject = run.app(run.node);
    run.peer = run.app(run.other);
    run.introduce(run.subject, run.peer);
    run.connect(run.subject, CLIENT_PORT, run.addressOf(run.other), SERVER_PORT, prepares);
    run.connect(run.peer, SERVER_PORT, run.addressOf(run.node), CLIENT_PORT);
  }

  /** On Ethernet both have to know each other's address, or nothing crosses. */
  private void acquaint() throws TcpException {
    if (!run.node.isBareIp()) {
      App stranger = run.app(run.node);
      run.connect(stranger, 0, run.addressOf(run.other), 9);
      run.pass(8);
      stranger.close();
      run.settle();
    }
  }

  /** A listener at one end, and a connection that it has not accepted. */
  void unaccepted() throws TcpException {
    Node server = run.active ? run.other : run.node;
    Node client = run.active ? run.node : run.other;
    run.listen(server);
    App connecting = run.app(client);
    if (run.active) {
      run.subject = connecting;
    } else {
      run.peer = connecting;
    }
    run.connect(
        connecting,
        0,
        run.addressOf(server),
        Steered.PORT,
        run.active ? prepares : unprepared -> {});
    // to and fro, once more for MAC addresses
    run.pass(6.5);
    if (!run.active) {
      run.id = run.node.stack.connections(info -> info.remote() != null).get(0).id();
      run.look();
    }
  }

  void established() throws TcpException {
    unaccepted();
    App accepted = run.accept();
    if (run.active) {
      run.peer = accepted;
    } else {
      run.subject = accepted;
      prepares.prepare(accepted);
    }
    run.introduce(run.subject, run.peer);
    run.settle();
    run.look();
    if (run.random.nextBoolean()) {
      run.subject.write(1 + run.random.nextInt(3000));
      run.pass(8);
      run.seconds(0.3);
    }
    if (!windowClosed) {
      run.peer.readAll();
      run.seconds(0.3);
    }
    if (windowClosed) {
      closeWindow();
    }
    if (unread) {
      run.peer.write(1 + run.random.nextInt(2000));
      run.seconds(0.5);
    }
  }

  /** Fills the peer's buffer, and more than that. */
  private void closeWindow() throws TcpException {
    for (int i = 0; i < 150; i++) {
      run.subject.write(60_000);
      run.pass(2.5);
    }
    run.seconds(1);
    run.subject.write(60_000);
    run.settle();
  }

  /** What the subject sends gets lost, unless it cannot send anything anyway. */
  private void holdBack() {
    if (!windowClosed) {
      run.cutOut();
    }
  }

  private void finWait1() throws TcpException {
    established();
    holdBack();
    run.subject.shutdownOutput();
    run.settle();
  }

  private void finWait2() throws TcpException {
    established();
    run.subject.shutdownOutput();
    run.until("FIN_WAIT_2", 5);
  }

  private void closeWait() throws TcpException {
    established();
    run.peer.shutdownOutput();
    run.pass(2.5);
    // its acknowledgement may be delayed
    run.seconds(0.1);
  }

  /** The peer does not see our FIN, and we see the peer's. */
  private void closing() throws TcpException {
    finWait1();
    run.peer.shutdownOutput();
    run.pass(1.2);
  }

  private void lastAck() throws TcpException {
    closeWait();
    holdBack();
    run.subject.shutdownOutput();
    run.settle();
  }

  private void timeWait() throws TcpException {
    finWait2();
    run.peer.shutdownOutput();
    run.pass(2.5);
  }
}
