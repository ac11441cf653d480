package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

/** When Karaf is made to take up the commands again; that it does: CommandsIT. */
class CommandKeeperTest {
  private final List<String> calls = new ArrayList<>();
  private final Bundle api = bundle("io.karavel.api");
  private final Bundle own = wired("io.karavel.shell", api);
  private final Bundle other = bundle("io.karavel.shell");
  private BundleListener starts;
  private final CommandKeeper keeper = new CommandKeeper();

  private static Bundle bundle(String symbolicName) {
    return bundle(symbolicName, null);
  }

  private static Object fake(Class<?> type, Object answer) {
    return Proxy.newProxyInstance(
        CommandKeeperTest.class.getClassLoader(),
        new Class<?>[] {type},
        (self, method, arguments) -> answer);
  }

  /** One that is wired to another bundle. */
  private static Bundle wired(String symbolicName, Bundle provider) {
    Object revision = fake(BundleRevision.class, provider);
    return bundle(
        symbolicName, fake(BundleWiring.class, List.of(fake(BundleWire.class, revision))));
  }

  private static Bundle bundle(String symbolicName, Object wiring) {
    return (Bundle)
        Proxy.newProxyInstance(
            Bundle.class.getClassLoader(),
            new Class<?>[] {Bundle.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "equals" -> self == arguments[0];
                  case "hashCode" -> System.identityHashCode(self);
                  case "getSymbolicName" -> symbolicName;
                  case "adapt" -> wiring;
                  default -> throw new UnsupportedOperationException(method.toString());
                });
  }

  private BundleContext context() {
    return (BundleContext)
        Proxy.newProxyInstance(
            BundleContext.class.getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "getBundle" -> own;
                  case "addBundleListener" -> {
                    if (!(arguments[0] instanceof SynchronousBundleListener)) {
                      starts = (BundleListener) arguments[0];
                    }
                    yield null;
                  }
                  case "registerService" -> {
                    calls.add("registered");
                    yield registration();
                  }
                  default -> throw new UnsupportedOperationException(method.toString());
                });
  }

  private ServiceRegistration<?> registration() {
    return (ServiceRegistration<?>)
        Proxy.newProxyInstance(
            ServiceRegistration.class.getClassLoader(),
            new Class<?>[] {ServiceRegistration.class},
            (self, method, arguments) -> {
              calls.add(method.getName());
              return null;
            });
  }

  @Test
  void eachTimeAnotherVersionHasStoppedTheServiceThatKarafFollowsComesOrGoes() {
    keeper.start(context());
    keeper.bundleChanged(new BundleEvent(BundleEvent.STOPPED, other));
    assertThat(calls).containsExactly("registered");
    keeper.bundleChanged(new BundleEvent(BundleEvent.STOPPED, other));
    assertThat(calls).containsExactly("registered", "unregister");
    keeper.bundleChanged(new BundleEvent(BundleEvent.STOPPED, other));
    assertThat(calls).containsExactly("registered", "unregister", "registered");
  }

  @Test
  void nothingElseHasKarafTakeUpTheCommandsAgain() {
    keeper.start(context());
    keeper.bundleChanged(new BundleEvent(BundleEvent.STOPPING, other)); // they are not away yet
    keeper.bundleChanged(new BundleEvent(BundleEvent.STARTED, other));
    keeper.bundleChanged(new BundleEvent(BundleEvent.UNINSTALLED, other));
    keeper.bundleChanged(new BundleEvent(BundleEvent.STOPPED, own));
    keeper.bundleChanged(new BundleEvent(BundleEvent.STOPPED, bundle("io.karavel.tcp")));
    assertThat(calls).isEmpty();
  }

  @Test
  void anotherVersionAnswersUnlessItStandsOnAnotherApi() {
    keeper.start(context());
    starts.bundleChanged(new BundleEvent(BundleEvent.STARTED, wired("io.karavel.shell", api)));
    assertThat(calls).isEmpty();
    Bundle otherApi = bundle("io.karavel.api");
    starts.bundleChanged(new BundleEvent(BundleEvent.STARTED, wired("io.karavel.tcp", otherApi)));
    assertThat(calls).isEmpty();
    starts.bundleChanged(new BundleEvent(BundleEvent.STARTED, wired("io.karavel.shell", otherApi)));
    assertThat(calls).containsExactly("registered");
  }

  @Test
  void aListenerThatIsToldAfterTheStopDoesNothing() {
    keeper.start(context());
    keeper.stop(context());
    keeper.bundleChanged(new BundleEvent(BundleEvent.STOPPED, other));
    assertThat(calls).isEmpty();
  }
}
