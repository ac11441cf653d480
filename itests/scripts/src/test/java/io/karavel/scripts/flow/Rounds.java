package io.karavel.scripts.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import java.util.List;

/**
 * A sender of the default congestion control that always has more to send than its window takes,
 * and a peer that acknowledges every segment exactly one round trip after it was sent.
 */
final class Rounds {
  static final int MSS = 1000;

  private static final int ROOM_BYTES = 4 << 20;
  private static final double NANOS_PER_SECOND = 1e9;

  private final PacketScript script;
  private long acknowledged = 1;

  /** Ten segments are on their way on a path with a round trip of so many milliseconds. */
  Rounds(int rttMillis) {
    StackHarness stack =
        StackHarness.builder()
            .tcp("congestionControl", "cubic")
            .tcp("sendBufferInitial", ROOM_BYTES)
            .build();
    script = PacketScript.on(stack).listen();
    script
        .inject("S 0:0(0) win 65535 <mss 1000,sackOK,nop,wscale 7>")
        .expect("S. 0:0(0) ack 1 <...>")
        .after(rttMillis + "ms")
        .inject(". 1:1(0) ack 1")
        .accept();
    refill();
  }

  private void refill() {
    int unsent = (int) script.info().details().get("unsent");
    int missing = ROOM_BYTES / 4 - unsent;
    if (missing > 0) {
      script.write(missing / MSS * MSS);
    }
  }

  /** How many segments, all of them full, were sent at this moment. */
  private int sent() {
    List<WirePacket> packets = script.takeSent();
    assertThat(packets).allMatch(packet -> packet.payloadLength() == MSS);
    return packets.size();
  }

  /** Acknowledges everything that is on its way, segment by segment; answers how many went. */
  int round(int rttMillis) {
    return round(rttMillis, 1);
  }

  /** Acknowledges so many segments at a time. */
  int round(int rttMillis, int segmentsPerAck) {
    refill();
    int segments = sent();
    script.after(rttMillis + "ms");
    int left = segments;
    while (left > 0) {
      int step = Math.min(left, segmentsPerAck);
      acknowledged += (long) step * MSS;
      left -= step;
      script.inject(". 1:1(0) ack " + acknowledged);
    }
    return segments;
  }

  /**
   * The second segment of a round is lost, goes again and ends the recovery: two round trips.
   *
   * @return the window in which it was lost
   */
  double loseSecond(int rttMillis) {
    int segments = sent();
    long hole = acknowledged + MSS;
    script.after(rttMillis + "ms").inject(". 1:1(0) ack " + hole);
    int more = sent();
    double window = window();
    for (int i = 3; i <= segments; i++) {
      long end = acknowledged + (long) i * MSS;
      script.inject(". 1:1(0) ack " + hole + " <sack " + (hole + MSS) + ":" + end + ">");
      more += sent();
    }
    // one of what went meanwhile is the lost one again
    acknowledged += (segments + more - 1L) * MSS;
    script.after(rttMillis + "ms").inject(". 1:1(0) ack " + acknowledged);
    assertThat(script.info().details()).containsEntry("recovery", "open");
    return window;
  }

  /** The congestion window in segments. */
  double window() {
    return (int) script.info().details().get("cwnd") / (double) MSS;
  }

  /** The threshold of slow start in segments; infinite where there is none. */
  double threshold() {
    return script.info().details().get("ssthresh") instanceof Integer bytes
        ? bytes / (double) MSS
        : Double.POSITIVE_INFINITY;
  }

  /** Seconds since the beginning. */
  double seconds() {
    return script.harness().clock().nanoTime() / NANOS_PER_SECOND;
  }

  /** No timer has expired all the while. */
  void end() {
    assertThat(script.harness().counter("TcpExt.TCPTimeouts")).isZero();
    script.discardSent().abort().discardSent().end();
  }
}
