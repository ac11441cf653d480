package io.karavel.timer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.SettingsException;
import io.karavel.engine.Timer;
import io.karavel.engine.TimerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The wheel against a sorted set, and what it costs. */
class TimingWheelTest {
  private static final long MILLIS = 1_000_000L;
  private static final long ORIGIN = -7 * 3_600_000L * MILLIS - 123;

  private static final class Probe extends Timer {
    final int number;
    long armedSequence;

    Probe(int number) {
      this.number = number;
    }

    @Override
    public String kind() {
      return "probe";
    }

    @Override
    public void onExpiry(long nowNanos) {}

    @Override
    public String toString() {
      return "probe " + number + " at " + deadlineNanos();
    }
  }

  private final FakeContext context = new FakeContext();
  private final TimerModuleFactory factory = new TimerModuleFactory(TimerSettings.defaults());
  private TimingWheel wheel;

  @BeforeEach
  void open() throws HandoverException {
    wheel = (TimingWheel) factory.create(context);
    wheel.open(Handover.empty("timer"));
    wheel.start(ORIGIN);
  }

  private Probe insert(int number, long deadlineNanos) {
    Probe probe = new Probe(number);
    probe.deadlineNanos(deadlineNanos);
    wheel.insert(probe);
    return probe;
  }

  private static TimerSettings settings(String key, int value) {
    try {
      return TimerSettings.parse(Map.of(key, value));
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anEmptyWheelHasNoDeadline() {
    assertThat(wheel.nextDeadlineNanos()).isEqualTo(Timer.NOT_ARMED);
    assertThat(wheel.pollDue(Long.MAX_VALUE - 1)).isNull();
  }

  @Test
  void aTimerIsDueAtItsDeadlineAndNotANanosecondBefore() {
    Probe probe = insert(1, ORIGIN + 5 * MILLIS + 17);
    assertThat(wheel.nextDeadlineNanos()).isEqualTo(ORIGIN + 5 * MILLIS + 17);
    assertThat(wheel.pollDue(ORIGIN + 5 * MILLIS + 16)).isNull();
    assertThat(wheel.pollDue(ORIGIN + 5 * MILLIS + 17)).isSameAs(probe);
    assertThat(wheel.pollDue(Long.MAX_VALUE - 1)).isNull();
    assertThat(probe.indexBucket).isEqualTo(-1);
    assertThat(probe.indexNext).isNull();
  }

  @Test
  void withinOneTickTimersComeInOrderOfDeadlineAndEqualOnesAsTheyWereArmed() {
    List<Probe> expected = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 500; i++) {
      expected.add(insert(i, ORIGIN + 10 * MILLIS + random.nextInt(50)));
    }
    expected.sort(Comparator.comparingLong((Probe p) -> p.deadlineNanos()));
    for (Probe probe : expected) {
      assertThat(wheel.pollDue(ORIGIN + 11 * MILLIS)).isSameAs(probe);
    }
  }

  @Test
  void whatIsOverdueBeforeTheWheelStartedComesFirstAndInOrder() {
    insert(1, ORIGIN + 1);
    insert(2, ORIGIN - 5 * MILLIS);
    insert(3, ORIGIN - 900 * MILLIS);
    insert(4, Long.MIN_VALUE);
    assertThat(numbersDueAt(ORIGIN + 1)).containsExactly(4, 3, 2, 1);
  }

  @Test
  void theFarthestFutureFits() {
    insert(1, Timer.NOT_ARMED - 1);
    insert(2, Timer.NOT_ARMED - 2);
    insert(3, ORIGIN + 1);
    assertThat(numbersDueAt(Timer.NOT_ARMED - 1)).containsExactly(3, 2, 1);
  }

  private List<Integer> numbersDueAt(long nowNanos) {
    List<Integer> numbers = new ArrayList<>();
    for (Timer timer = wheel.pollDue(nowNanos); timer != null; timer = wheel.pollDue(nowNanos)) {
      numbers.add(((Probe) timer).number);
    }
    return numbers;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void agreesWithASortedSetOverRandomOperations(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TreeSet<Probe> model =
        new TreeSet<>(
            Comparator.comparingLong((Probe p) -> p.deadlineNanos())
                .thenComparingLong(p -> p.armedSequence));
    List<Probe> idle = new ArrayList<>();
    List<Probe> armed = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      idle.add(new Probe(i));
    }
    long now = ORIGIN;
    for (long step = 0; step < 60_000; step++) {
      int choice = random.nextInt(100);
      if (choice < 50 && !idle.isEmpty()) {
        Probe probe = idle.remove(random.nextInt(idle.size()));
        probe.deadlineNanos(now + delay(random));
        probe.armedSequence = step;
        model.add(probe);
        armed.add(probe);
        wheel.insert(probe);
      } else if (choice < 75 && !armed.isEmpty()) {
        Probe probe = armed.remove(random.nextInt(armed.size()));
        model.remove(probe);
        wheel.remove(probe);
        probe.deadlineNanos(Timer.NOT_ARMED);
        idle.add(probe);
      } else if (choice < 76) {
        wheel.settings(
            random.nextBoolean()
                ? settings("tickMicros", 10 + random.nextInt(5000))
                : settings("slotTimers", 1 + random.nextInt(64)));
      } else {
        now += delay(random) / 4;
        while (!model.isEmpty() && model.first().deadlineNanos() <= now) {
          Probe first = model.pollFirst();
          assertThat(wheel.nextDeadlineNanos()).isEqualTo(first.deadlineNanos());
          assertThat(wheel.pollDue(now)).isSameAs(first);
          armed.remove(first);
          first.deadlineNanos(Timer.NOT_ARMED);
          idle.add(first);
        }
        assertThat(wheel.pollDue(now)).isNull();
      }
      assertThat(wheel.size()).isEqualTo(model.size());
      assertThat(wheel.nextDeadlineNanos())
          .isEqualTo(model.isEmpty() ? Timer.NOT_ARMED : model.first().deadlineNanos());
    }
  }

  /** Delays as they occur: the same instant, within a tick, acknowledgements, hours, years. */
  private static long delay(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1 -> random.nextInt(3);
      case 2 -> random.nextLong(MILLIS);
      case 3 -> 40 * MILLIS;
      case 4 -> random.nextLong(1000 * MILLIS);
      case 5 -> random.nextLong(60_000 * MILLIS);
      case 6 -> random.nextLong(7_200_000 * MILLIS);
      default -> random.nextInt(100) == 0 ? random.nextLong(1L << 60) : 200 * MILLIS;
    };
  }

