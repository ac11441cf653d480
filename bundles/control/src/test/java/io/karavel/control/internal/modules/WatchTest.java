package io.karavel.control.internal.modules;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.Appliance;
import io.karavel.control.ControlSettings;
import io.karavel.control.spi.ModuleSlots;
import io.karavel.engine.SettingsException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

class WatchTest {
  private final AtomicLong resets = new AtomicLong(5);
  private final Newcomer newcomer = new Newcomer();
  private volatile ControlSettings settings = ControlSettings.defaults();

  private final Appliance appliance =
      (Appliance)
          Proxy.newProxyInstance(
              Appliance.class.getClassLoader(),
              new Class<?>[] {Appliance.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "stacks" -> List.of("main");
                    case "counters" -> Map.of("Tcp.EstabResets", resets.get());
                    default -> throw new AssertionError(method);
                  });

  private final Wire wire = new Wire();

  private Watch watch() {
    return new Watch(appliance, newcomer, wire, () -> settings, Watch.Pace.REAL);
  }

  @Test
  void aNewcomerThatDoesWellIsWatchedToTheEnd() throws Exception {
    assertThat(watch().look(() -> 0, () -> false)).isNull();
    assertThat(newcomer.looks.get()).isEqualTo(2);
  }

  @Test
  void whatTheNewcomerSaysEndsTheWatch() throws Exception {
    newcomer.problem = "it crashed";
    assertThat(watch().look(() -> 3600, () -> false)).isEqualTo("it crashed");
  }

  @Test
  void aNewcomerThatCannotBeLookedAtIsAProblem() throws Exception {
    newcomer.thrown = new IllegalStateException("gone");
    assertThat(watch().look(() -> 3600, () -> false))
        .contains("cannot be watched")
        .contains("gone");
  }

  @Test
  void watchResetsIsReadAtEveryLook() throws Exception {
    settings = ControlSettings.parse(Map.of("watchResets", 10));
    Watch watch = watch();
    resets.addAndGet(3);
    assertThat(watch.look(() -> 0, () -> false)).isNull();
    settings = ControlSettings.parse(Map.of("watchResets", 3));
    assertThat(watch.look(() -> 3600, () -> false))
        .isEqualTo("3 established connections were reset since the swap");
  }

  @Test
  void resetsOnTheWireCountThoughTheNewcomerDoesNotCountThem() throws Exception {
    Watch watch = watch();
    wire.findings = new ModuleSlots.Findings(Map.of(), 10, 0, 0, 0, 0);
    assertThat(watch.look(() -> 3600, () -> false))
        .isEqualTo("10 established connections were reset since the swap");
  }

  @Test
  void oneFaultOnTheWireIsEnough() throws Exception {
    Watch watch = watch();
    assertThat(wire.begun).isTrue();
    wire.findings = new ModuleSlots.Findings(Map.of("it lies", 1), 0, 0, 0, 0, 0);
    assertThat(watch.look(() -> 3600, () -> false)).isEqualTo("it lies (1 times)");
  }

  @Test
  void watchAgainPercentIsReadAtEveryLook() throws Exception {
    Watch watch = watch();
    wire.findings = new ModuleSlots.Findings(Map.of(), 0, 300, 150, 200, 99);
    assertThat(watch.look(() -> 0, () -> false)).isNull();
    settings = parsed("watchAgainPercent", 49);
    assertThat(watch.look(() -> 3600, () -> false))
        .isEqualTo("150 of 300 segments were sent again");
    settings = parsed("watchAgainPercent", 50);
    wire.findings = new ModuleSlots.Findings(Map.of(), 0, 300, 150, 200, 101);
    assertThat(watch.look(() -> 3600, () -> false))
        .startsWith("101 of 200 segments were sent again by peers");
  }

  @Test
  void aShareOfFewSegmentsSaysNothing() throws Exception {
    Watch watch = watch();
    wire.findings = new ModuleSlots.Findings(Map.of(), 0, 99, 99, 99, 99);
    assertThat(watch.look(() -> 0, () -> false)).isNull();
  }

  @Test
  void watchSecondsIsReadAtEveryLook() throws Exception {
    settings = ControlSettings.parse(Map.of("watchSeconds", 3600));
    newcomer.whenLookedAt =
        looks -> {
          if (looks == 3) {
            settings = parsed("watchSeconds", 0);
          }
        };
    assertThat(watch().look(() -> settings.watchSeconds(), () -> false)).isNull();
    assertThat(newcomer.looks.get()).isEqualTo(4);
  }

  private static ControlSettings parsed(String key, Object value) {
    try {
      return ControlSettings.parse(Map.of(key, value));
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void watchStallMillisIsReadAtEveryLook() throws Exception {
    AtomicLong now = new AtomicLong();
    ModuleSlots slots =
        (ModuleSlots)
            Proxy.newProxyInstance(
                ModuleSlots.class.getClassLoader(),
                new Class<?>[] {ModuleSlots.class},
                (proxy, method, arguments) -> {
                  now.addAndGet(150_000_000);
                  return List.of(new ModuleSlots.Place("main", 0, "tcp", 7, 0, ""));
                });
    Bundle candidate =
        (Bundle)
            Proxy.newProxyInstance(
                Bundle.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (proxy, method, arguments) -> 7L);
    SlotExchange exchange =
        new SlotExchange(slots, candidate, candidate, () -> settings, line -> {}, now::get);
    assertThat(exchange.problem()).isNull();
    settings = parsed("watchStallMillis", 149);
    assertThat(exchange.problem()).isEqualTo("stalled: lanes took 150 ms to answer");
    settings = parsed("watchStallMillis", 150);
    assertThat(exchange.problem()).isNull();
  }

  static class Wire implements ModuleSlots.Wire {
    boolean begun;
    ModuleSlots.Findings findings = new ModuleSlots.Findings(Map.of(), 0, 0, 0, 0, 0);

    @Override
    public void begin() {
      begun = true;
    }

    @Override
    public void exchanged() {}

    @Override
    public ModuleSlots.Findings findings(int patienceMillis) {
      return findings;
    }

    @Override
    public void close() {}
  }

  /** Says what it is told to say. */
  private static final class Newcomer implements Exchange {
    final AtomicInteger looks = new AtomicInteger();
    IntConsumer whenLookedAt = looks -> {};
    String problem;
    RuntimeException thrown;

    @Override
    public void rehearse() {}

    @Override
    public Outcome go() {
      return new Outcome(0, 0, 0);
    }

    @Override
    public String problem() {
      whenLookedAt.accept(looks.incrementAndGet());
      if (thrown != null) {
        throw thrown;
      }
      return problem;
    }

    @Override
    public String back() {
      return null;
    }

    @Override
    public void confirm() {}
  }
}
