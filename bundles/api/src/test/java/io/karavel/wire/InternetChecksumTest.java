package io.karavel.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InternetChecksumTest {
  /** RFC 1071 §3: the bytes 00 01 f2 03 f4 f5 f6 f7 sum to ddf2. */
  private static final byte[] RFC1071 = bytes(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);

  @Test
  void sumsTheExampleOfRfc1071() {
    assertThat(InternetChecksum.sum(ByteBuffer.wrap(RFC1071), 0, 8)).isEqualTo(0xddf2);
    assertThat(InternetChecksum.finish(0xddf2)).isEqualTo(0x220d);
  }

  @Test
  void sumsTheExampleOfRfc1071InTwoSlicesOfOddLength() {
    ByteBuffer buffer = ByteBuffer.wrap(RFC1071);
    for (int cut = 0; cut <= 8; cut++) {
      int first = InternetChecksum.sum(buffer, 0, cut);
      int second = InternetChecksum.sum(buffer, cut, 8 - cut);
      assertThat(InternetChecksum.append(first, cut, second)).isEqualTo(0xddf2);
    }
  }

  @Test
  void computesTheChecksumOfAWellKnownIpv4Header() {
    ByteBuffer buffer =
        ByteBuffer.wrap(
            bytes(
                0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0, 0, 0xc0, 0xa8, 0x00,
                0x01, 0xc0, 0xa8, 0x00, 0xc7));
    assertThat(InternetChecksum.finish(InternetChecksum.sum(buffer, 0, 20))).isEqualTo(0xb861);
  }

  @Test
  void agreesWithTheNaiveSumAtEveryOffsetAndLength() {
    Random random = new Random(1071);
    byte[] data = new byte[200];
    random.nextBytes(data);
    ByteBuffer heap = ByteBuffer.wrap(data);
    ByteBuffer direct = ByteBuffer.allocateDirect(data.length).put(0, data);
    for (int offset = 0; offset < 20; offset++) {
      for (int length = 0; length <= data.length - offset; length++) {
        int expected = naive(data, offset, length);
        assertThat(InternetChecksum.sum(heap, offset, length)).isEqualTo(expected);
        assertThat(InternetChecksum.sum(direct, offset, length)).isEqualTo(expected);
      }
    }
  }

  @Test
  void agreesWithTheNaiveSumOverRandomSlices() {
    Random random = new Random(20_240_117);
    for (int round = 0; round < 2_000; round++) {
      byte[] data = new byte[random.nextInt(5_000)];
      random.nextBytes(data);
      if (random.nextInt(4) == 0) {
        java.util.Arrays.fill(data, (byte) 0xFF);
      }
      ByteBuffer buffer = ByteBuffer.wrap(data);
      int sum = 0;
      int done = 0;
      while (done < data.length) {
        int slice = Math.min(data.length - done, 1 + random.nextInt(900));
        sum = InternetChecksum.append(sum, done, InternetChecksum.sum(buffer, done, slice));
        done += slice;
      }
      assertThat(sum).isEqualTo(naive(data, 0, data.length));
    }
  }

  @Test
  void doesNotLoseCarriesOfAnAllOnesRegion() {
    ByteBuffer buffer = ByteBuffer.allocate(65_536);
    for (int i = 0; i < 65_536; i++) {
      buffer.put(i, (byte) 0xFF);
    }
    assertThat(InternetChecksum.sum(buffer, 0, 65_536)).isEqualTo(0xFFFF);
    assertThat(InternetChecksum.sum(buffer, 1, 65_535)).isEqualTo(naive(buffer.array(), 1, 65_535));
    assertThat(InternetChecksum.fold(-1L)).isEqualTo(0xFFFF);
  }

  @Test
  void updatesAsIfTheWholeHadBeenSummedAgain() {
    Random random = new Random(1624);
    for (int round = 0; round < 20_000; round++) {
      byte[] data = new byte[40];
      random.nextBytes(data);
      ByteBuffer buffer = ByteBuffer.wrap(data);
      // A header is never all zero (it has a version): 0x0000 and 0xFFFF then stay apart.
      data[0] = 0x45;
      buffer.putShort(10, (short) 0);
      int checksum = InternetChecksum.finish(InternetChecksum.sum(buffer, 0, 40));
      int at = 12 + 2 * random.nextInt(13);
      int oldWord = buffer.getInt(at);
      int newWord = random.nextInt();
      buffer.putInt(at, newWord);
      int expected = InternetChecksum.finish(InternetChecksum.sum(buffer, 0, 40));
      assertThat(InternetChecksum.updateInt(checksum, oldWord, newWord)).isEqualTo(expected);
    }
  }

  /** RFC 1624 §4: checksum 0xDD2F, a word changes from 0x5555 to 0x3285, the result is 0x0000. */
  @Test
  void updatesTheExampleOfRfc1624() {
    assertThat(InternetChecksum.update(0xDD2F, 0x5555, 0x3285)).isEqualTo(0x0000);
  }

  @Test
  void sumsThePseudoHeaderOfIpv4AsItsBytes() {
    Random random = new Random(793);
    for (int round = 0; round < 1_000; round++) {
      int source = random.nextInt();
      int destination = random.nextInt();
      int length = random.nextInt(65_536);
      ByteBuffer pseudo = ByteBuffer.allocate(12);
      pseudo
          .putInt(source)
          .putInt(destination)
          .put((byte) 0)
          .put((byte) 6)
          .putShort((short) length);
      assertThat(InternetChecksum.pseudoHeaderIpv4(source, destination, 6, length))
          .isEqualTo(naive(pseudo.array(), 0, 12));
    }
  }

  @Test
  void sumsThePseudoHeaderOfIpv6AsItsBytes() {
    Random random = new Random(8200);
    for (int round = 0; round < 1_000; round++) {
      ByteBuffer pseudo = ByteBuffer.allocate(40);
      for (int i = 0; i < 4; i++) {
        pseudo.putLong(8 * i, random.nextLong());
      }
      int length = random.nextInt(1 << 20);
      pseudo.putInt(32, length).put(39, (byte) 58);
      int sum =
          InternetChecksum.pseudoHeaderIpv6(
              pseudo.getLong(0),
              pseudo.getLong(8),
              pseudo.getLong(16),
              pseudo.getLong(24),
              58,
              length);
      assertThat(sum).isEqualTo(naive(pseudo.array(), 0, 40));
    }
  }

  @Test
  void completesAPartialSumToTheFullChecksum() {
    byte[] data = new byte[77];
    new Random(7).nextBytes(data);
    ByteBuffer segment = ByteBuffer.wrap(data);
    int pseudo = InternetChecksum.pseudoHeaderIpv4(0x0A4D0001, 0x0A4D0002, 6, data.length);
    segment.putShort(16, (short) 0);
    int full = InternetChecksum.finish(InternetChecksum.sum(segment, 0, data.length, pseudo));
    segment.putShort(16, (short) pseudo);
    int completed = InternetChecksum.finish(InternetChecksum.sum(segment, 0, data.length));
    assertThat(completed).isEqualTo(full);
    segment.putShort(16, (short) completed);
    assertThat(InternetChecksum.sum(segment, 0, data.length, pseudo)).isEqualTo(0xFFFF);
  }

  private static int naive(byte[] data, int offset, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      int value = data[offset + i] & 0xFF;
      sum += (i & 1) == 0 ? value << 8 : value;
    }
    while (sum > 0xFFFF) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return (int) sum;
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