  @Test
  void spareWheelsAreKeptAsManyAsConfiguredLive() {
    assertThat(sparesAfterManyTimers()).isBetween(4, 256);
    change("spareWheels", 3);
    assertThat(wheel.spares()).isEqualTo(3);
    assertThat(sparesAfterManyTimers()).isEqualTo(3);
    change("spareWheels", 0);
    assertThat(sparesAfterManyTimers()).isZero();
  }

  private void change(String key, int value) {
    factory.settings(settings(key, value));
    context.runPosted();
  }

  private int sparesAfterManyTimers() {
    List<Probe> probes = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      probes.add(insert(i, ORIGIN + i * 70_000L));
    }
    probes.forEach(wheel::remove);
    return wheel.spares();
  }

  @Test
  void wheelsThatRunEmptyAreGivenBack() {
    List<Probe> probes = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      probes.add(insert(i, ORIGIN + i * 70_000L));
    }
    assertThat(wheel.wheels()).isGreaterThan(100);
    probes.forEach(wheel::remove);
    assertThat(wheel.wheels()).isEqualTo(1);
    assertThat(wheel.size()).isZero();
  }

  @Test
  void aMillionTimersOfOneBurstExpireInOrder() {
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 1_000_000; i++) {
      insert(i, ORIGIN + 7_200_000 * MILLIS + random.nextLong(20_000 * MILLIS));
    }
    long last = Long.MIN_VALUE;
    int count = 0;
    for (Timer timer = wheel.pollDue(Long.MAX_VALUE - 1);
        timer != null;
        timer = wheel.pollDue(Long.MAX_VALUE - 1)) {
      assertThat(timer.deadlineNanos() >= last).isTrue();
      last = timer.deadlineNanos();
      count++;
    }
    assertThat(count).isEqualTo(1_000_000);
  }

  /**
   * Not a benchmark: only that a million timers in the wheel do not change the order of magnitude
   * of what an operation costs, also where the earliest of a crowd is moved each time.
   */
  @Test
  void aMillionTimersDoNotMakeAnOperationSlow() {
    long empty = nanosPerOperation(0);
    long crowded = nanosPerOperation(1_000_000);
    assertThat(crowded).as("ns per operation, %d with none", empty).isLessThan(empty * 20 + 2000);
  }

  private long nanosPerOperation(int others) {
    wheel.start(ORIGIN);
    Probe[] crowd = new Probe[others];
    for (int i = 0; i < others; i++) {
      crowd[i] = insert(i, ORIGIN + 7_200_000 * MILLIS + i * 20_000L);
    }
    Probe probe = new Probe(-1);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long best = Long.MAX_VALUE;
    int next = 0;
    long sum = 0;
    for (int round = 0; round < 20; round++) {
      long begin = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < 5_000; i++) {
        probe.deadlineNanos(ORIGIN + 200 * MILLIS + i * 1000L);
        wheel.insert(probe);
        sum += wheel.nextDeadlineNanos();
        wheel.remove(probe);
        if (others > 0) {
          Probe first = crowd[next++ % others];
          wheel.remove(first);
          sum += wheel.nextDeadlineNanos();
          first.deadlineNanos(first.deadlineNanos() + 20_000 * MILLIS);
          wheel.insert(first);
        }
      }
      best = Math.min(best, threads.getCurrentThreadCpuTime() - begin);
    }
    assertThat(sum).isNotZero();
    return best / 5_000;
  }

  @Test
  void slotTimersSayFromWhenOnACrowdedSlotBecomesAWheel() throws Exception {
    factory.settings(settings("slotTimers", 127));
    context.runPosted();
    for (int i = 0; i < 100; i++) {
      insert(i, ORIGIN + 3_600_000_000_000L + i * 1_000_000_000L);
    }
    int before = wheel.wheels();
    factory.settings(settings("slotTimers", 10));
    context.runPosted();
    insert(100, ORIGIN + 3_600_000_000_000L + 50_500_000_000L);
    assertThat(wheel.wheels()).isGreaterThan(before);
    assertThat(numbersDueAt(Long.MAX_VALUE - 1)).hasSize(101);
  }

  @Test
  void aNewTickMovesEveryTimerAndLosesNone() {
    for (int i = 0; i < 1000; i++) {
      insert(i, ORIGIN + i * 333_333L);
    }
    factory.settings(settings("tickMicros", 50_000));
    assertThat(context.posted).hasSize(1);
    context.runPosted();
    assertThat(wheel.size()).isEqualTo(1000);
    assertThat(numbersDueAt(Long.MAX_VALUE - 1)).hasSize(1000).isSorted();
  }

  @Test
  void aStackThatIsNotConfiguredKeepsTheDefaults() throws HandoverException {
    FakeContext host = new FakeContext();
    host.configured = false;
    TimingWheel hostWheel = (TimingWheel) factory.create(host);
    hostWheel.open(Handover.empty("timer"));
    factory.settings(settings("tickMicros", 50_000));
    assertThat(host.posted).isEmpty();
    assertThat(context.posted).hasSize(1);
  }

  @Test
  void aWheelThatLeftHearsOfNoSettings() throws HandoverException {
    Handover state = wheel.export();
    wheel.close(CloseReason.HANDED_OVER);
    factory.settings(settings("slotTimers", 3));
    assertThat(context.posted).isEmpty();
    TimingWheel successor = (TimingWheel) factory.create(context);
    successor.open(state);
    assertThat(successor.export().sameForm(state)).isTrue();
  }

  @Test
  void readsTheGoldenFileOfVersion1AndKeepsAFieldOfALaterVersion() throws Exception {
    TimingWheel successor = (TimingWheel) factory.create(new FakeContext());
    successor.open(Handover.restored("timer", 1, golden()));
    assertThat(successor.export().form()).isEqualTo(golden());
    successor.start(ORIGIN);
    assertThat(successor.export().form()).isNotEqualTo(golden());
  }

  private static byte[] golden() throws IOException {
    try (InputStream in = TimingWheelTest.class.getResourceAsStream("timer-state-v1.hex")) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }
  }
}
