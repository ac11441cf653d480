package io.karavel.control.internal.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.Configurations;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The session that began a change is killed in the middle of it. */
class KilledSessionTest {
  private static final Configurations.Author ANN = new Configurations.Author("ann", "shell");
  private static final long PATIENCE_SECONDS = 60;

  @TempDir Path data;

  private final Map<String, Dictionary<String, Object>> stored = new ConcurrentHashMap<>();
  private final CountDownLatch writing = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private ConfigurationsComponent component;

  private static <T> T fake(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  /** A configuration of Config Admin whose update takes its time. */
  @SuppressWarnings("unchecked")
  private Configuration configuration(String pid) {
    return fake(
        Configuration.class,
        (proxy, method, arguments) -> {
          switch (method.getName()) {
            case "getProperties":
              return stored.get(pid);
            case "update":
              writing.countDown();
              assertThat(goOn.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
              stored.put(pid, (Dictionary<String, Object>) arguments[0]);
              return null;
            default:
              return pid;
          }
        });
  }

  private ConfigurationAdmin admin() {
    return fake(
        ConfigurationAdmin.class,
        (proxy, method, arguments) -> {
          if (method.getName().equals("getConfiguration")) {
            return configuration((String) arguments[0]);
          }
          String pid = ((String) arguments[0]).replaceAll(".*=|\\)", "");
          return stored.containsKey(pid) ? new Configuration[] {configuration(pid)} : null;
        });
  }

  @BeforeEach
  void start() {
    BundleContext context =
        fake(
            BundleContext.class,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getProperty" -> data.toString();
                  case "getServiceReferences" -> List.of();
                  case "registerService" -> fake(ServiceRegistration.class, (p, m, a) -> null);
                  default -> null;
                });
    stored.put("io.karavel.tcp", FrameworkUtil.asDictionary(Map.of("synRetries", "4")));
    component = new ConfigurationsComponent(context, admin());
    component.activate();
  }

  @AfterEach
  void stop() {
    component.deactivate();
  }

  @Test
  void whatItBeganIsBroughtToItsEndByTheBundle() throws Exception {
    AtomicReference<Exception> told = new AtomicReference<>();
    Thread session =
        new Thread(
            () -> {
              try {
                component.set(List.of("tcp.synRetries=3", "ip.defaultTtl=70"), 60, ANN);
              } catch (ConfigurationException e) {
                told.set(e);
              }
            });
    session.start();
    assertThat(writing.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    session.interrupt();
    session.join(PATIENCE_SECONDS * 1000);
    assertThat(session.isAlive()).isFalse();
    assertThat(told.get()).hasMessageContaining("net:config-history");
    goOn.countDown();
    // the next one waits for it
    assertThatThrownBy(() -> component.set(List.of("tcp.retries2=8"), 0, ANN))
        .hasMessageContaining("change 1 waits to be confirmed");
    assertThat(stored.get("io.karavel.tcp").get("synRetries")).isEqualTo("3");
    assertThat(stored.get("io.karavel.ip").get("defaultTtl")).isEqualTo("70");
    assertThat(component.history().get(0).result()).isEqualTo(ConfigurationRecord.TO_CONFIRM);
    component.rollback(0, false, ANN);
    assertThat(stored.get("io.karavel.tcp").get("synRetries")).isEqualTo("4");
    assertThat(stored.get("io.karavel.ip").get("defaultTtl")).isNull();
  }
}
