package io.karavel.tcp.internal.connection;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpState;

/** Segment text and FIN: RFC 9293 §3.10.7.4, seventh and eighth. */
final class Receiver {
  private Receiver() {}

  static Reassembly reassembly(ControlBlock c) {
    if (c.reassembly == null) {
      c.reassembly = new Reassembly();
    }
    return c.reassembly;
  }

  /** Takes text and FIN of an acceptable segment. */
  static DropReason onText(ControlBlock c, Segment s, long nowNanos) {
    int sequence = s.sequence;
    int length = s.payloadLength;
    int index = s.payloadIndex;
    boolean fin = s.fin();
    if (c.inputEnded) {
      return length > 0 || fin ? DropReason.TCP_DATA_AFTER_FIN : null;
    }
    if (c.state == TcpState.CLOSED) {
      return null;
    }
    if (length == 0 && !fin) {
      return null;
    }
    if (c.orphan && length > 0 && sequence + length - c.rcvNxt > 0) {
      c.counters().abortOnData.increment();
      Teardown.reset(c, null, TcpCause.DATA_AFTER_CLOSE, nowNanos);
      return DropReason.TCP_DATA_AFTER_CLOSE;
    }
    noteSegmentSize(c, s);
    Ecn.onText(c, s);
    if (sequence - c.rcvNxt < 0) {
      int old = c.rcvNxt - sequence;
      if (length > 0) {
        AckPolicy.enterQuickPhase(c);
        if (c.sack && c.dsack) {
          reassembly(c).reportDuplicate(sequence, sequence + Math.min(old, length));
          c.counters().dsackOldSent.increment();
        }
        c.owe(ControlBlock.OWE_ACK);
      }
      int skip = Math.min(old, length);
      sequence = c.rcvNxt;
      index += skip;
      length -= skip;
    }
    int room = c.rcvAdv - sequence;
    if (length > room) {
      length = Math.max(0, room);
      fin = false;
      if (sequence == c.rcvNxt) {
        c.owe(ControlBlock.OWE_ACK);
      }
    }
    if (sequence == c.rcvNxt) {
      return inOrder(c, s, index, length, fin, nowNanos);
    }
    return ahead(c, s, sequence, index, length, fin);
  }

  /**
   * Puts bytes at their place; what came there first stays, whatever comes later (RFC 9293 §3.4).
   */
  private static int place(ControlBlock c, Segment s, int sequence, int index, int length) {
    long position = c.receiveRing.writePosition() + (sequence - c.rcvNxt);
    long offered = c.receiveRing.writePosition() + c.rcvWnd();
    Reassembly there = c.reassembly;
    if (there == null || there.ranges() == 0) {
      return c.receiveRing.place(position, s.payload, index, length, offered);
    }
    int done = 0;
    while (done < length) {
      int held = there.heldFrom(sequence + done);
      if (held > 0) {
        done += held;
        continue;
      }
      int gap = Math.min(length - done, there.gapFrom(sequence + done));
      int placed = c.receiveRing.place(position + done, s.payload, index + done, gap, offered);
      done += placed;
      if (placed < gap) {
        break;
      }
    }
    return Math.min(done, length);
  }

  private static void noteSegmentSize(ControlBlock c, Segment s) {
    int size = s.segmentBytes > 0 ? s.segmentBytes : s.payloadLength;
    c.rcvMss = Math.max(c.rcvMss, Math.min(size, c.mtuSegmentBytes));
  }

  private static DropReason inOrder(
      ControlBlock c, Segment s, int index, int length, boolean fin, long nowNanos) {
    int taken = length;
    if (length > 0) {
      if (!c.inputShutdown) {
        taken = place(c, s, c.rcvNxt, index, length);
      }
      int next = c.rcvNxt + taken;
      boolean filled = false;
      if (c.reassembly != null && c.reassembly.ranges() > 0) {
        int after = c.reassembly.advance(next);
        filled = true;
        next = after;
      }
      if (!c.inputShutdown) {
        c.receiveRing.publish(c.receiveRing.writePosition() + (next - c.rcvNxt));
        if (next != c.rcvNxt) {
          c.event(ConnectionEvents.READABLE);
        }
      }
      int arrived = next - c.rcvNxt;
      c.rcvNxt = next;
      FastOpen.onData(c);
      if (c.trimDeadline == ControlBlock.NEVER) {
        TcpTimers.armTrim(c, nowNanos);
      }
      if (filled) {
        c.owe(ControlBlock.OWE_ACK);
      }
      Buffers.measureReceive(c, s, nowNanos);
      Buffers.tuneReceive(c, nowNanos);
      ReceiveWindow.onArrived(c, arrived);
      if (fin && taken == length) {
        AckPolicy.endQuickPhase(c);
        c.gapNanos = 0;
      }
      AckPolicy.onData(c, nowNanos);
      if (c.rcvAdv - c.rcvNxt < 0) {
        c.rcvAdv = c.rcvNxt;
      }
    }
    if (taken < length) {
      c.counters().receivePruned.increment();
      c.owe(ControlBlock.OWE_ACK);
      return taken == 0 ? DropReason.TCP_BUFFER_LIMIT : null;
    }
    if (fin && s.end() - 1 - c.rcvNxt <= 0 || c.finAhead && c.rcvNxt == c.finSequence) {
      onFin(c, nowNanos);
    } else if (length == 0 && s.payloadLength > 0) {
      return DropReason.TCP_SEQUENCE;
    }
    return null;
  }

  private static DropReason ahead(
      ControlBlock c, Segment s, int sequence, int index, int length, boolean fin) {
    if (fin && length == s.end() - 1 - sequence) {
      c.finAhead = true;
      c.finSequence = s.end() - 1;
    }
    if (c.sack) {
      c.owe(ControlBlock.OWE_ACK);
    } else if ((c.owed & ControlBlock.OWE_ACK) == 0) {
      c.owe(ControlBlock.OWE_ACK);
    } else {
      c.duplicateAcksOwed++;
    }
    AckPolicy.enterQuickPhase(c);
    if (length == 0) {
      return null;
    }
    Reassembly reassembly = reassembly(c);
    if (reassembly.contains(sequence, sequence + length)) {
      reassembly.touch(sequence, sequence + length);
      if (c.sack && c.dsack) {
        reassembly.reportDuplicate(sequence, sequence + length);
        c.counters().dsackOfoSent.increment();
      }
      return DropReason.TCP_OLD_DATA;
    }
    if (!reassembly.hasRoomFor(sequence, sequence + length)) {
      c.counters().ofoDrop.increment();
      return DropReason.TCP_BUFFER_LIMIT;
    }
    int taken = length;
    if (!c.inputShutdown) {
      taken = place(c, s, sequence, index, length);
    }
    if (taken == 0) {
      c.counters().ofoDrop.increment();
      return DropReason.TCP_BUFFER_LIMIT;
    }
    c.counters().ofoQueue.increment();
    if (reassembly.add(sequence, sequence + taken) && c.sack && c.dsack) {
      reassembly.reportOverlap();
      c.counters().dsackOfoSent.increment();
    }
    return null;
  }

  private static void onFin(ControlBlock c, long nowNanos) {
    c.rcvNxt++;
    if (c.rcvAdv - c.rcvNxt < 0) {
      c.rcvAdv = c.rcvNxt;
    }
    c.inputEnded = true;
    c.event(ConnectionEvents.INPUT_ENDED);
    Teardown.onFin(c, nowNanos);
  }
}
