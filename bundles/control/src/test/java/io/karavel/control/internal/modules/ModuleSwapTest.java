package io.karavel.control.internal.modules;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.Appliance;
import io.karavel.control.ConnectionFigures;
import io.karavel.control.ControlSettings;
import io.karavel.control.SwapRecord;
import io.karavel.control.spi.ModuleSlots;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.karaf.features.BundleInfo;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;

/** What a swap leaves behind when it comes to nothing; framework and slots are pretended. */
class ModuleSwapTest {
  private static final String NAME = "io.karavel.tcp";
  private static final long OLD = 7;
  private static final long CANDIDATE = 8;

  @TempDir private Path store;

  private final List<String> said = new ArrayList<>();
  private final List<Bundle> installed = new ArrayList<>();
  private Bundle old;
  private Path oldJar;

  /** Which bundle fills the slot, and which one shares it; -1 for none. */
  private long atWork = OLD;

  private long canary = -1;
  private Runnable rehearsal = () -> {};
  private Runnable going = () -> atWork = CANDIDATE;
  private RuntimeException commitFailure;
  private Runnable confirming = () -> {};
  private Consumer<String> progress = said::add;
  private String alsoInFeature;
  private boolean hasSlots = true;
  private final WatchTest.Wire wire =
      new WatchTest.Wire() {
        @Override
        public void close() {
          said.add("not watched any more");
        }
      };

  @BeforeEach
  void install() throws IOException {
    oldJar = jar(store.resolve("feature.jar"), "1.0.0");
    old = bundle(OLD, "1.0.0", Bundle.ACTIVE, oldJar);
    installed.add(old);
  }

