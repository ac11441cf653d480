package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What is handed over of Fast Open: server, proven, cookie and news, bytes on the SYN, the MSS. */
class FastOpenFormTest {
  private static final byte[] COOKIE = {1, 2, 3, 4, 5, 6, 7, 8};

  private static byte[] form(int flags, int synBytes, int segmentBytes, byte... cookie) {
    return ByteBuffer.allocate(12 + cookie.length)
        .putInt(flags)
        .putInt(synBytes)
        .putInt(segmentBytes)
        .put(cookie)
        .array();
  }

  @Test
  void eachFieldHasItsPlace() {
    assertThat(FastOpen.client(COOKIE, 1400).toBytes()).isEqualTo(form(4, 0, 1400, COOKIE));
    assertThat(FastOpen.client(new byte[0], 0).toBytes()).isEqualTo(form(4, 0, 0));
    assertThat(FastOpen.server(null).toBytes()).isEqualTo(form(1, 0, 0));
    assertThat(FastOpen.server(COOKIE).toBytes()).isEqualTo(form(5, 0, 0, COOKIE));
  }

  @Test
  void whatWasReadIsWrittenAgain() {
    for (int flags = 0; flags < 8; flags++) {
      byte[] cookie = (flags & 4) != 0 ? COOKIE : new byte[0];
      for (int news : new int[] {0, FastOpen.BLACKHOLE, FastOpen.PROVEN}) {
        byte[] form = form(flags | news << 8, 333, 1200, cookie);
        FastOpen read = FastOpen.fromBytes(form);
        assertThat(read.toBytes()).isEqualTo(form);
        assertThat(read.takeNews()).isEqualTo(news);
        assertThat(read.takeNews()).isZero();
      }
    }
  }

  /** It was told in the turn in which it came. */
  @Test
  void aLearnedCookieIsNoNewsAnyMore() {
    FastOpen read = FastOpen.fromBytes(form((1 | FastOpen.PROVEN) << 8, 0, 0));
    assertThat(read.takeNews()).isEqualTo(FastOpen.PROVEN);
  }

  @Test
  void aFormThatIsTooShortIsNone() {
    assertThat(FastOpen.fromBytes(new byte[11])).isNull();
    assertThat(FastOpen.fromBytes(new byte[12])).isNotNull();
  }

  @Test
  void aSynHasRoomForWhatBothSegmentSizesAndTheOptionsLeave() {
    assertThat(FastOpen.synSpace(1460, 0)).isEqualTo(1420);
    assertThat(FastOpen.synSpace(1460, 1)).isZero();
    assertThat(FastOpen.synSpace(1460, 1000)).isEqualTo(960);
    assertThat(FastOpen.synSpace(900, 1000)).isEqualTo(860);
    assertThat(FastOpen.synSpace(30, 0)).isZero();
  }
}
