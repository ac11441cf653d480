package io.karavel.tcp;

/** What can bring a connection to a state, as {@code tcp:why} tells it. */
public enum TcpCause {
  /** The application listens. */
  LISTEN(Kind.CALL, "the application listens"),
  /** The application connects. */
  CONNECT(Kind.CALL, "the application connected"),
  /** The application has nothing more to send. */
  SHUTDOWN_OUTPUT(Kind.CALL, "the application shut its output down"),
  /** The application lets go. */
  CLOSE(Kind.CALL, "the application closed the socket"),
  /** The application lets go with data that it never read. */
  CLOSE_UNREAD(Kind.CALL, "the application closed the socket with data unread"),
  /** Nobody accepted the connection before its listener was closed. */
  LISTENER_CLOSED(Kind.CALL, "its listener was closed before it was accepted"),
  /** The application gives up, linger time 0 included. */
  ABORT(Kind.CALL, "the application aborted the connection"),
  /** The operator ends it. */
  KILL(Kind.OPERATOR, "the operator ended it (tcp:kill)"),
  /** SYN. */
  SYN(Kind.SEGMENT, "the peer's SYN came"),
  /** SYN-ACK. */
  SYN_ACK(Kind.SEGMENT, "the peer's SYN-ACK came"),
  /** The acknowledgement of our SYN, or of our SYN-ACK. */
  ACK_OF_SYN(Kind.SEGMENT, "the acknowledgement of our SYN came"),
  /** FIN. */
  FIN(Kind.SEGMENT, "the peer's FIN came"),
  /** The peer's FIN came again in TIME-WAIT, which begins anew. */
  FIN_AGAIN(Kind.SEGMENT, "the peer's FIN came again"),
  /** The acknowledgement of our FIN. */
  ACK_OF_FIN(Kind.SEGMENT, "the acknowledgement of our FIN came"),
  /** RST. */
  RST(Kind.SEGMENT, "the peer's RST came"),
  /** Data for an application that has closed. */
  DATA_AFTER_CLOSE(Kind.SEGMENT, "data came after the application had closed"),
  /** The SYN or SYN-ACK was repeated as often as is allowed, without an answer. */
  SYN_RETRIES(Kind.TIMER, "our SYN was repeated as often as is allowed, unanswered"),
  /** Data or FIN was repeated for as long as is allowed. */
  RETRANSMISSION(Kind.TIMER, "data or FIN was repeated for as long as is allowed, unanswered"),
  /** A window stayed closed and its probes unanswered for as long as is allowed. */
  PERSIST(Kind.TIMER, "probes of a closed window were not answered for as long as is allowed"),
  /** The user timeout is over. */
  USER_TIMEOUT(Kind.TIMER, "nothing was acknowledged for as long as the user timeout"),
  /** An idle peer did not answer. */
  KEEPALIVE(Kind.TIMER, "the peer did not answer keepalive probes"),
  /** Nobody waits for the peer's FIN any longer. */
  FIN_WAIT_2(Kind.TIMER, "the peer's FIN did not come in time, and nobody holds the socket"),
  /** TIME-WAIT is over. */
  TIME_WAIT(Kind.TIMER, "TIME-WAIT was over"),
  /** Other values came into force, under which its time was over already. */
  CONFIGURATION(Kind.CONFIGURATION, "the configuration was changed, and its time is over by that"),
  /** More orphans than {@code maxOrphans}. */
  ORPHAN_LIMIT(Kind.LIMIT, "there were more orphans than maxOrphans"),
  /** More records than {@code maxTimeWait}. */
  TIME_WAIT_LIMIT(Kind.LIMIT, "there were more in TIME-WAIT than maxTimeWait"),
  /** The module left and nobody took its connections over. */
  MODULE(Kind.MODULE, "the TCP module left, and its connections with it");

  /** What sort of thing it is. */
  public enum Kind {
    /** Something came over the wire. */
    SEGMENT,
    /** The application did something. */
    CALL,
    /** The operator did something to this connection. */
    OPERATOR,
    /** Time was over. */
    TIMER,
    /** A limit was reached. */
    LIMIT,
    /** A parameter was changed. */
    CONFIGURATION,
    /** A module left. */
    MODULE
  }

  private final Kind kind;
  private final String meaning;

  TcpCause(Kind kind, String meaning) {
    this.kind = kind;
    this.meaning = meaning;
  }

  /** What sort of thing it is. */
  public Kind kind() {
    return kind;
  }

  /** In words. */
  public String meaning() {
    return meaning;
  }
}
