package io.karavel.services.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.services.BuiltInServices;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.Version;

/** Which of several versions is at work; the framework is pretended. */
class ServicesComponentTest {
  private static final Map<String, Object> SETTINGS = Map.of("forwarderEnabled", "false");

  private final FakeStack stack = new FakeStack("main");
  private final List<ServiceListener> listeners = new ArrayList<>();
  private final List<ServiceReference<?>> registered = new ArrayList<>();
  private final ServicesComponent first = new ServicesComponent();
  private final ServicesComponent second = new ServicesComponent();
  private final FakeStack.Peer[] peer = new FakeStack.Peer[1];

  private static <T> T fake(Class<T> type, BiFunction<String, Object[], ?> to) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  case "toString" -> type.getSimpleName();
                  default -> to.apply(method.getName(), arguments);
                }));
  }

  private final Bundle bundle =
      fake(
          Bundle.class,
          (method, arguments) ->
              switch (method) {
                case "getVersion" -> Version.emptyVersion;
                default -> throw new AssertionError(method);
              });

  private final BundleContext context =
      fake(
          BundleContext.class,
          (method, arguments) ->
              switch (method) {
                case "addServiceListener" -> listeners.add((ServiceListener) arguments[0]);
                case "removeServiceListener" -> listeners.remove(arguments[0]);
                case "getServiceReferences" -> List.copyOf(registered);
                case "registerService" -> register((Class<?>) arguments[0]);
                default -> throw new AssertionError(method);
              });

  private ServiceRegistration<?> register(Class<?> type) {
    ServiceReference<?> reference =
        fake(
            ServiceReference.class,
            (method, arguments) ->
                switch (method) {
                  case "getBundle" -> bundle;
                  case "compareTo" ->
                      registered.indexOf(arguments[0]) < 0 ? 1 : -1; // of two at once: not needed
                  default -> throw new AssertionError(method);
                });
    if (type == BuiltInServices.class) {
      registered.add(reference);
    }
    return fake(
        ServiceRegistration.class,
        (method, arguments) ->
            switch (method) {
              case "getReference" -> reference;
              case "unregister" -> {
                if (type == BuiltInServices.class) {
                  ServiceEvent event = new ServiceEvent(ServiceEvent.UNREGISTERING, reference);
                  List.copyOf(listeners).forEach(listener -> listener.serviceChanged(event));
                  registered.remove(reference);
                }
                yield null;
              }
              default -> throw new AssertionError(method);
            });
  }

  @BeforeEach
  void theFirstIsAtWorkAndTheSecondStandsBy() throws Exception {
    for (ServicesComponent component : List.of(first, second)) {
      component.bindTcp(stack);
      component.activate(context, SETTINGS);
    }
    assertThat(registered).hasSize(1);
    peer[0] = stack.connect(7, 4096);
    echoes();
  }

  private void echoes() {
    peer[0].send("hello");
    assertThat(peer[0].receiveText()).isEqualTo("hello");
  }

  @Test
  void theSecondServesBeforeTheFirstLetsGoAndWhenItHasGone() {
    List<Boolean> served = new ArrayList<>();
    stack.atLane = () -> served.add(peer[0].socket.handler() != null);
    first.deactivate();
    stack.atLane = () -> {};
    assertThat(served).isNotEmpty().doesNotContain(false);
    assertThat(registered).hasSize(1);
    echoes();
    second.deactivate();
    assertThat(registered).isEmpty();
    assertThat(peer[0].socket.handler()).isNull();
  }

  @Test
  void aSecondThatThrowsAsItTakesOverOffersNothingAndTheFirstGoesOnAnew() throws Exception {
    boolean[] thrown = {false};
    second.unbindTcp(stack);
    second.bindTcp(
        new FakeStack("main") {
          @Override
          public List<io.karavel.tcp.TcpListener> listeners(String owner) {
            thrown[0] = true;
            throw new NoClassDefFoundError("gone");
          }
        });
    first.deactivate();
    assertThat(thrown[0]).isTrue();
    assertThat(registered).isEmpty();
    first.activate(context, SETTINGS);
    first.bindTcp(stack);
    stack.run();
    echoes();
    second.deactivate();
    first.deactivate();
  }

  @Test
  void aFirstThatThrowsAsItBeginsLeavesNoServiceBehind() {
    first.deactivate();
    second.deactivate();
    ServicesComponent third = new ServicesComponent();
    third.bindTcp(
        new FakeStack("main") {
          @Override
          public List<io.karavel.tcp.TcpListener> listeners(String owner) {
            throw new NoClassDefFoundError("gone");
          }
        });
    assertThatThrownBy(() -> third.activate(context, SETTINGS))
        .isInstanceOf(NoClassDefFoundError.class);
    assertThat(registered).isEmpty();
  }
}
