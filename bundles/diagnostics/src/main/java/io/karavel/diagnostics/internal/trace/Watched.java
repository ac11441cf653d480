package io.karavel.diagnostics.internal.trace;

import io.karavel.diagnostics.internal.capture.CapturedFrame;
import io.karavel.diagnostics.internal.capture.FrameView;
import io.karavel.engine.DropReason;
import io.karavel.wire.TcpHeader;
import java.util.EnumSet;
import java.util.Set;

/**
 * A segment of the connection that is watched.
 *
 * @param ours whether our end sent it
 * @param lost why it did not arrive; null if nothing is known to have stopped it
 * @param discarded why the stack did not take it though it arrived; null if it did
 * @param nanos when, on the lane's clock
 */
public record Watched(
    boolean ours,
    int sequence,
    int acknowledgment,
    int flags,
    int payload,
    int window,
    String lost,
    String discarded,
    long nanos) {
  private static final Set<DropReason> ON_THE_WAY =
      EnumSet.of(
          DropReason.LABORATORY_LOSS,
          DropReason.IMPAIRMENT_LOSS,
          DropReason.IMPAIRMENT_QUEUE,
          DropReason.DEVICE_DOWN,
          DropReason.DEVICE_QUEUE_FULL,
          DropReason.DEVICE_TOO_LARGE);

  /** Of a captured frame that is a TCP segment. */
  public static Watched of(CapturedFrame frame) {
    FrameView view = frame.view();
    int at = view.transportOffset();
    DropReason reason = frame.dropped();
    boolean onTheWay = reason != null && ON_THE_WAY.contains(reason);
    return new Watched(
        !frame.received(),
        TcpHeader.sequenceNumber(view.memory(), at),
        TcpHeader.acknowledgmentNumber(view.memory(), at),
        view.tcpFlags(),
        view.tcpPayload(),
        TcpHeader.window(view.memory(), at),
        onTheWay ? reason.name() : null,
        reason != null && !onTheWay ? reason.name() : null,
        frame.nanos());
  }

  /** Whether a flag is set. */
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Sequence number behind it: SYN and FIN count. */
  public int endSequence() {
    return sequence + payload + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
  }
}