  private static <T> T fake(Class<T> type, BiFunction<String, Object[], ?> to) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  default -> to.apply(method.getName(), arguments);
                }));
  }

  private static Path jar(Path file, String version) throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Bundle-SymbolicName", NAME);
    attributes.putValue("Bundle-Version", version);
    try (OutputStream out = Files.newOutputStream(file)) {
      new JarOutputStream(out, manifest).close();
    }
    return file;
  }

  private Bundle bundle(long id, String version, int state, Path jar) {
    int[] now = {state};
    return fake(
        Bundle.class,
        (method, arguments) ->
            switch (method) {
              case "getBundleId" -> id;
              case "getSymbolicName" -> NAME;
              case "getVersion" -> Version.parseVersion(version);
              case "getLocation" -> jar.toUri().toString();
              case "getState" -> now[0];
              case "start" -> {
                now[0] = Bundle.ACTIVE;
                yield null;
              }
              case "uninstall" -> {
                said.add("uninstalled " + id);
                now[0] = Bundle.UNINSTALLED;
                installed.removeIf(bundle -> bundle.getBundleId() == id);
                canary = canary == id ? -1 : canary;
                yield null;
              }
              default -> throw new AssertionError(method);
            });
  }

  private final ModuleSlots slots =
      fake(
          ModuleSlots.class,
          (method, arguments) ->
              switch (method) {
                case "watchWire" -> wire;
                case "canaries" ->
                    canary < 0
                        ? List.of()
                        : List.of(
                            new ModuleSlots.Shared("main", 0, OLD, canary, figures(), figures()));
                case "placesFor" ->
                    hasSlots
                        ? List.of(new ModuleSlots.Place("main", 0, "tcp", atWork, 0, ""))
                        : List.of();
                case "rollback" -> {
                  said.add("back");
                  atWork = OLD;
                  yield new ModuleSlots.Swap(List.of(), null);
                }
                default -> throw new AssertionError(method);
              });

  private static ConnectionFigures figures() {
    return new ConnectionFigures(0, 0, 0, 0, -1);
  }

  private final Appliance appliance =
      fake(
          Appliance.class,
          (method, arguments) ->
              switch (method) {
                case "stacks" -> List.of();
                default -> throw new AssertionError(method);
              });

  private static BundleInfo info(String location) {
    return fake(
        BundleInfo.class,
        (method, arguments) ->
            switch (method) {
              case "getLocation" -> location;
              case "getStartLevel" -> 50;
              case "isDependency" -> false;
              default -> throw new AssertionError(method);
            });
  }

  private final Feature feature =
      fake(
          Feature.class,
          (method, arguments) ->
              switch (method) {
                case "getName" -> "karavel-tcp";
                case "getBundles" ->
                    alsoInFeature == null
                        ? List.of(info(oldJar.toUri().toString()))
                        : List.of(info(oldJar.toUri().toString()), info(alsoInFeature));
                case "getDependencies" -> List.of();
                default -> throw new AssertionError(method);
              });

  private final FeaturesService features =
      fake(
          FeaturesService.class,
          (method, arguments) ->
              switch (method) {
                case "listInstalledFeatures" -> new Feature[] {feature};
                case "getFeature", "addRepository" -> null;
                case "installFeature" -> {
                  if (commitFailure != null) {
                    throw commitFailure;
                  }
                  yield null;
                }
                default -> throw new AssertionError(method);
              });

  private final BundleContext context =
      fake(
          BundleContext.class,
          (method, arguments) ->
              switch (method) {
                case "getBundles" -> installed.toArray(new Bundle[0]);
                case "installBundle" -> {
                  Bundle fresh =
                      bundle(
                          CANDIDATE + 1,
                          "2.0.0",
                          Bundle.INSTALLED,
                          ModuleJar.kept(store, NAME, Version.parseVersion("2.0.0")));
                  installed.add(fresh);
                  yield fresh;
                }
                default -> throw new AssertionError(method);
              });

  private final class Swapped implements Exchange {
    @Override
    public void rehearse() {
      rehearsal.run();
    }

    @Override
    public Outcome go() {
      going.run();
      canary = -1;
      return new Outcome(1, 0, 0);
    }

    @Override
    public String problem() {
      return null;
    }

    @Override
    public String back() {
      return slots.rollback(CANDIDATE).problem();
    }

    @Override
    public void confirm() {
      confirming.run();
    }
  }

  private ModuleSwap swap() {
    return new ModuleSwap(
        context,
        (from, to, progress) -> new Swapped(),
        slots,
        appliance,
        new FeatureCommit(features, store),
        ControlSettings::defaults,
        progress);
  }

  private Bundle newcomer(int state) throws IOException {
    Path kept = ModuleJar.kept(store, NAME, Version.parseVersion("2.0.0"));
    Bundle newcomer = bundle(CANDIDATE, "2.0.0", state, jar(kept, "2.0.0"));
    installed.add(newcomer);
    return newcomer;
  }

  private SwapRecord promote() throws Exception {
    Bundle newcomer = newcomer(Bundle.ACTIVE);
    canary = CANDIDATE;
    Path kept = ModuleJar.kept(store, NAME, newcomer.getVersion());
    ModuleJar jar = new ModuleJar(newcomer.getLocation(), kept, NAME, newcomer.getVersion());
    return swap().promote(old, newcomer, jar, () -> 0);
  }

  @Test
  void aCanaryIsPromoted() throws Exception {
    assertThat(promote().result()).isEqualTo("committed");
    assertThat(atWork).isEqualTo(CANDIDATE);
    assertThat(said).contains("uninstalled " + OLD).doesNotContain("back");
  }

  @Test
  void aPromotionThatFailsBeforeTheExchangeLeavesBothAtWork() throws Exception {
    rehearsal =
        () -> {
          throw new NoClassDefFoundError("gone");
        };
    SwapRecord record = promote();
    assertThat(record.result()).isEqualTo("refused");
    assertThat(record.reason()).contains("NoClassDefFoundError: gone").contains("both versions");
    assertThat(canary).isEqualTo(CANDIDATE);
    assertThat(said).containsExactly("not watched any more");
  }

  @Test
  void aPromotionThatFailsAfterTheExchangeGoesBackAndLeavesNothing() throws Exception {
    going =
        () -> {
          atWork = CANDIDATE;
          canary = -1;
          throw new IllegalStateException("the other stack does not answer");
        };
    SwapRecord record = promote();
    assertThat(record.result()).isEqualTo("rolled back");
    assertThat(record.reason()).contains("the other stack does not answer");
    assertThat(atWork).isEqualTo(OLD);
    assertThat(said).containsSubsequence("back", "uninstalled " + CANDIDATE);
  }

  @Test
  void aPromotionWhoseCanaryEndedByItselfLeavesNothing() throws Exception {
    rehearsal =
        () -> {
          canary = -1;
          throw new IllegalStateException("it crashed meanwhile");
        };
    SwapRecord record = promote();
    assertThat(record.result()).isEqualTo("rolled back");
    assertThat(record.reason()).contains("it crashed meanwhile").doesNotContain("both versions");
    assertThat(said).contains("uninstalled " + CANDIDATE);
  }

  @Test
  void aPromotionThatCannotBeCommittedGoesBackAndLeavesNothing() throws Exception {
    commitFailure = new IllegalStateException("no disk");
    SwapRecord record = promote();
    assertThat(record.result()).isEqualTo("rolled back");
    assertThat(record.reason()).contains("refused the commit").contains("no disk");
    assertThat(atWork).isEqualTo(OLD);
    assertThat(said).containsSubsequence("back", "uninstalled " + CANDIDATE);
    assertThat(installed).containsExactly(old);
  }

  private SwapRecord swapped() throws Exception {
    Path given = jar(Files.createDirectories(store.resolve("given")).resolve("tcp.jar"), "2.0.0");
    String url = given.toUri().toString();
    return swap().run(old, ModuleJar.fetch(url, store), url, () -> 0, false);
  }

  @Test
  void whoCannotBeToldOfTheProgressDoesNotStopTheSwap() throws Exception {
    progress =
        text -> {
          throw new IllegalStateException("the session is closed");
        };
    assertThat(swapped().result()).isEqualTo("committed");
  }

  @Test
  void aLaneThatHangsAsTheWatchEndsHasTheSwapUndoneAndNotJustUninstalled() throws Exception {
    confirming =
        () -> {
          throw new IllegalStateException("lane 0 does not answer");
        };
    SwapRecord record = swapped();
    assertThat(record.result()).isEqualTo("rolled back");
    assertThat(record.reason()).contains("lane 0 does not answer");
    assertThat(atWork).isEqualTo(OLD);
    assertThat(said).containsSubsequence("back", "uninstalled " + (CANDIDATE + 1));
  }

  @Test
  void whoBreaksARuleOnTheWireIsWatchedUntilItHasGone() throws Exception {
    wire.findings = new ModuleSlots.Findings(Map.of("it sends other bytes", 1), 0, 0, 0, 0, 0);
    SwapRecord record = swapped();
    assertThat(record.result()).isEqualTo("rolled back");
    assertThat(record.reason()).contains("it sends other bytes");
    // else what it sends in between gets through
    assertThat(said).containsSubsequence("back", "not watched any more");
  }

  private SwapRecord rehearse() throws Exception {
    Path given = jar(Files.createDirectories(store.resolve("given")).resolve("tcp.jar"), "2.0.0");
    String url = given.toUri().toString();
    return swap().run(old, ModuleJar.fetch(url, store), url, () -> 0, true);
  }

  @ParameterizedTest
  @CsvSource({"ACTIVE", "RESOLVED"})
  void whatACanaryThatCrashedLeftMakesWayForTheSameJar(String state) throws Exception {
    newcomer(state.equals("ACTIVE") ? Bundle.ACTIVE : Bundle.RESOLVED);
    SwapRecord record = rehearse();
    assertThat(record.reason()).isEmpty();
    assertThat(record.result()).isEqualTo("rehearsed");
    assertThat(said).startsWith("uninstalled " + CANDIDATE);
  }

  @ParameterizedTest
  @CsvSource({"canary", "at work", "in a feature", "of a module without slots"})
  void whatIsOfUseStaysInstalledAndTheSameJarIsRefused(String use) throws Exception {
    Bundle newcomer = newcomer(Bundle.ACTIVE);
    switch (use) {
      case "canary" -> canary = CANDIDATE;
      case "at work" -> atWork = CANDIDATE;
      case "in a feature" -> alsoInFeature = newcomer.getLocation();
      default -> hasSlots = false;
    }
    SwapRecord record = rehearse();
    assertThat(record.result()).isEqualTo("refused");
    assertThat(record.reason()).contains("is installed already, as bundle " + CANDIDATE);
    assertThat(said).isEmpty();
    assertThat(installed).contains(newcomer);
  }
}
