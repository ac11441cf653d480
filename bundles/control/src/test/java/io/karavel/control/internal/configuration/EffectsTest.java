package io.karavel.control.internal.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.control.Appliance;
import io.karavel.control.ConfigurationPlan;
import io.karavel.control.KeyChange;
import io.karavel.control.ModuleAbsentException;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.ip.IpSettings;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.spi.TcpControl;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What {@code --dry-run} tells: which connections a change ends, which it touches, what else. */
class EffectsTest {
  private static final String INTERFACE = "io.karavel.ip.interface~main0";

  private final MemoryStore store = new MemoryStore();
  private final List<TcpConnectionInfo> connections = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();
  private final Tcp tcp = new Tcp();
  private boolean away;

  private static TcpConnectionInfo connection(long id, String local, TcpState state) {
    return new TcpConnectionInfo(
        id,
        state,
        IpEndpoint.of(local, 80),
        IpEndpoint.of("10.77.0.1", (int) (40_000 + id % 1000)),
        "app",
        0,
        0,
        "",
        0,
        0,
        0,
        Map.of());
  }

  /** Connections that connect end, two on a page; the others go on. */
  private final class Tcp implements TcpControl {
    @Override
    public Prospect prospect(
        TcpSettings settings, KeepaliveSettings keepalive, long cursor, int examine) {
      asked.add(
          (settings == null ? "-" : String.valueOf(settings.synRetries()))
              + " "
              + (keepalive == null ? "-" : String.valueOf(keepalive.probes())));
      Map<TcpConnectionInfo, String> ended = new LinkedHashMap<>();
      List<TcpConnectionInfo> touched = new ArrayList<>();
      int end = Math.min(connections.size(), (int) cursor + 2);
      for (TcpConnectionInfo info : connections.subList((int) cursor, end)) {
        if (info.state() == TcpState.SYN_SENT) {
          ended.put(info, "its SYN was repeated 4 times already");
        } else {
          touched.add(info);
        }
      }
      return new Prospect(ended, touched, end == connections.size() ? 0 : end);
    }

    @Override
    public Page list(long cursor, int examine, Predicate<? super TcpConnectionInfo> filter) {
      List<TcpConnectionInfo> page = new ArrayList<>(connections);
      page.removeIf(info -> !filter.test(info));
      return new Page(page, 0);
    }

    @Override
    public TcpConnectionInfo info(long id) {
      throw new UnsupportedOperationException();
    }

    @Override
    public TcpSummary summary() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean kill(long id, boolean reset) {
      throw new AssertionError("a dry run ends nothing");
    }
  }

