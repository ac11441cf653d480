package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionWriter;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a segment says of itself, and the options as they stand on the wire (RFC 9293 §3.2). */
class TransmitSegmentTest {
  private final TransmitSegment segment = new TransmitSegment();

  private byte[] options() {
    ByteBuffer buffer = ByteBuffer.allocate(60);
    TcpOptionWriter writer = new TcpOptionWriter().begin(buffer, 0);
    segment.writeOptions(writer);
    byte[] bytes = new byte[writer.end()];
    buffer.get(0, bytes);
    return bytes;
  }

  @Test
  void withoutAnythingToSayThereAreNoOptions() {
    assertThat(options()).isEmpty();
  }

  @Test
  void aSegmentSizeOfZeroIsToldAndOneThatIsUnknownIsNot() {
    segment.maximumSegmentSize = 0;
    assertThat(options()).containsExactly(2, 4, 0, 0);
    segment.clear();
    assertThat(options()).isEmpty();
  }

  @Test
  void aScaleOfZeroIsTold() {
    segment.windowScale = 0;
    assertThat(options()).containsExactly(1, 3, 3, 0);
  }

  @Test
  void aRequestForACookieIsTheBareOption() {
    segment.fastOpenCookie = new byte[0];
    assertThat(options()).startsWith(34, 2);
  }

  @Test
  void fourBlocksAreTakenAndAFifthIsPassedOver() {
    for (int i = 0; i < 5; i++) {
      segment.sack(100 * i, 100 * i + 50);
    }
    assertThat(segment.sackCount).isEqualTo(4);
    byte[] bytes = options();
    assertThat(bytes).hasSize(36);
    assertThat(bytes).startsWith(1, 1, 5, 34, 0, 0, 0, 0, 0, 0, 0, 50, 0, 0, 0, 100);
  }

  @Test
  void besideTimestampsThreeBlocksFit() {
    for (int i = 0; i < 4; i++) {
      segment.sack(100 * i, 100 * i + 50);
    }
    segment.timestampsPresent = true;
    byte[] bytes = options();
    assertThat(bytes).hasSize(40);
    assertThat(bytes[15]).isEqualTo((byte) 26);
  }

  @Test
  void theFlagsAreThoseThatWereSet() {
    segment.flags = TcpHeader.SYN | TcpHeader.ACK;
    assertThat(segment.has(TcpHeader.SYN)).isTrue();
    assertThat(segment.has(TcpHeader.FIN)).isFalse();
    assertThat(segment.has(TcpHeader.FIN | TcpHeader.ACK)).isTrue();
    segment.clear();
    assertThat(segment.has(TcpHeader.SYN)).isFalse();
  }
}
