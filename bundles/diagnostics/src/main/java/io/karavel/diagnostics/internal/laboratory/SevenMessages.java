package io.karavel.diagnostics.internal.laboratory;

import io.karavel.control.LostMessage;
import io.karavel.tcp.TcpState;
import io.karavel.wire.TcpHeader;

/**
 * Tells which of the seven messages of opening and closing a segment of one connection is, whoever
 * of the two ends opens and closes. One thread.
 */
final class SevenMessages {
  private boolean synSeen;
  private boolean synFromUs;
  private int synEnd;
  private boolean synAckSeen;
  private int synAckEnd;
  private boolean openingOver;
  private boolean fin1Seen;
  private boolean fin1FromUs;
  private int fin1End;
  private boolean fin2Seen;
  private int fin2End;

  /** Begins in the middle of a connection's life, with what TCP says of it. */
  void begin(TcpState state, int sndNxt, int rcvNxt) {
    openingOver = state.isSynchronized();
    switch (state) {
      case FIN_WAIT_1, FIN_WAIT_2 -> first(true, sndNxt);
      case CLOSE_WAIT -> first(false, rcvNxt);
      case CLOSING, TIME_WAIT -> {
        first(true, sndNxt);
        second(rcvNxt);
      }
      case LAST_ACK -> {
        first(false, rcvNxt);
        second(sndNxt);
      }
      default -> {
        // nobody has closed yet
      }
    }
  }

  private void first(boolean ours, int end) {
    fin1Seen = true;
    fin1FromUs = ours;
    fin1End = end;
  }

  private void second(int end) {
    fin2Seen = true;
    fin2End = end;
  }

  /**
   * The message that a segment is; null if it is none of the seven.
   *
   * @param ours whether our end sent it
   * @param payload its payload bytes
   */
  LostMessage classify(boolean ours, int sequence, int acknowledgment, int flags, int payload) {
    boolean ack = (flags & TcpHeader.ACK) != 0;
    if ((flags & TcpHeader.RST) != 0) {
      return null;
    }
    if ((flags & TcpHeader.SYN) != 0) {
      return ack ? synAck(sequence) : syn(ours, sequence);
    }
    if ((flags & TcpHeader.FIN) != 0) {
      openingOver = true;
      return fin(ours, sequence + payload + 1);
    }
    if (!ack) {
      return null;
    }
    if (payload > 0) {
      openingOver = true;
    }
    if (fin2Seen && ours == fin1FromUs && acknowledgment == fin2End) {
      return LostMessage.FIN2_ACK;
    }
    if (fin1Seen && ours != fin1FromUs && acknowledgment == fin1End) {
      return LostMessage.FIN1_ACK;
    }
    boolean completes =
        synSeen
            && synAckSeen
            && ours == synFromUs
            && sequence == synEnd
            && acknowledgment == synAckEnd;
    return completes && !openingOver ? LostMessage.ACK : null;
  }

  private LostMessage syn(boolean ours, int sequence) {
    if (!synSeen || synEnd != sequence + 1) {
      synAckSeen = false;
      openingOver = false;
      fin1Seen = false;
      fin2Seen = false;
    }
    synSeen = true;
    synFromUs = ours;
    synEnd = sequence + 1;
    return LostMessage.SYN;
  }

  private LostMessage synAck(int sequence) {
    synAckSeen = true;
    synAckEnd = sequence + 1;
    return LostMessage.SYN_ACK;
  }

  private LostMessage fin(boolean ours, int end) {
    if (!fin1Seen || fin1FromUs == ours) {
      first(ours, end);
      return LostMessage.FIN1;
    }
    second(end);
    return LostMessage.FIN2;
  }
}
