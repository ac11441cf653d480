package io.karavel.nic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.karavel.engine.DropReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImpairmentTest {
  private static final int FRAMES = 200_000;
  private static final long MILLI = 1_000_000;

  private static String fate(Impairment wire) {
    return wire.copies()
        + " "
        + wire.dropReason()
        + " "
        + wire.arrivalNanos()
        + " "
        + wire.isHeldBack()
        + " "
        + wire.corruptedBit();
  }

  private static List<String> fates(ImpairmentSettings settings, int stream, int frames) {
    Impairment wire = new Impairment(settings, stream);
    List<String> fates = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      if (wire.admit(i * 10_000L, 100 + i % 1400) == 0) {
        fates.add(String.valueOf(wire.dropReason()));
      } else {
        fates.add(fate(wire));
      }
    }
    return fates;
  }

  private static final ImpairmentSettings BAD =
      ImpairmentSettings.NONE
          .withDelay(5 * MILLI, MILLI)
          .withLoss(3)
          .withReordering(2, 3 * MILLI)
          .withDuplication(4)
          .withCorruption(1)
          .withRate(100_000_000, 200);

  @Test
  void theSameSeedDecidesTheSameBitForBit() {
    assertThat(fates(BAD, 0, 20_000)).isEqualTo(fates(BAD, 0, 20_000));
  }

  @Test
  void anotherSeedOrAnotherStreamDecidesOtherwise() {
    assertThat(fates(BAD, 0, 1_000)).isNotEqualTo(fates(BAD.withSeed(2), 0, 1_000));
    assertThat(fates(BAD, 0, 1_000)).isNotEqualTo(fates(BAD, 1, 1_000));
  }

  @Test
  void theDecisionsOfASeedStayWhatTheyAreFromVersionToVersion() {
    // tests elsewhere name frames by their number: the model must not change unnoticed
    Impairment wire = new Impairment(ImpairmentSettings.NONE.withLoss(10).withSeed(42), 0);
    List<Integer> lost = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      if (wire.admit(i, 1500) == 0) {
        lost.add(i);
      }
    }
    assertThat(lost).isEqualTo(GOLDEN_LOSSES);
  }

  private static final List<Integer> GOLDEN_LOSSES = List.of(27, 32, 38, 61, 67, 84, 85, 87, 96);

  @Test
  void aPerfectWireDeliversEverythingAtOnceAndOnce() {
    Impairment wire = new Impairment(ImpairmentSettings.NONE, 0);
    for (int i = 0; i < 1000; i++) {
      assertThat(wire.admit(i, 1500)).isEqualTo(1);
      assertThat(wire.arrivalNanos()).isEqualTo(i);
      assertThat(wire.corruptedBit()).isEqualTo(Impairment.NOT_CORRUPTED);
      assertThat(wire.isHeldBack()).isFalse();
      assertThat(wire.dropReason()).isNull();
    }
  }

  @Test
  void losesTheShareThatWasAskedForAndNamesTheReason() {
    Impairment wire = new Impairment(ImpairmentSettings.NONE.withLoss(1), 0);
    int lost = 0;
    int inARow = 0;
    boolean before = false;
    for (int i = 0; i < FRAMES; i++) {
      boolean gone = wire.admit(i, 1500) == 0;
      if (gone) {
        lost++;
        assertThat(wire.dropReason()).isEqualTo(DropReason.IMPAIRMENT_LOSS);
        inARow += before ? 1 : 0;
      }
      before = gone;
    }
    assertThat(lost / (double) FRAMES).isCloseTo(0.01, within(0.001));
    // independent: the one after a lost frame is lost as often as any other
    assertThat(inARow / (double) lost).isCloseTo(0.01, within(0.01));
  }

  @Test
  void zeroNeverHappensAndAHundredPercentAlways() {
    Impairment never = new Impairment(ImpairmentSettings.NONE, 0);
    Impairment always =
        new Impairment(
            ImpairmentSettings.NONE.withDuplication(100).withCorruption(100).withReordering(100, 7),
            0);
    Impairment dead = new Impairment(ImpairmentSettings.NONE.withLoss(100), 0);
    for (int i = 0; i < 10_000; i++) {
      assertThat(never.admit(i, 60)).isEqualTo(1);
      assertThat(always.admit(i, 60)).isEqualTo(2);
      assertThat(always.isHeldBack()).isTrue();
      assertThat(always.corruptedBit()).isBetween(0L, 60 * 8L - 1);
      assertThat(dead.admit(i, 60)).isZero();
    }
  }

  @Test
  void delayIsAddedAndJitterVariesItEvenlyUpAndDown() {
    Impairment wire = new Impairment(ImpairmentSettings.NONE.withDelay(10 * MILLI, 2 * MILLI), 0);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < FRAMES; i++) {
      long now = i * 20L * MILLI; // far enough apart not to be kept in order
      wire.admit(now, 1500);
      double delay = (wire.arrivalNanos() - now) / (double) MILLI;
      assertThat(delay).isBetween(8.0, 12.0);
      sum += delay;
      squares += (delay - 10) * (delay - 10);
    }
    assertThat(sum / FRAMES).isCloseTo(10, within(0.02));
    // an even distribution over 4 ms has a variance of 16/12
    assertThat(squares / FRAMES).isCloseTo(16 / 12.0, within(0.02));
  }

  @Test
  void jitterLetsNoFrameOvertakeAnother() {
    Impairment wire = new Impairment(ImpairmentSettings.NONE.withDelay(10 * MILLI, 10 * MILLI), 0);
    long last = 0;
    for (int i = 0; i < FRAMES; i++) {
      wire.admit(i * 1000L, 1500);
      assertThat(wire.arrivalNanos()).isGreaterThanOrEqualTo(last);
      last = wire.arrivalNanos();
    }
  }

  @Test
  void framesHeldBackAreTheShareThatWasAskedForAndLaterByTheTimeThatWasAskedFor() {
    Impairment wire =
        new Impairment(ImpairmentSettings.NONE.withDelay(MILLI, 0).withReordering(5, 3 * MILLI), 0);
    int held = 0;
    for (int i = 0; i < FRAMES; i++) {
      wire.admit(i, 1500);
      assertThat(wire.arrivalNanos()).isEqualTo(i + (wire.isHeldBack() ? 4 : 1) * MILLI);
      held += wire.isHeldBack() ? 1 : 0;
    }
    assertThat(held / (double) FRAMES).isCloseTo(0.05, within(0.002));
  }

  @Test
  void duplicatesAndCorruptsTheSharesThatWereAskedForWithBitsAllOverTheFrame() {
    Impairment wire =
        new Impairment(ImpairmentSettings.NONE.withDuplication(2).withCorruption(10), 0);
    int twice = 0;
    int corrupted = 0;
    int[] eighths = new int[8];
    for (int i = 0; i < FRAMES; i++) {
      twice += wire.admit(i, 800) - 1;
      if (wire.corruptedBit() != Impairment.NOT_CORRUPTED) {
        corrupted++;
        eighths[(int) (wire.corruptedBit() / 800)]++;
      }
    }
    assertThat(twice / (double) FRAMES).isCloseTo(0.02, within(0.001));
    assertThat(corrupted / (double) FRAMES).isCloseTo(0.1, within(0.003));
    for (int eighth : eighths) {
      assertThat(eighth / (double) corrupted).isCloseTo(0.125, within(0.01));
    }
  }

  @Test
  void turningOneKeyLeavesTheDecisionsOfTheOthers() {
    Impairment one = new Impairment(ImpairmentSettings.NONE.withLoss(5), 0);
    Impairment all =
        new Impairment(
            ImpairmentSettings.NONE
                .withLoss(5)
                .withDuplication(30)
                .withCorruption(30)
                .withReordering(30, MILLI)
                .withDelay(MILLI, MILLI),
            0);
    for (int i = 0; i < 10_000; i++) {
      assertThat(all.admit(i, 100) == 0).isEqualTo(one.admit(i, 100) == 0);
    }
  }

  @Test
  void theRateSpacesFramesByTheirTimeOnTheWire() {
    // 1500 bytes at 100 Mbit/s take 120 microseconds
    Impairment wire =
        new Impairment(ImpairmentSettings.NONE.withRate(100_000_000, 1000).withDelay(MILLI, 0), 0);
    for (int i = 1; i <= 100; i++) {
      wire.admit(0, 1500);
      assertThat(wire.arrivalNanos()).isEqualTo(i * 120_000L + MILLI);
    }
    // idle meanwhile: the wire does not save up
    wire.admit(1_000 * MILLI, 1500);
    assertThat(wire.arrivalNanos()).isEqualTo(1_001 * MILLI + 120_000);
  }

  @Test
  void theRateHoldsFromTheSlowestWireToTheFastest() {
    Impairment slow = new Impairment(ImpairmentSettings.NONE.withRate(1, 10), 0);
    slow.admit(0, 65535);
    assertThat(slow.arrivalNanos()).isEqualTo(65535L * 8 * 1_000_000_000);
    Impairment fast = new Impairment(ImpairmentSettings.NONE.withRate(1_000_000_000_000L, 10), 0);
    fast.admit(0, 1500);
    assertThat(fast.arrivalNanos()).isEqualTo(12);
  }

  @Test
  void theQueueHoldsItsLimitAndDropsTheRestUntilTheWireHasTakenSome() {
    Impairment wire = new Impairment(ImpairmentSettings.NONE.withRate(100_000_000, 50), 0);
    for (int i = 0; i < 50; i++) {
      assertThat(wire.admit(0, 1500)).isEqualTo(1);
    }
    assertThat(wire.queued(0)).isEqualTo(50);
    assertThat(wire.admit(0, 1500)).isZero();
    assertThat(wire.dropReason()).isEqualTo(DropReason.IMPAIRMENT_QUEUE);
    assertThat(wire.admit(119_999, 1500)).isZero();
    assertThat(wire.admit(120_000, 1500)).isEqualTo(1);
    assertThat(wire.arrivalNanos()).isEqualTo(51 * 120_000L);
    assertThat(wire.admit(120_000, 1500)).isZero();
    assertThat(wire.queued(51 * 120_000L)).isZero();
  }

  @Test
  void framesThatAreLostOnTheWireHaveTakenTheirTimeOnIt() {
    Impairment wire =
        new Impairment(ImpairmentSettings.NONE.withRate(100_000_000, 50).withLoss(100), 0);
    wire.admit(0, 1500);
    wire.settings(wire.settings().withLoss(0));
    wire.admit(0, 1500);
    assertThat(wire.arrivalNanos()).isEqualTo(240_000);
  }

  @Test
  void aChangeOfTheDelayOvertakesNoFrameOnItsWay() {
    Impairment wire = new Impairment(ImpairmentSettings.NONE.withDelay(100 * MILLI, 0), 0);
    wire.admit(0, 1500);
    wire.settings(ImpairmentSettings.NONE);
    wire.admit(1, 1500);
    assertThat(wire.arrivalNanos()).isEqualTo(100 * MILLI);
    wire.admit(200 * MILLI, 1500);
    assertThat(wire.arrivalNanos()).isEqualTo(200 * MILLI);
  }

  @Test
  void aNewSeedCountsAnewAndOtherChangesDoNot() {
    Impairment wire = new Impairment(ImpairmentSettings.NONE, 0);
    wire.admit(0, 100);
    wire.settings(ImpairmentSettings.NONE.withLoss(1));
    assertThat(wire.frames()).isEqualTo(1);
    wire.settings(ImpairmentSettings.NONE.withSeed(9));
    assertThat(wire.frames()).isZero();
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> ImpairmentSettings.NONE.withLoss(101)).hasMessageContaining("101");
    assertThatThrownBy(() -> ImpairmentSettings.NONE.withLoss(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ImpairmentSettings.NONE.withDelay(-1, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ImpairmentSettings.NONE.withRate(1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
