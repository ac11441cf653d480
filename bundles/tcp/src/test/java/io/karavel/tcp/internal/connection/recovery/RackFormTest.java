package io.karavel.tcp.internal.connection.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What RACK has learnt is handed over bit by bit. */
class RackFormTest {
  private static long[] form(
      boolean seen, boolean inRound, int reordering, int multiplier, int persist) {
    long packed =
        (seen ? 1 : 0)
            | (inRound ? 2 : 0)
            | (long) reordering << 8
            | (long) multiplier << 32
            | (long) persist << 48;
    return new long[] {1, 123_456_789_012L, -5, 98_765_432_109L, 1, -7, packed, -9};
  }

  private static void survives(long[] form) {
    Rack rack = new Rack();
    assertThat(rack.fromLongs(form)).isTrue();
    assertThat(rack.toLongs()).isEqualTo(form);
  }

  @Test
  void whatWasReadIsWrittenAgain() {
    for (boolean seen : new boolean[] {true, false}) {
      for (boolean inRound : new boolean[] {true, false}) {
        survives(form(seen, inRound, 3, 1, 0));
        survives(form(seen, inRound, 299, 200, 16));
        survives(form(seen, inRound, 9999, 256, 1));
      }
    }
    long[] unknown = form(false, false, 3, 1, 0);
    unknown[0] = 0;
    unknown[4] = 0;
    survives(unknown);
  }

  @Test
  void itKnowsWhatItsPredecessorKnew() {
    Rack rack = new Rack();
    assertThat(rack.isKnown()).isFalse();
    assertThat(rack.fromLongs(form(true, false, 7, 2, 16))).isTrue();
    assertThat(rack.isKnown()).isTrue();
    assertThat(rack.isReorderingSeen()).isTrue();
    assertThat(rack.rttNanos()).isEqualTo(98_765_432_109L);
    rack.begin(0, 0, false, 0, 1000, 300);
    assertThat(rack.reorderingSegments()).isEqualTo(7);
    assertThat(rack.windowNanos(400, 1000, true, 9)).isEqualTo(2 * 100);
  }

  /** Fewer than three, or none, cannot have been learnt. */
  @Test
  void leastValuesAreKept() {
    Rack rack = new Rack();
    assertThat(rack.fromLongs(form(false, false, 0, 0, 0))).isTrue();
    assertThat(rack.toLongs()).isEqualTo(form(false, false, 3, 1, 0));
  }

  @Test
  void aFormThatIsTooShortIsRefused() {
    assertThat(new Rack().fromLongs(new long[7])).isFalse();
  }
}