  @SuppressWarnings("unchecked")
  private Appliance appliance() {
    return (Appliance)
        Proxy.newProxyInstance(
            Appliance.class.getClassLoader(),
            new Class<?>[] {Appliance.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "stacks" -> List.of("main");
                  case "query" -> {
                    if (away) {
                      throw new ModuleAbsentException("stack main: module tcp: not running");
                    }
                    yield ((Function<Object, Object>) arguments[3]).apply(tcp);
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private ConfigurationPlan plan(KeyChange... changes) throws Exception {
    return new Effects(store, appliance()).of(List.of(changes));
  }

  private static KeyChange tcp(String key, String value) {
    return new KeyChange(TcpSettings.PID, key, null, value);
  }

  private void three() {
    connections.add(connection(1, "10.77.0.2", TcpState.SYN_SENT));
    connections.add(connection(2, "10.77.0.2", TcpState.ESTABLISHED));
    connections.add(connection(3, "10.77.0.3", TcpState.SYN_SENT));
  }

  @Test
  void asksEveryPageAndListsBothKinds() throws Exception {
    three();
    ConfigurationPlan plan = plan(tcp("synRetries", "3"));
    assertThat(asked).containsExactly("3 -", "3 -");
    assertThat(plan.ended()).extracting(fate -> fate.connection().id()).containsExactly(1L, 3L);
    assertThat(plan.ended())
        .allMatch(fate -> fate.why().equals("its SYN was repeated 4 times already"));
    assertThat(plan.touched()).extracting(fate -> fate.connection().id()).containsExactly(2L);
    assertThat(plan.endedCount()).isEqualTo(2);
    assertThat(plan.touchedCount()).isEqualTo(1);
    assertThat(plan.remarks()).isEmpty();
    assertThat(store.stored).isEmpty();
  }

  @Test
  void whatIsStoredBesideTheChangeCountsToo() throws Exception {
    three();
    store.stored.put(TcpSettings.PID, Map.of("synRetries", "9"));
    plan(tcp("retries2", "8"));
    assertThat(asked).contains("9 -");
    asked.clear();
    plan(tcp("synRetries", null), tcp("retries2", "8"));
    assertThat(asked).contains(TcpSettings.defaults().synRetries() + " -");
  }

  @Test
  void keepaliveIsAskedTogetherWithTcp() throws Exception {
    three();
    plan(new KeyChange(KeepaliveSettings.PID, "probes", null, "2"), tcp("synRetries", "3"));
    assertThat(asked).contains("3 2");
    asked.clear();
    plan(new KeyChange(KeepaliveSettings.PID, "probes", null, "2"));
    assertThat(asked).contains("- 2");
  }

  @Test
  void whatHoldsForNewConnectionsOnlyAsksNobody() throws Exception {
    three();
    String key = "initialWindow";
    assertThat(KnownPids.schema(TcpSettings.PID).setting(key).applies().name()).isEqualTo("NEW");
    ConfigurationPlan plan = plan(tcp(key, "4"));
    assertThat(asked).isEmpty();
    assertThat(plan.endedCount() + plan.touchedCount()).isZero();
    assertThat(plan.remarks())
        .containsExactly("io.karavel.tcp: only what is opened or created later is concerned");
  }

  @Test
  void ipTouchesEveryConnection() throws Exception {
    connections.add(connection(2, "10.77.0.2", TcpState.ESTABLISHED));
    ConfigurationPlan plan = plan(new KeyChange(IpSettings.PID, "defaultTtl", null, "65"));
    assertThat(plan.touchedCount()).isEqualTo(1);
  }

  @Test
  void anInterfaceThatLosesAnAddressEndsTheConnectionsOfIt() throws Exception {
    three();
    store.stored.put(INTERFACE, Map.of("device", "mem0", "addresses", "10.77.0.2/24,10.77.0.3/24"));
    ConfigurationPlan plan =
        plan(new KeyChange(INTERFACE, "addresses", "10.77.0.2/24,10.77.0.3/24", "10.77.0.3/24"));
    assertThat(plan.ended()).extracting(fate -> fate.connection().id()).containsExactly(1L, 2L);
    assertThat(plan.ended().get(0).why()).isEqualTo("its address 10.77.0.2 is not on main0 then");
    assertThat(plan.touched()).extracting(fate -> fate.connection().id()).containsExactly(3L);
  }

  @Test
  void aModuleThatIsAwayIsSaid() throws Exception {
    away = true;
    ConfigurationPlan plan = plan(tcp("synRetries", "3"));
    assertThat(plan.remarks())
        .containsExactly("stack main: module tcp: not running; its connections could not be asked");
    ConfigurationPlan without = new Effects(store, null).of(List.of(tcp("synRetries", "3")));
    assertThat(without.endedCount()).isZero();
  }

  @Test
  void noMoreAreListedThanIsBearableButAllAreCounted() throws Exception {
    for (int id = 1; id <= 1500; id++) {
      connections.add(connection(id, "10.77.0.2", TcpState.SYN_SENT));
    }
    ConfigurationPlan plan = plan(tcp("synRetries", "3"));
    assertThat(plan.ended()).hasSize(ConfigurationPlan.MOST_LISTED);
    assertThat(plan.endedCount()).isEqualTo(1500);
  }
}
