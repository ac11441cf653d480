package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two cores carry bytes over good and bad paths; whatever happens, they come out as they went in.
 */
class TransferTest {
  private static final int BYTES = 1_000_000;

  private static Wire wire(TcpSettings settings, long seed) {
    return new Wire(new Peer(settings, 0xfffffe00), new Peer(settings, 0x7ffffff0), seed);
  }

  /** Sends from both ends at once, closes both, and checks every byte. */
  private static void exchange(Wire wire, int bytesAb, int bytesBa, long limitNanos) {
    byte[] ab = new byte[bytesAb];
    byte[] ba = new byte[bytesBa];
    new Random(7).nextBytes(ab);
    new Random(8).nextBytes(ba);
    byte[] gotB = new byte[bytesAb];
    byte[] gotA = new byte[bytesBa];
    int[] at = new int[4];
    wire.b.listening = true;
    wire.a.connect(wire.now);
    long until = wire.now + limitNanos;
    boolean closedA = false;
    boolean closedB = false;
    boolean more = true;
    while (more) {
      more = wire.step(until);
      at[0] += feed(wire.a, ab, at[0], wire.now);
      at[1] += feed(wire.b, ba, at[1], wire.now);
      at[2] += drain(wire.b, gotB, at[2], wire.now);
      at[3] += drain(wire.a, gotA, at[3], wire.now);
      if (!closedA && at[0] == bytesAb && wire.a.had(ConnectionEvents.OPENED)) {
        wire.a.connection.shutdownOutput(wire.now);
        wire.a.flush(wire.now);
        closedA = true;
        more = true;
      }
      if (!closedB && at[1] == bytesBa && wire.b.had(ConnectionEvents.OPENED)) {
        wire.b.connection.shutdownOutput(wire.now);
        wire.b.flush(wire.now);
        closedB = true;
        more = true;
      }
      if (wire.a.had(ConnectionEvents.OVER | ConnectionEvents.ENTER_TIME_WAIT)
          && wire.b.had(ConnectionEvents.OVER | ConnectionEvents.ENTER_TIME_WAIT)) {
        more = false;
      }
    }
    at[2] += drain(wire.b, gotB, at[2], wire.now);
    at[3] += drain(wire.a, gotA, at[3], wire.now);
    assertThat(at[2])
        .as("a to b, at " + wire.now + " " + wire.a.state() + wire.b.state())
        .isEqualTo(bytesAb);
    assertThat(at[3]).as("b to a, at " + wire.now).isEqualTo(bytesBa);
    assertThat(Arrays.equals(ab, gotB)).as("bytes a to b").isTrue();
    assertThat(Arrays.equals(ba, gotA)).as("bytes b to a").isTrue();
  }

  private static int feed(Peer peer, byte[] bytes, int from, long now) {
    if (from == bytes.length || peer.connection == null || !peer.had(ConnectionEvents.OPENED)) {
      return 0;
    }
    return peer.write(bytes, from, bytes.length - from, now);
  }

  private static int drain(Peer peer, byte[] into, int at, long now) {
    if (peer.receiveRing.available() == 0) {
      return 0;
    }
    byte[] got = peer.read(Math.min(65_536, into.length - at + 1), now);
    System.arraycopy(got, 0, into, at, got.length);
    return got.length;
  }

  @Test
  void opensCarriesDataBothWaysAndCloses() {
    Wire wire = wire(TcpSettings.defaults(), 1);
    exchange(wire, 5000, 3000, 10 * Wire.SECOND);
    wire.run(Wire.SECOND);
    assertThat(wire.a.count("Tcp.RetransSegs")).isZero();
    assertThat(wire.b.count("Tcp.RetransSegs")).isZero();
    assertThat(wire.a.failure()).isNull();
    wire.run(70 * Wire.SECOND);
    assertThat(wire.a.state()).isEqualTo(TcpState.CLOSED);
    assertThat(wire.b.state()).isEqualTo(TcpState.CLOSED);
  }

  @Test
  void carriesBulkWithSuperSegmentsWithoutRetransmission() {
    Wire wire = wire(TcpSettings.defaults(), 1);
    wire.a.segmentationBytes = 65536;
    exchange(wire, 5 * BYTES, 0, 60 * Wire.SECOND);
    assertThat(wire.a.count("Tcp.RetransSegs")).isZero();
  }

  @ParameterizedTest(name = "loss {0}, reordering {1}, duplication {2}, seed {3}")
  @CsvSource({
    "0, 0.3, 0.05, 1",
    "0.001, 0, 0, 2",
    "0.01, 0, 0, 3",
    "0.02, 0.1, 0.02, 4",
    "0.05, 0.1, 0.02, 5",
    "0.1, 0.1, 0.05, 6",
    "0.2, 0.2, 0.05, 7",
    "0.3, 0.2, 0.05, 8"
  })
  void everyByteArrivesOnceAndInOrder(
      double loss, double reordering, double duplication, long seed) {
    for (Object[] variant :
        new Object[][] {
          {},
          {"sack", false},
          {"timestamps", false},
          {"windowScaling", false, "sack", false, "timestamps", false}
        }) {
      Wire wire = wire(Peer.settings(variant), seed);
      wire.loss = loss;
      wire.reordering = reordering;
      wire.duplication = duplication;
      exchange(wire, 300_000, 100_000, 4000 * Wire.SECOND);
    }
  }

  @ParameterizedTest(name = "loss {0}, reordering {1}, seed {2}")
  @CsvSource({"0.001, 0, 1", "0.01, 0.05, 2", "0.05, 0.1, 3", "0.2, 0.2, 4", "0.3, 0.1, 5"})
  void superSegmentsOverABadPathArriveByteForByte(double loss, double reordering, long seed) {
    for (long variant = 0; variant < 20; variant++) {
      Wire wire = wire(TcpSettings.defaults(), seed * 1000 + variant);
      wire.loss = loss;
      wire.reordering = reordering;
      wire.duplication = 0.01;
      wire.a.segmentationBytes = 65_535;
      wire.b.segmentationBytes = 20_000;
      wire.b.mtuSegmentBytes = 500 + (int) variant * 40;
      exchange(wire, 200_000, 150_000, 4000 * Wire.SECOND);
    }
  }
}
