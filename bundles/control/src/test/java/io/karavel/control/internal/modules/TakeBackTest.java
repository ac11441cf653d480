package io.karavel.control.internal.modules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.control.Appliance;
import io.karavel.control.ConnectionFigures;
import io.karavel.control.ModuleSwapException;
import io.karavel.control.SwapRecord;
import io.karavel.control.spi.ModuleSlots;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.karaf.features.FeaturesService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** net:module-rollback of a canary while lanes hang and bundles go; all around it is pretended. */
class TakeBackTest {
  private static final String NAME = "io.karavel.tcp";
  private static final long OLD = 7;
  private static final long CANDIDATE = 8;

  @TempDir private Path store;

  private final List<String> said = new ArrayList<>();

  /** How often canaries are told of before there is none any more. */
  private int looks = Integer.MAX_VALUE;

  private RuntimeException asking;
  private RuntimeException ending;
  private RuntimeException uninstalling;

  private static <T> T fake(Class<T> type, Function<String, ?> to) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> to.apply(method.getName())));
  }

  private Bundle bundle(long id, String version) {
    return fake(
        Bundle.class,
        method ->
            switch (method) {
              case "getBundleId" -> id;
              case "getSymbolicName" -> NAME;
              case "getVersion" -> Version.parseVersion(version);
              case "getLocation" -> "file:" + version;
              case "getState" -> Bundle.ACTIVE;
              case "uninstall" -> {
                fail(uninstalling);
                said.add("uninstalled " + id);
                yield null;
              }
              default -> throw new AssertionError(method);
            });
  }

  private static void fail(RuntimeException failure) {
    if (failure != null) {
      throw failure;
    }
  }

  private final Bundle old = bundle(OLD, "1.0.0");
  private final Bundle candidate = bundle(CANDIDATE, "2.0.0");

  private static ConnectionFigures figures() {
    return new ConnectionFigures(3, 0, 0, 0, -1);
  }

  private final ModuleSlots slots =
      fake(
          ModuleSlots.class,
          method ->
              switch (method) {
                case "canaries" -> {
                  fail(asking);
                  yield looks-- > 0
                      ? List.of(
                          new ModuleSlots.Shared("main", 0, OLD, CANDIDATE, figures(), figures()))
                      : List.of();
                }
                case "endCanary" -> {
                  fail(ending);
                  yield new ModuleSlots.Swap(List.of(), null);
                }
                case "placesFor" -> List.of();
                default -> throw new AssertionError(method);
              });

  private final BundleContext context =
      (BundleContext)
          Proxy.newProxyInstance(
              BundleContext.class.getClassLoader(),
              new Class<?>[] {BundleContext.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "getProperty" -> store.toString();
                    case "getBundle" -> arguments[0].equals(OLD) ? old : candidate;
                    case "getBundles" -> new Bundle[] {old, candidate};
                    default -> throw new AssertionError(method);
                  });

  private SwapRecord takeBack() throws ModuleSwapException {
    ModulesComponent modules =
        new ModulesComponent(
            context,
            slots,
            fake(Appliance.class, method -> null),
            fake(ServiceComponentRuntime.class, method -> null),
            fake(FeaturesService.class, method -> null));
    return modules.rollback("tcp", text -> {});
  }

  @Test
  void aCanaryIsTakenBack() throws Exception {
    SwapRecord record = takeBack();
    assertThat(record.result()).isEqualTo("taken back");
    assertThat(record.connections()).isEqualTo(3);
    assertThat(said).containsExactly("uninstalled " + CANDIDATE);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void oneThatEndsMeanwhileIsToldOf(int seen) throws Exception {
    looks = seen;
    try {
      assertThat(takeBack().result()).isEqualTo("taken back");
    } catch (ModuleSwapException e) {
      assertThat(e).hasMessageContaining("ended by itself").hasMessageContaining("net:events");
    }
  }

  @Test
  void aLaneThatDoesNotAnswerIsNamed() {
    asking = new IllegalStateException("lane 0 of stack main does not answer");
    assertThatThrownBy(this::takeBack)
        .isInstanceOf(ModuleSwapException.class)
        .hasMessageContaining("lane 0 of stack main does not answer")
        .hasMessageContaining("net:doctor");
  }

  @Test
  void aLaneThatHangsMeanwhileIsNamed() {
    ending = new IllegalStateException("lane 0 of stack main does not answer");
    assertThatThrownBy(this::takeBack)
        .isInstanceOf(ModuleSwapException.class)
        .hasMessageContaining("cannot be told")
        .hasMessageContaining("lane 0 of stack main does not answer")
        .hasMessageContaining("net:module-list");
    assertThat(said).isEmpty();
  }

  @Test
  void aBundleThatWentMeanwhileIsNoFailure() throws Exception {
    uninstalling = new IllegalStateException("uninstalled already");
    assertThat(takeBack().result()).isEqualTo("taken back");
  }
}
