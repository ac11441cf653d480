package io.karavel.engine.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.Version;

/** Of several engines one is at work, and they follow each other. */
class EngineTurnTest {
  /** Whose turn came and went. */
  private final List<String> turns = new ArrayList<>();

  private final List<ServiceReference<?>> engines = new ArrayList<>();
  private final List<ServiceListener> listeners = new ArrayList<>();
  private int services;

  private static <T> T fake(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            EngineTurnTest.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "equals" -> self == arguments[0];
                  case "hashCode" -> System.identityHashCode(self);
                  default -> handler.invoke(self, method, arguments);
                }));
  }

  private BundleContext context(String version) {
    Bundle bundle = fake(Bundle.class, (self, method, arguments) -> new Version(version));
    return fake(
        BundleContext.class,
        (self, method, arguments) -> {
          switch (method.getName()) {
            case "getBundle":
              return bundle;
            case "addServiceListener":
              listeners.add((ServiceListener) arguments[0]);
              return null;
            case "removeServiceListener":
              listeners.remove(arguments[0]);
              return null;
            case "getAllServiceReferences":
              return engines.toArray(new ServiceReference<?>[0]);
            default:
              return arguments[0] == EngineTurn.Present.class ? present(bundle) : granted(version);
          }
        });
  }

  private ServiceRegistration<?> present(Bundle bundle) {
    Integer id = services++;
    ServiceReference<?> reference =
        fake(
            ServiceReference.class,
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "getBundle" -> bundle;
                  case "compareTo" ->
                      engines.indexOf(arguments[0])
                          - engines.indexOf(self); // the earlier is greater
                  default -> id;
                });
    engines.add(reference);
    return fake(
        ServiceRegistration.class,
        (self, method, arguments) -> {
          if (method.getName().equals("getReference")) {
            return reference;
          }
          ServiceEvent event = new ServiceEvent(ServiceEvent.UNREGISTERING, reference);
          List.copyOf(listeners).forEach(listener -> listener.serviceChanged(event));
          engines.remove(reference);
          return null;
        });
  }

  private ServiceRegistration<?> granted(String version) {
    turns.add(version + " begins");
    return fake(
        ServiceRegistration.class,
        (self, method, arguments) -> {
          turns.add(version + " ends");
          return null;
        });
  }

  @Test
  void theLaterStandsByUntilTheEarlierHasEnded() throws Exception {
    EngineTurn first = new EngineTurn(context("0.1.0"));
    EngineTurn second = new EngineTurn(context("0.1.1"));
    EngineTurn third = new EngineTurn(context("0.1.2"));
    assertThat(turns).containsExactly("0.1.0 begins");
    first.deactivate();
    assertThat(turns).containsExactly("0.1.0 begins", "0.1.0 ends", "0.1.1 begins");
    second.deactivate();
    third.deactivate();
    assertThat(turns).endsWith("0.1.1 ends", "0.1.2 begins", "0.1.2 ends");
    assertThat(listeners).isEmpty();
  }

  @Test
  void oneThatStandsByGoesWithoutATrace() throws Exception {
    EngineTurn first = new EngineTurn(context("0.1.0"));
    new EngineTurn(context("0.1.1")).deactivate();
    assertThat(turns).containsExactly("0.1.0 begins");
    first.deactivate();
    assertThat(turns).containsExactly("0.1.0 begins", "0.1.0 ends");
  }
}
