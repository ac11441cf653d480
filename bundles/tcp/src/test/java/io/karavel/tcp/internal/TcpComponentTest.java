package io.karavel.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.LiveSettings;
import io.karavel.engine.ModuleFactory;
import io.karavel.tcp.TcpSettings;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** What the component tells the outside of its configuration. */
class TcpComponentTest {
  private final Map<Class<?>, Object> services = new HashMap<>();

  private BundleContext context() {
    InvocationHandler registrar =
        (proxy, method, arguments) -> {
          if (!method.getName().equals("registerService")) {
            throw new UnsupportedOperationException(method.toString());
          }
          Class<?> type = (Class<?>) arguments[0];
          services.put(type, arguments[1]);
          return proxy(
              ServiceRegistration.class, (registration, gone, none) -> services.remove(type));
        };
    return proxy(BundleContext.class, registrar);
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private String caution() {
    return ((LiveSettings<?>) services.get(LiveSettings.class)).caution();
  }

  @Test
  void aTimeoutBelow200MillisecondsIsSaidInTheSettingsThatNetStatusShows() {
    TcpComponent component = new TcpComponent(context(), Map.of("rtoMinMillis", 199));
    assertThat(caution()).contains("rtoMinMillis = 199 ms");
    component.modified(Map.of("rtoMinMillis", 5));
    assertThat(caution()).contains("rtoMinMillis = 5 ms");
    component.modified(Map.of("rtoMinMillis", "much")); // refused: what was said is still in force
    assertThat(caution()).contains("rtoMinMillis = 5 ms");
    component.modified(Map.of("rtoMinMillis", 200));
    assertThat(caution()).isNull();
  }

  @Test
  void aRefusedConfigurationLeavesWhatWasInForce() {
    TcpComponent component = new TcpComponent(context(), Map.of("synRetries", 3));
    component.modified(Map.of("synRetries", 128));
    LiveSettings<?> settings = (LiveSettings<?>) services.get(LiveSettings.class);
    assertThat(((TcpSettings) settings.inForce()).synRetries()).isEqualTo(3);
    assertThat(settings.problem()).contains("synRetries", "128", "1 to 127");
  }

  @Test
  void whatItRegisteredGoesWithIt() {
    TcpComponent component = new TcpComponent(context(), Map.of());
    assertThat(services).containsOnlyKeys(LiveSettings.class, ModuleFactory.class);
    component.deactivate();
    assertThat(services).isEmpty();
  }
}
