package io.karavel.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.LiveSettings;
import io.karavel.engine.ModuleFactory;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/**
 * Every component starts whatever its configuration says: with the defaults if that is wrong, and
 * later with the last good set. What it does with a good set is tested in its own bundle.
 */
class WrongConfigurationTest {
  private final List<Object> registered = new ArrayList<>();
  private final BundleContext context = proxy(BundleContext.class, this::inContext);

  private Object inContext(Object self, Method called, Object[] arguments) {
    if (!called.getName().equals("registerService")) {
      throw new AssertionError("a component asked its context for " + called);
    }
    Object service = arguments[1];
    registered.add(service);
    return proxy(
        ServiceRegistration.class,
        (registration, method, none) -> {
          assertThat(method.getName()).isEqualTo("unregister");
          registered.remove(service);
          return null;
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @ParameterizedTest
  @CsvSource({
    "io.karavel.timer.internal.TimerComponent, slotTimers, 17, 0, 1",
    "io.karavel.timer.internal.KeepaliveComponent, probes, 9, 128, 1",
    "io.karavel.ip.internal.IpComponent, defaultTtl, 63, 256, 1",
    "io.karavel.tcp.internal.TcpComponent, synRetries, 4, 0, 1",
    "io.karavel.nic.memory.internal.MemoryCableComponent, lossPercent, 1.5, 101, 2",
    "io.karavel.control.internal.ControlComponent, watchSeconds, 5, 3601, 0",
    "io.karavel.nic.tap.internal.TapComponent, mtu, 1400, 12, 1",
  })
  void startsWithTheDefaultsAndKeepsTheLastGoodSet(
      String component, String key, String good, String bad, int factories) throws Exception {
    Class<?> type = Class.forName(component);
    Object made =
        type.getConstructor(BundleContext.class, Map.class)
            .newInstance(context, Map.of("service.pid", "p~x", key, bad));
    assertThat(settings().problem()).contains(key + " = '" + bad + "'");
    assertThat(settings().applied()).isEmpty();
    assertThat(settings().inForce()).isNotNull();
    assertThat(registered).filteredOn(ModuleFactory.class::isInstance).hasSize(factories);
    Object defaults = settings().inForce();

    call(made, "modified", Map.of("service.pid", "p~x", key, good));
    assertThat(settings().problem()).isNull();
    Object rules = settings().inForce();
    assertThat(rules).isNotEqualTo(defaults);

    call(made, "modified", Map.of("service.pid", "p~x", key, bad));
    assertThat(settings().problem()).contains(key + " = '" + bad + "'");
    assertThat(settings().inForce()).isSameAs(rules);
    assertThat(settings().stored()).containsEntry(key, bad);
    assertThat(registered).filteredOn(ModuleFactory.class::isInstance).hasSize(factories);

    call(made, "deactivate");
    assertThat(registered).isEmpty();
  }

  @Test
  void aCableWhoseEndIsCalledOtherwiseOffersThatEndAnewAndLeavesTheOther() throws Exception {
    Class<?> type = Class.forName("io.karavel.nic.memory.internal.MemoryCableComponent");
    Object cable =
        type.getConstructor(BundleContext.class, Map.class)
            .newInstance(
                context, Map.of("service.pid", "io.karavel.nic.memory~c", "leftDevice", "a"));
    assertThat(slots()).containsExactly("nic:a", "nic:c-right");
    Object right = registered.get(2);

    call(cable, "modified", Map.of("service.pid", "io.karavel.nic.memory~c", "leftDevice", "b"));
    assertThat(slots()).containsExactlyInAnyOrder("nic:b", "nic:c-right");
    assertThat(registered).contains(right);

    call(
        cable,
        "modified",
        Map.of(
            "service.pid", "io.karavel.nic.memory~c", "leftDevice", "c-right", "rightDevice", "b"));
    assertThat(slots()).containsExactlyInAnyOrder("nic:c-right", "nic:b");
  }

  private List<String> slots() {
    return registered.stream()
        .filter(ModuleFactory.class::isInstance)
        .map(service -> ((ModuleFactory) service).slot())
        .toList();
  }

  private LiveSettings<?> settings() {
    return (LiveSettings<?>)
        registered.stream().filter(LiveSettings.class::isInstance).findFirst().orElseThrow();
  }

  private static void call(Object component, String name, Object... arguments) throws Exception {
    for (Method method : component.getClass().getDeclaredMethods()) {
      if (method.getName().equals(name)) {
        method.setAccessible(true);
        method.invoke(component, arguments);
        return;
      }
    }
    throw new AssertionError(component.getClass() + " has no method " + name);
  }
}
