package io.karavel.tcp.internal.connection;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.UnknownFields;
import io.karavel.tcp.internal.connection.recovery.Rack;
import io.karavel.tcp.internal.connection.recovery.RetransmittedRanges;
import java.nio.ByteBuffer;

/**
 * Variables of loss recovery that only a connection with data under way needs: RACK, the loss
 * probe, proportional rate reduction, and what is needed to take a recovery back.
 */
final class LossVariables {
  private static final int TAG_RACK = 1;
  private static final int TAG_DEADLINE = 2;
  private static final int TAG_BITS = 3;
  private static final int TAG_PROBE_END = 4;
  private static final int TAG_REDUCTION = 5;
  private static final int TAG_UNDO = 6;
  private static final int TAG_FIRST_RETRANSMIT = 7;
  private static final int TAG_RETRANSMITTED = 8;

  final Rack rack = new Rack();

  /** What the last recovery has sent again; stays until the next one. */
  final RetransmittedRanges retransmitted = new RetransmittedRanges();

  /** The reordering timer or the probe timeout; never both. */
  long deadlineNanos = ControlBlock.NEVER;

  boolean deadlineIsProbe;

  // ---- loss probe (RFC 8985 section 7) ----

  /** A probe was sent and nothing has told yet what became of it. */
  boolean probing;

  /** It was a segment sent before. */
  boolean probeRetransmitted;

  /** SND.NXT when it was sent. */
  int probeEnd;

  // ---- proportional rate reduction (RFC 9937) ----

  boolean reducing;
  long reduceDelivered;
  long reduceOut;
  int reduceFlight;
  int reduceThreshold;

  /** Bytes that may be sent before the next acknowledgement. */
  int reduceRoom;

  // ---- taking it back ----

  /** Whether the recovery under way, or the last one, can be taken back. */
  boolean undoable;

  /** SND.UNA when it began. */
  int undoPoint;

  /** Segments sent again since and not reported as duplicates. */
  int undoRetransmits;

  /** Whether any was. */
  boolean undoCounts;

  /** Time of the first of them; 0 if there is none. */
  long firstRetransmitNanos;

  /** F-RTO looks whether the timeout was spurious. */
  boolean forwardRto;

  /** New data goes before retransmissions until the next acknowledgement (RFC 5682 step 2b). */
  boolean newDataFirst;

  // ---- the acknowledgement in hand; not kept ----

  boolean duplicateReported;

  /** Of a later version; null mostly. */
  private UnknownFields unknown;

  int duplicateRight;

  void disarm() {
    deadlineNanos = ControlBlock.NEVER;
  }

  void arm(boolean probe, long deadline) {
    deadlineIsProbe = probe;
    deadlineNanos = deadline;
  }

  /** No probe is under way or planned. */
  void forgetProbe() {
    probing = false;
    if (deadlineIsProbe) {
      disarm();
    }
  }

  void forgetUndo() {
    undoable = false;
    undoCounts = false;
    undoRetransmits = 0;
    firstRetransmitNanos = 0;
    forwardRto = false;
    newDataFirst = false;
  }

  // ---- hand-over ----

  void export(HandoverWriter w) {
    long[] form = rack.toLongs();
    ByteBuffer bytes = ByteBuffer.allocate(form.length * Long.BYTES);
    bytes.asLongBuffer().put(form);
    w.putBytes(TAG_RACK, bytes.array())
        .putLong(TAG_DEADLINE, deadlineNanos)
        .putInt(
            TAG_BITS,
            bit(deadlineIsProbe, 0)
                | bit(probing, 1)
                | bit(probeRetransmitted, 2)
                | bit(reducing, 3)
                | bit(undoable, 4)
                | bit(undoCounts, 5)
                | bit(forwardRto, 6)
                | bit(newDataFirst, 7))
        .putInt(TAG_PROBE_END, probeEnd)
        .putBytes(
            TAG_REDUCTION,
            ByteBuffer.allocate(28)
                .putLong(reduceDelivered)
                .putLong(reduceOut)
                .putInt(reduceFlight)
                .putInt(reduceThreshold)
                .putInt(reduceRoom)
                .array())
        .putBytes(
            TAG_UNDO, ByteBuffer.allocate(8).putInt(undoPoint).putInt(undoRetransmits).array())
        .putLong(TAG_FIRST_RETRANSMIT, firstRetransmitNanos)
        .putBytes(TAG_RETRANSMITTED, retransmitted.toBytes());
    UnknownFields.write(unknown, w);
  }

  private static int bit(boolean value, int place) {
    return value ? 1 << place : 0;
  }

  void open(HandoverReader r) throws HandoverException {
    while (r.next()) {
      switch (r.tag()) {
        case TAG_RACK -> {
          byte[] bytes = r.bytes();
          long[] form = new long[bytes.length / Long.BYTES];
          ByteBuffer.wrap(bytes).asLongBuffer().get(form);
          if (!rack.fromLongs(form)) {
            throw new HandoverException("the state of RACK is torn");
          }
        }
        case TAG_DEADLINE -> deadlineNanos = r.longValue();
        case TAG_BITS -> bits(r.intValue());
        case TAG_PROBE_END -> probeEnd = r.intValue();
        case TAG_REDUCTION -> {
          ByteBuffer in = sized(r.bytes(), 28);
          reduceDelivered = in.getLong();
          reduceOut = in.getLong();
          reduceFlight = in.getInt();
          reduceThreshold = in.getInt();
          reduceRoom = in.getInt();
        }
        case TAG_UNDO -> {
          ByteBuffer in = sized(r.bytes(), 8);
          undoPoint = in.getInt();
          undoRetransmits = in.getInt();
        }
        case TAG_FIRST_RETRANSMIT -> firstRetransmitNanos = r.longValue();
        case TAG_RETRANSMITTED -> retransmitted.fromBytes(r.bytes());
        default -> unknown = UnknownFields.with(unknown, r);
      }
    }
  }

  private static ByteBuffer sized(byte[] bytes, int least) throws HandoverException {
    if (bytes.length < least) {
      throw new HandoverException("the state of loss recovery is torn");
    }
    return ByteBuffer.wrap(bytes);
  }

  private void bits(int bits) {
    deadlineIsProbe = (bits & 1) != 0;
    probing = (bits & 2) != 0;
    probeRetransmitted = (bits & 4) != 0;
    reducing = (bits & 8) != 0;
    undoable = (bits & 16) != 0;
    undoCounts = (bits & 32) != 0;
    forwardRto = (bits & 64) != 0;
    newDataFirst = (bits & 128) != 0;
  }
}
