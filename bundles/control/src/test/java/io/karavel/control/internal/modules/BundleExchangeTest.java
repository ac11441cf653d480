package io.karavel.control.internal.modules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.control.Appliance;
import io.karavel.control.ModuleSwapException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.service.EventListenerHook;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** In which order bundles without a slot start and stop; the framework is pretended. */
class BundleExchangeTest {
  private static final String OFFER = "io.karavel.services.BuiltInServices";

  private final List<String> did = new ArrayList<>();
  private EventListenerHook hook;

  /** How long it takes until it lets go, and again when it has; and until the other begins. */
  private long leaveMillis;

  private long gapMillis;
  private final Module old = new Module("old");
  private final Module candidate = new Module("new");

  /** What stops and starts. Of two that stand by the first is at work. */
  private final class Module {
    final String name;
    int state = Bundle.RESOLVED;
    boolean standsBy = true;
    boolean atWork;
    boolean refusesWork;
    BundleException startFailure;
    BundleException stopFailure;
    int component = ComponentConfigurationDTO.ACTIVE;

    Module(String name) {
      this.name = name;
    }

    final Bundle bundle = fake(Bundle.class, this::answer);

    private Object answer(String method, Object[] arguments) {
      return switch (method) {
        case "getState" -> state;
        case "getHeaders" -> headers();
        case "findEntries" -> null;
        case "getRegisteredServices" -> offers();
        case "start" -> start((Integer) arguments[0]);
        case "stop" -> stop((Integer) arguments[0]);
        default -> throw new AssertionError(method);
      };
    }

    @SuppressWarnings("JdkObsolete") // what a bundle returns
    private Dictionary<String, String> headers() {
      Dictionary<String, String> headers = new Hashtable<>();
      if (standsBy) {
        headers.put("Karavel-Stands-By", "true");
      }
      return headers;
    }

    private ServiceReference<?>[] offers() {
      if (state == Bundle.UNINSTALLED) {
        throw new IllegalStateException("uninstalled");
      }
      return atWork
          ? new ServiceReference<?>[] {
            fake(ServiceReference.class, (method, arguments) -> new String[] {OFFER})
          }
          : null;
    }

    private Object start(int options) {
      assertThat(options).isEqualTo(Bundle.START_TRANSIENT);
      did.add("start " + name);
      if (state == Bundle.UNINSTALLED) {
        throw new IllegalStateException("uninstalled");
      }
      if (startFailure != null) {
        throw new Checked(startFailure);
      }
      state = Bundle.ACTIVE;
      goToWork();
      return null;
    }

    private void goToWork() {
      boolean was = atWork;
      atWork =
          state == Bundle.ACTIVE
              && !refusesWork
              && component == ComponentConfigurationDTO.ACTIVE
              && !other().atWork;
      if (atWork && !was) {
        tell(ServiceEvent.REGISTERED);
      }
    }

    private void tell(int type) {
      ServiceReference<?> reference =
          fake(
              ServiceReference.class,
              (method, arguments) ->
                  method.equals("getBundle") ? bundle : new String[] {OFFER, "another"});
      if (hook != null) {
        hook.event(new ServiceEvent(type, reference), Map.of());
      }
    }

    private Module other() {
      return this == old ? candidate : old;
    }

    private Object stop(int options) {
      assertThat(options).isEqualTo(Bundle.STOP_TRANSIENT);
      did.add("stop " + name);
      state = Bundle.RESOLVED;
      if (atWork) {
        pauseMillis(leaveMillis);
        tell(ServiceEvent.UNREGISTERING);
        atWork = false;
        pauseMillis(gapMillis);
        if (other().standsBy) {
          other().goToWork();
        }
        pauseMillis(leaveMillis);
      }
      if (stopFailure != null) {
        throw new Checked(stopFailure);
      }
      return null;
    }
  }

