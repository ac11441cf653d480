package io.karavel.control.internal.modules;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.Appliance;
import io.karavel.control.ControlSettings;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

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

  private Watch watch() {
    return new Watch(appliance, newcomer, () -> settings);
  }

  @Test
  void aNewcomerThatDoesWellIsWatchedToTheEnd() throws Exception {
    assertThat(watch().look(0, () -> false)).isNull();
    assertThat(newcomer.looks.get()).isEqualTo(2);
  }

  @Test
  void whatTheNewcomerSaysEndsTheWatch() throws Exception {
    newcomer.problem = "it crashed";
    assertThat(watch().look(3600, () -> false)).isEqualTo("it crashed");
  }

  @Test
  void aNewcomerThatCannotBeLookedAtIsAProblem() throws Exception {
    newcomer.thrown = new IllegalStateException("gone");
    assertThat(watch().look(3600, () -> false)).contains("cannot be watched").contains("gone");
  }

  @Test
  void watchResetsIsReadAtEveryLook() throws Exception {
    settings = ControlSettings.parse(Map.of("watchResets", 10));
    Watch watch = watch();
    resets.addAndGet(3);
    assertThat(watch.look(0, () -> false)).isNull();
    settings = ControlSettings.parse(Map.of("watchResets", 3));
    assertThat(watch.look(3600, () -> false))
        .isEqualTo("3 established connections were reset since the swap");
  }

  /** Says what it is told to say. */
  private static final class Newcomer implements Exchange {
    final AtomicInteger looks = new AtomicInteger();
    String problem;
    RuntimeException thrown;

    @Override
    public void rehearse() {}

    @Override
    public Outcome go() {
      return new Outcome(0, 0);
    }

    @Override
    public String problem() {
      looks.incrementAndGet();
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
