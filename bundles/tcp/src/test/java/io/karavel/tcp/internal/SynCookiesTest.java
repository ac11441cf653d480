package io.karavel.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.wire.Seq;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SynCookiesTest {
  private static final long SECOND = 1_000_000_000L;

  private final SynCookies cookies;

  SynCookiesTest() {
    byte[] secret = new byte[SynCookies.SECRET_BYTES];
    new Random(9).nextBytes(secret);
    cookies = new SynCookies(secret);
  }

  private int make(long now, int mss) {
    return cookies.make(now, 1, 80, 2, 50000, 12345, mss);
  }

  private int check(long now, int cookie) {
    return cookies.check(now, 1, 80, 2, 50000, 12345, cookie);
  }

  @ParameterizedTest
  @CsvSource({"1460, 1460", "1459, 1440", "65535, 8960", "536, 536", "535, 216", "88, 216"})
  void giveBackTheSegmentSizeRoundedDown(int offered, int restored) {
    assertThat(check(SECOND, make(SECOND, offered))).isEqualTo(restored);
  }

  @Test
  void areGoodForAtLeastOneMinuteAndNotForThree() {
    for (long at = 0; at < 128; at += 7) {
      int cookie = make(at * SECOND, 1460);
      assertThat(check((at + 63) * SECOND, cookie)).isEqualTo(1460);
      assertThat(check((at + 130) * SECOND, cookie)).isZero();
      assertThat(check((at + 1800) * SECOND, cookie)).isZero();
    }
  }

  @Test
  void areBoundToTheConnectionAndToThePeersSequenceNumber() {
    int cookie = make(0, 1460);
    assertThat(cookies.check(0, 9, 80, 2, 50000, 12345, cookie)).isZero();
    assertThat(cookies.check(0, 1, 81, 2, 50000, 12345, cookie)).isZero();
    assertThat(cookies.check(0, 1, 80, 3, 50000, 12345, cookie)).isZero();
    assertThat(cookies.check(0, 1, 80, 2, 50001, 12345, cookie)).isZero();
    assertThat(cookies.check(0, 1, 80, 2, 50000, 12346, cookie)).isZero();
  }

  @Test
  void areHardlyGuessed() {
    Random random = new Random(5);
    int accepted = 0;
    for (int i = 0; i < 100_000; i++) {
      accepted += check(0, random.nextInt()) != 0 ? 1 : 0;
    }
    assertThat(accepted).isLessThan(3);
  }

  @ParameterizedTest
  @CsvSource({"0, true", "7, false", "14, true", "-1, false", "-1, true"})
  void carryWindowScaleSackAndEcnInTheTimestamp(int scale, boolean sack) {
    for (int now : new int[] {0, 1, 63, 64, 1_000_000, Integer.MAX_VALUE, -1}) {
      boolean ecn = now % 2 != 0;
      int timestamp = SynCookies.timestampWithOptions(now, scale, sack, ecn);
      assertThat(SynCookies.ecn(timestamp)).isEqualTo(ecn);
      assertThat(SynCookies.windowScale(timestamp)).isEqualTo(scale);
      assertThat(SynCookies.sack(timestamp)).isEqualTo(sack);
      assertThat(Seq.lessOrEqual(timestamp, now)).isTrue();
      assertThat(now - timestamp).isLessThan(64);
    }
  }
}