  private static void pauseMillis(long millis) {
    long endNanos = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() - endNanos < 0) {
      Thread.onSpinWait();
    }
  }

  /** Carries what only the method that is pretended may throw. */
  private static final class Checked extends RuntimeException {
    private static final long serialVersionUID = 1;

    Checked(Exception cause) {
      super(cause);
    }
  }

  private static <T> T fake(Class<T> type, BiFunction<String, Object[], ?> to) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              try {
                return switch (method.getName()) {
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  default -> to.apply(method.getName(), arguments);
                };
              } catch (Checked e) {
                throw e.getCause();
              }
            }));
  }

  private Module of(Object bundle) {
    return bundle == old.bundle ? old : candidate;
  }

  private final ServiceComponentRuntime components =
      fake(
          ServiceComponentRuntime.class,
          (method, arguments) ->
              switch (method) {
                case "getComponentDescriptionDTOs" -> {
                  ComponentDescriptionDTO description = new ComponentDescriptionDTO();
                  description.name = of(((Object[]) arguments[0])[0]).name;
                  yield List.of(description);
                }
                case "getComponentConfigurationDTOs" -> {
                  ComponentConfigurationDTO configuration = new ComponentConfigurationDTO();
                  configuration.description = (ComponentDescriptionDTO) arguments[0];
                  configuration.state =
                      (configuration.description.name.equals("old") ? old : candidate).component;
                  configuration.failure = "it throws\n at somewhere";
                  yield List.of(configuration);
                }
                default -> throw new AssertionError(method);
              });

  private final FrameworkWiring wiring =
      fake(FrameworkWiring.class, (method, arguments) -> method.equals("resolveBundles"));

  private final BundleContext context =
      fake(
          BundleContext.class,
          (method, arguments) -> {
            if (method.equals("registerService")) {
              hook = (EventListenerHook) arguments[1];
              return fake(
                  ServiceRegistration.class,
                  (unregister, none) -> {
                    hook = null;
                    return null;
                  });
            }
            assertThat(arguments[0]).isEqualTo(Constants.SYSTEM_BUNDLE_LOCATION);
            return fake(Bundle.class, (adapt, to) -> wiring);
          });

  private final Appliance appliance = fake(Appliance.class, (method, arguments) -> List.of());

  private final BundleExchange exchange =
      new BundleExchange(context, appliance, components, old.bundle, candidate.bundle, text -> {});

  BundleExchangeTest() {
    old.state = Bundle.ACTIVE;
    old.atWork = true;
  }

  private void expectOldAtWork() {
    assertThat(old.state).isEqualTo(Bundle.ACTIVE);
    assertThat(old.atWork).isTrue();
  }

  @Test
  void whoStandsByIsStartedBeforeTheOldOneStops() throws Exception {
    exchange.rehearse();
    assertThat(did).containsExactly("start new");
    expectOldAtWork();
    assertThat(exchange.go().slots()).isZero();
    assertThat(did).containsExactly("start new", "stop old");
    assertThat(candidate.atWork).isTrue();
    assertThat(exchange.problem()).isNull();
  }

  @Test
  void thePauseIsThatInWhichNeitherOffers() throws Exception {
    leaveMillis = 40;
    gapMillis = 20;
    exchange.rehearse();
    Exchange.Outcome outcome = exchange.go();
    assertThat(hook).isNull();
    long rest = outcome.wholeNanos() - outcome.longestPauseNanos();
    assertThat(outcome.longestPauseNanos()).isGreaterThanOrEqualTo(20_000_000);
    assertThat(rest).isGreaterThanOrEqualTo(80_000_000);
  }

  @Test
  void onTheWayBackTheOldOneIsStartedBeforeTheNewOneStops() throws Exception {
    exchange.rehearse();
    exchange.go();
    did.clear();
    assertThat(exchange.back()).isNull();
    assertThat(did).containsExactly("start old", "stop new");
    expectOldAtWork();
  }

  @Test
  void ifEitherDoesNotStandByTheOldOneStopsFirst() throws Exception {
    for (Module without : List.of(old, candidate)) {
      did.clear();
      old.standsBy = without != old;
      candidate.standsBy = without != candidate;
      exchange.rehearse();
      assertThat(did).isEmpty();
      exchange.go();
      assertThat(did).containsExactly("stop old", "start new");
      assertThat(exchange.back()).isNull();
      assertThat(did).endsWith("stop new", "start old");
      expectOldAtWork();
    }
  }

  @Test
  void whatCannotStandByIsRefusedWhileTheOldOneIsAtWork() {
    Map<String, Runnable> failures = new HashMap<>();
    failures.put("does not start: no", () -> candidate.startFailure = new BundleException("no"));
    failures.put(
        "failed: it throws",
        () -> {
          candidate.startFailure = null;
          candidate.component = ComponentConfigurationDTO.FAILED_ACTIVATION;
        });
    failures.forEach(
        (says, failure) -> {
          candidate.startFailure = null;
          candidate.component = ComponentConfigurationDTO.ACTIVE;
          failure.run();
          assertThatThrownBy(exchange::rehearse)
              .isInstanceOf(ModuleSwapException.class)
              .hasMessageContaining(says);
          expectOldAtWork();
        });
    assertThat(did).doesNotContain("stop old");
  }

  @Test
  void whatIsStoppedWhileItStandsByIsRefusedWhileTheOldOneIsAtWork() throws Exception {
    exchange.rehearse();
    candidate.state = Bundle.RESOLVED;
    assertThatThrownBy(exchange::go).hasMessageContaining("stopped or uninstalled");
    expectOldAtWork();
    assertThat(did).doesNotContain("stop old");
  }

  @Test
  void whoFailsToTakeOverMakesWayAgain() throws Exception {
    candidate.refusesWork = true;
    exchange.rehearse();
    assertThatThrownBy(exchange::go)
        .isInstanceOf(ModuleSwapException.class)
        .hasMessage("the swap failed: it does not offer " + OFFER);
    assertThat(did).containsExactly("start new", "stop old", "start old", "stop new");
    expectOldAtWork();
  }

  @Test
  void anOldOneThatThrowsAsItStopsIsStartedAgain() throws Exception {
    exchange.rehearse();
    old.stopFailure = new BundleException("it hangs");
    assertThatThrownBy(exchange::go)
        .hasMessage("the swap failed: the old one does not stop: it hangs");
    assertThat(did).containsExactly("start new", "stop old", "start old", "stop new");
    expectOldAtWork();
  }

  @Test
  void whatIsUninstalledMeanwhileIsSaid() throws Exception {
    exchange.rehearse();
    exchange.go();
    old.state = Bundle.UNINSTALLED;
    assertThat(exchange.back()).contains("uninstalled meanwhile");
    candidate.state = Bundle.UNINSTALLED;
    candidate.atWork = false;
    old.state = Bundle.RESOLVED;
    did.clear();
    assertThat(exchange.back()).isNull();
    assertThat(did).containsExactly("start old");
    expectOldAtWork();
  }

  @Test
  void anOldOneThatDoesNotGoToWorkAgainIsSaid() throws Exception {
    exchange.rehearse();
    exchange.go();
    old.refusesWork = true;
    assertThat(exchange.back()).isEqualTo("it does not offer " + OFFER);
  }
}
