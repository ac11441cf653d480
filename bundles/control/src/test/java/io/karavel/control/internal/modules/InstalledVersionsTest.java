package io.karavel.control.internal.modules;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.Appliance;
import io.karavel.control.ConnectionFigures;
import io.karavel.control.ModuleVersion;
import io.karavel.control.spi.ModuleSlots;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** What is said of the bundles while lanes answer, and when one of them does not. */
class InstalledVersionsTest {
  private static final IllegalStateException SILENT =
      new IllegalStateException("lane 0 of stack main does not answer");

  @TempDir private Path store;

  /** How many questions are answered before a lane hangs. */
  private int answers = Integer.MAX_VALUE;

  private int asked;

  private static <T> T fake(Class<T> type, BiFunction<String, Object[], ?> to) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> to.apply(method.getName(), arguments)));
  }

  private static Bundle bundle(long id, String name, int state) {
    return fake(
        Bundle.class,
        (method, arguments) ->
            switch (method) {
              case "getBundleId" -> id;
              case "getSymbolicName" -> name;
              case "getVersion" -> Version.parseVersion("1.0." + id);
              case "getLocation" -> "file:" + id;
              case "getState" -> state;
              default -> throw new AssertionError(method);
            });
  }

  private void ask() {
    if (asked++ >= answers) {
      throw SILENT;
    }
  }

  private static ConnectionFigures figures(int connections) {
    return new ConnectionFigures(connections, 0, 0, 0, -1);
  }

  private List<ModuleVersion> versions() {
    ModuleSlots slots =
        fake(
            ModuleSlots.class,
            (method, arguments) -> {
              ask();
              return switch (method) {
                case "canaries" ->
                    List.of(new ModuleSlots.Shared("main", 0, 2, 3, figures(9), figures(1)));
                case "placesFor" ->
                    List.of(
                        new ModuleSlots.Place("main", 0, "ip", 1, 0, ""),
                        new ModuleSlots.Place("main", 0, "tcp", 2, 0, ""));
                default -> throw new AssertionError(method);
              };
            });
    BundleContext context =
        fake(
            BundleContext.class,
            (method, arguments) ->
                switch (method) {
                  case "getProperty" -> store.toString();
                  case "getBundles" ->
                      new Bundle[] {
                        bundle(3, "io.karavel.tcp", Bundle.ACTIVE),
                        bundle(1, "io.karavel.ip", Bundle.ACTIVE),
                        bundle(2, "io.karavel.tcp", Bundle.ACTIVE),
                        bundle(4, "io.karavel.shell", Bundle.RESOLVED),
                        bundle(5, "org.example.other", Bundle.ACTIVE)
                      };
                  default -> throw new AssertionError(method);
                });
    FeaturesService features = fake(FeaturesService.class, (method, arguments) -> new Feature[0]);
    return new ModulesComponent(
            context,
            slots,
            fake(Appliance.class, (method, arguments) -> null),
            fake(ServiceComponentRuntime.class, (method, arguments) -> null),
            features)
        .versions();
  }

  private static String words(ModuleVersion version) {
    String figures =
        version.figures() == null ? "" : " of " + version.figures().connections() + " connections";
    return version.bundleId() + " " + version.state() + " in " + version.slots() + figures;
  }

  @Test
  void slotsAndCanariesAreThoseThatLanesTellOf() {
    assertThat(versions())
        .extracting(InstalledVersionsTest::words)
        .containsExactly(
            "1 active in 1",
            "4 resolved in 0",
            "3 canary in 0 of 1 connections",
            "2 active in 1 of 9 connections");
  }

  @Test
  void ofALaneThatDoesNotAnswerTheBundlesAreListedAndItIsNotAskedAgain() {
    answers = 0;
    assertThat(versions())
        .extracting(InstalledVersionsTest::words)
        .containsExactly("1 active in -1", "4 resolved in -1", "3 active in -1", "2 active in -1");
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void whatWasKnownBeforeALaneHungIsTold() {
    answers = 2;
    assertThat(versions())
        .extracting(InstalledVersionsTest::words)
        .containsExactly(
            "1 active in -1",
            "4 resolved in -1",
            "3 canary in 0 of 1 connections",
            "2 active in -1 of 9 connections");
    assertThat(asked).isEqualTo(3);
  }
}
