package io.karavel.tcp;

/** The states of a connection, RFC 9293 §3.3.2. */
public enum TcpState {
  /** No connection. */
  CLOSED("CLOSED"),
  /** Waiting for a connection request. */
  LISTEN("LISTEN"),
  /** SYN sent, waiting for its answer. */
  SYN_SENT("SYN-SENT"),
  /** SYN received and answered, waiting for the acknowledgement. */
  SYN_RECEIVED("SYN-RECEIVED"),
  /** Open. */
  ESTABLISHED("ESTABLISHED"),
  /** Our FIN is queued or sent, not acknowledged; the peer has not closed. */
  FIN_WAIT_1("FIN-WAIT-1"),
  /** Our FIN is acknowledged; the peer has not closed. */
  FIN_WAIT_2("FIN-WAIT-2"),
  /** The peer has closed; we have not. */
  CLOSE_WAIT("CLOSE-WAIT"),
  /** Both have closed; ours is not acknowledged. */
  CLOSING("CLOSING"),
  /** The peer closed first, then we; ours is not acknowledged. */
  LAST_ACK("LAST-ACK"),
  /** Both have closed and everything is acknowledged; waiting for stray segments to die. */
  TIME_WAIT("TIME-WAIT");

  private final String label;

  TcpState(String label) {
    this.label = label;
  }

  /** The name as RFC 9293 spells it. */
  public String label() {
    return label;
  }

  /** Whether both ends have agreed on sequence numbers: ESTABLISHED and everything after it. */
  public boolean isSynchronized() {
    return compareTo(ESTABLISHED) >= 0;
  }

  /**
   * The state of a name, in the RFC's or Java's spelling, in any case.
   *
   * @throws IllegalArgumentException naming the states there are
   */
  public static TcpState parse(String name) {
    for (TcpState state : values()) {
      if (state.label.equalsIgnoreCase(name) || state.name().equalsIgnoreCase(name)) {
        return state;
      }
    }
    StringBuilder all = new StringBuilder();
    for (TcpState state : values()) {
      all.append(all.length() == 0 ? "" : ", ").append(state.label);
    }
    throw new IllegalArgumentException("'" + name + "' is not a TCP state; there are " + all);
  }

  @Override
  public String toString() {
    return label;
  }
}
