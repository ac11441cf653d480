package io.karavel.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TcpOptionsTest {
  private final ByteBuffer buffer = ByteBuffer.allocate(64);
  private final TcpOptionParser parser = new TcpOptionParser();
  private final TcpOptionWriter writer = new TcpOptionWriter();

  @Test
  void readsTheOptionsOfALinuxSyn() {
    int length =
        put(
            0x02, 0x04, 0x05, 0xb4, 0x04, 0x02, 0x08, 0x0a, 0xff, 0xfe, 0xfd, 0xfc, 0, 0, 0, 0,
            0x01, 0x03, 0x03, 0x07);
    assertThat(parser.parse(buffer, 0, length)).isTrue();
    assertThat(parser.maximumSegmentSize()).isEqualTo(1460);
    assertThat(parser.sackPermitted()).isTrue();
    assertThat(parser.timestampsPresent()).isTrue();
    assertThat(parser.timestampValue()).isEqualTo(0xfffefdfc);
    assertThat(parser.timestampEchoReply()).isZero();
    assertThat(parser.windowScale()).isEqualTo(7);
    assertThat(parser.malformed()).isFalse();
    assertThat(parser.unknownCount()).isZero();
  }

  @Test
  void writesTheOptionsOfALinuxSyn() {
    writer.begin(buffer, 4);
    assertThat(writer.maximumSegmentSize(1460)).isTrue();
    assertThat(writer.sackPermitted()).isTrue();
    assertThat(writer.timestamps(0xfffefdfc, 0)).isTrue();
    assertThat(writer.windowScale(7)).isTrue();
    assertThat(writer.end()).isEqualTo(20);
    byte[] bytes = new byte[20];
    buffer.get(4, bytes);
    assertThat(bytes)
        .containsExactly(
            0x02, 0x04, 0x05, 0xb4, 0x04, 0x02, 0x08, 0x0a, 0xff, 0xfe, 0xfd, 0xfc, 0, 0, 0, 0,
            0x01, 0x03, 0x03, 0x07);
  }

  @Test
  void laysTimestampsOutAsAppendixAOfRfc7323() {
    writer.begin(buffer, 0);
    writer.timestamps(1, 2);
    assertThat(writer.end()).isEqualTo(12);
    assertThat(buffer.getInt(0)).isEqualTo(0x0101080a);
    assertThat(parser.parse(buffer, 0, 12)).isTrue();
    assertThat(parser.timestampsPresent()).isTrue();
    assertThat(parser.timestampValue()).isEqualTo(1);
    assertThat(parser.timestampEchoReply()).isEqualTo(2);
    assertThat(parser.maximumSegmentSize()).isEqualTo(-1);
    assertThat(parser.windowScale()).isEqualTo(-1);
  }

  @Test
  void leavesRoomForThreeSackBlocksBesideTimestampsAndFourWithout() {
    writer.begin(buffer, 0);
    assertThat(writer.sackBlockRoom()).isEqualTo(4);
    writer.timestamps(1, 2);
    assertThat(writer.sackBlockRoom()).isEqualTo(3);
    assertThat(writer.sack(4)).isFalse();
    assertThat(writer.sack(3)).isTrue();
    for (int i = 0; i < 3; i++) {
      writer.sackBlock(0xFFFF_FFF0 + 32 * i, 0xFFFF_FFF8 + 32 * i);
    }
    assertThat(writer.end()).isEqualTo(40);
    assertThat(parser.parse(buffer, 0, 40)).isTrue();
    assertThat(parser.timestampsPresent()).isTrue();
    assertThat(parser.sackBlockCount()).isEqualTo(3);
    assertThat(parser.sackLeft(0)).isEqualTo(0xFFFF_FFF0);
    assertThat(parser.sackRight(0)).isEqualTo(0xFFFF_FFF8);
    assertThat(parser.sackLeft(2)).isEqualTo(0x30);
    assertThat(parser.sackRight(2)).isEqualTo(0x38);
  }

  @Test
  void refusesToWriteBeyondTheOptionSpace() {
    writer.begin(buffer, 0);
    assertThat(writer.sack(4)).isTrue();
    for (int i = 0; i < 4; i++) {
      writer.sackBlock(i, i + 1);
    }
    assertThat(writer.remaining()).isEqualTo(4);
    assertThat(writer.timestamps(1, 2)).isFalse();
    assertThat(writer.fastOpen(new byte[8], 8)).isFalse();
    assertThat(writer.sackBlockRoom()).isZero();
    assertThat(writer.maximumSegmentSize(1000)).isTrue();
    assertThat(writer.windowScale(1)).isFalse();
    assertThat(writer.userTimeout(1)).isFalse();
    assertThat(writer.sackPermitted()).isFalse();
    assertThat(writer.end()).isEqualTo(40);
  }

  @Test
  void writesAndReadsUserTimeoutAndFastOpen() {
    writer.begin(buffer, 0);
    assertThat(writer.userTimeout(0x8005)).isTrue();
    assertThat(writer.fastOpen(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 8)).isTrue();
    int length = writer.end();
    assertThat(length).isEqualTo(16);
    assertThat(parser.parse(buffer, 0, length)).isTrue();
    assertThat(parser.userTimeout()).isEqualTo(0x8005);
    assertThat(parser.userTimeoutSeconds()).isEqualTo(300);
    assertThat(parser.fastOpenPresent()).isTrue();
    assertThat(parser.fastOpenCookieLength()).isEqualTo(8);
    assertThat(buffer.get(parser.fastOpenCookieOffset())).isEqualTo((byte) 1);
  }

  @Test
  void takesAFastOpenRequestAndIgnoresCookiesOfInvalidLength() {
    parser.parse(buffer, 0, put(34, 2));
    assertThat(parser.fastOpenPresent()).isTrue();
    assertThat(parser.fastOpenCookieLength()).isZero();
    parser.parse(buffer, 0, put(34, 4, 1, 2));
    assertThat(parser.fastOpenPresent()).isFalse();
    parser.parse(buffer, 0, put(34, 7, 1, 2, 3, 4, 5));
    assertThat(parser.fastOpenPresent()).isFalse();
    assertThat(parser.malformed()).isFalse();
  }

  @Test
  void skipsUnknownOptionsByTheirLength() {
    assertThat(parser.parse(buffer, 0, put(253, 6, 1, 2, 3, 4, 2, 4, 0x02, 0x18, 0))).isTrue();
    assertThat(parser.unknownCount()).isEqualTo(1);
    assertThat(parser.maximumSegmentSize()).isEqualTo(536);
  }

  @Test
  void stopsAtTheEndOfTheList() {
    assertThat(parser.parse(buffer, 0, put(0, 2, 4, 5, 0xb4))).isTrue();
    assertThat(parser.maximumSegmentSize()).isEqualTo(-1);
  }

  @Test
  void endsAtAMalformedOptionAndKeepsWhatCameBefore() {
    for (int badLength : new int[] {0, 1, 200}) {
      assertThat(parser.parse(buffer, 0, put(2, 4, 5, 0xb4, 77, badLength, 4, 2))).isFalse();
      assertThat(parser.malformed()).isTrue();
      assertThat(parser.maximumSegmentSize()).isEqualTo(1460);
      assertThat(parser.sackPermitted()).isFalse();
    }
    assertThat(parser.parse(buffer, 0, put(1, 1, 1, 2))).as("no length byte").isFalse();
  }

  @Test
  void skipsAKnownOptionOfWrongLength() {
    assertThat(
            parser.parse(
                buffer, 0, put(2, 3, 9, 3, 4, 1, 1, 4, 3, 0, 8, 2, 5, 9, 1, 1, 1, 1, 1, 1, 1)))
        .isTrue();
    assertThat(parser.maximumSegmentSize()).isEqualTo(-1);
    assertThat(parser.windowScale()).isEqualTo(-1);
    assertThat(parser.sackPermitted()).isFalse();
    assertThat(parser.timestampsPresent()).isFalse();
    assertThat(parser.sackBlockCount()).isZero();
  }

  @Test
  void takesAWindowScaleAboveFourteenAsFourteen() {
    parser.parse(buffer, 0, put(3, 3, 15));
    assertThat(parser.windowScale()).isEqualTo(14);
    assertThat(parser.windowScaleTooLarge()).isTrue();
    parser.parse(buffer, 0, put(3, 3, 14));
    assertThat(parser.windowScaleTooLarge()).isFalse();
  }

  @Test
  void forgetsThePreviousSegment() {
    parser.parse(buffer, 0, put(2, 4, 5, 0xb4, 3, 3, 7, 4, 2, 28, 4, 0, 9));
    assertThat(parser.userTimeoutSeconds()).isEqualTo(9);
    parser.parse(buffer, 0, 0);
    assertThat(parser.maximumSegmentSize()).isEqualTo(-1);
    assertThat(parser.windowScale()).isEqualTo(-1);
    assertThat(parser.sackPermitted()).isFalse();
    assertThat(parser.userTimeoutSeconds()).isEqualTo(-1);
  }

  @Test
  void readsNothingBehindTheGivenLength() {
    int whole =
        put(
            2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7, 5, 10, 0, 0, 0, 1, 0, 0,
            0, 2, 34, 6, 1, 2, 3, 4);
    for (int length = 0; length <= whole; length++) {
      ByteBuffer exact = ByteBuffer.allocate(length);
      exact.put(0, buffer, 0, length);
      parser.parse(exact, 0, length);
      assertThat(parser.sackBlockCount()).isEqualTo(length >= 30 ? 1 : 0);
      assertThat(parser.timestampsPresent()).isEqualTo(length >= 16);
    }
  }

  @Test
  void neverThrowsOnRandomOptions() {
    Random random = new Random(5);
    byte[] bytes = new byte[40];
    for (int round = 0; round < 100_000; round++) {
      random.nextBytes(bytes);
      if (random.nextBoolean()) {
        for (int i = 0; i < 40; i++) {
          bytes[i] = (byte) (bytes[i] & 0x0F);
        }
      }
      int length = random.nextInt(41);
      ByteBuffer exact = ByteBuffer.allocate(length).put(0, bytes, 0, length);
      parser.parse(exact, 0, length);
      assertThat(parser.sackBlockCount()).isBetween(0, 4);
    }
  }

  private int put(int... values) {
    for (int i = 0; i < values.length; i++) {
      buffer.put(i, (byte) values[i]);
    }
    return values.length;
  }
}
