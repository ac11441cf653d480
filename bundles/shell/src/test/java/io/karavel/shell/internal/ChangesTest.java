package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.LiveSettings;
import io.karavel.ip.PingReply;
import io.karavel.nic.MemoryCableSettings;
import io.karavel.services.BuiltInServices;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpService;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Commands that change something. */
class ChangesTest {
  private final Shell shell = new Shell();
  private final List<String> closed = new ArrayList<>();

  private void publishTcp(long... listeners) {
    List<TcpListener> all = new ArrayList<>();
    for (long id : listeners) {
      all.add(
          Shell.proxy(
              TcpListener.class,
              (method, arguments) ->
                  switch (method) {
                    case "id" -> id;
                    case "local" -> IpEndpoint.of("10.77.0.2", 5000);
                    case "close" -> {
                      closed.add("listener " + id);
                      yield null;
                    }
                    default -> throw new UnsupportedOperationException(method);
                  }));
    }
    shell.publish(
        TcpService.class,
        Shell.proxy(
            TcpService.class,
            (method, arguments) ->
                switch (method) {
                  case "stack" -> "main";
                  case "listeners" -> all;
                  default -> throw new UnsupportedOperationException(method);
                }));
  }

  @Test
  void addressAdd() throws Exception {
    assertThat(shell.run(new IpAddressAddCommand(), "main0", "10.77.0.3/24"))
        .isEqualTo("added 10.77.0.3/24 to main0\n");
    assertThat(shell.appliance.done).containsExactly("add main0 10.77.0.3/24");
    assertThat(shell.run(new IpAddressAddCommand(), "--json", "main0", "10.77.0.3/24"))
        .isEqualTo("{\n  \"interface\" : \"main0\",\n  \"address\" : \"10.77.0.3/24\"\n}\n");
    assertThat(shell.failure(new IpAddressAddCommand(), "nope", "10.77.0.3/24"))
        .isEqualTo("there is no interface 'nope'");
    assertThat(shell.failure(new IpAddressAddCommand(), "main0", "10.77.0.3/33"))
        .contains("'10.77.0.3/33' is not a prefix");
    assertThat(shell.failure(new IpAddressAddCommand(), "main0")).contains("address");
  }

  @Test
  void addressRemoveAsksFirst() throws Exception {
    assertThat(shell.failure(new IpAddressRemoveCommand(), "main0", "10.77.0.2"))
        .contains("this would remove 10.77.0.2/24 from main0", "-f", "--dry-run");
    assertThat(shell.run(new IpAddressRemoveCommand(), "--dry-run", "main0", "10.77.0.2"))
        .isEqualTo("would remove 10.77.0.2/24 from main0\n");
    assertThat(shell.appliance.done).isEmpty();
    shell.terminal = true;
    shell.answer = "n";
    assertThat(shell.failure(new IpAddressRemoveCommand(), "main0", "10.77.0.2"))
        .isEqualTo("nothing was done");
    assertThat(shell.questions)
        .containsExactly("This will remove 10.77.0.2/24 from main0. Go on? [y/N] ");
    assertThat(shell.appliance.done).isEmpty();
    shell.answer = "y";
    shell.run(new IpAddressRemoveCommand(), "main0", "10.77.0.2");
    shell.terminal = false;
    shell.run(new IpAddressRemoveCommand(), "-f", "main0", "10.77.0.2/24");
    assertThat(shell.appliance.done)
        .containsExactly("remove main0 10.77.0.2/24", "remove main0 10.77.0.2/24");
    assertThat(shell.failure(new IpAddressRemoveCommand(), "-f", "main0", "10.77.0.8"))
        .contains("has no address 10.77.0.8", "ip:address-list");
  }

  @Test
  void routeAddAndRemove() throws Exception {
    shell.run(new IpRouteAddCommand(), "--via", "10.77.0.1", "--metric", "5", "default");
    assertThat(shell.failure(new IpRouteAddCommand(), "10.0.0.0/8"))
        .contains("--via", "--interface");
    assertThat(shell.failure(new IpRouteAddCommand(), "-i", "x", "--metric", "70000", "10.0.0.0/8"))
        .isEqualTo("--metric = 70000 is refused: the range is 0 to 65535");
    assertThat(shell.run(new IpRouteRemoveCommand(), "--dry-run", "192.168.0.0/16"))
        .isEqualTo("would remove 1 to 192.168.0.0/16\n");
    assertThat(shell.failure(new IpRouteRemoveCommand(), "192.168.0.0/16")).contains("-f");
    shell.run(new IpRouteRemoveCommand(), "-f", "192.168.0.0/16");
    assertThat(shell.failure(new IpRouteRemoveCommand(), "-f", "10.77.0.0/24"))
        .contains("no static route to 10.77.0.0/24");
    assertThat(shell.appliance.done)
        .containsExactly(
            "route 0.0.0.0/0 Optional[10.77.0.1] Optional.empty 5",
            "unroute 192.168.0.0/16 Optional.empty");
  }

  @Test
  void neighbourFlush() throws Exception {
    assertThat(shell.run(new IpNeighbourFlushCommand(), "10.77.0.1"))
        .isEqualTo("forgot 2 neighbours\n");
    assertThat(shell.failure(new IpNeighbourFlushCommand())).contains("forget all neighbours");
    assertThat(shell.run(new IpNeighbourFlushCommand(), "-f", "--json"))
        .contains("\"flushed\" : 2");
    assertThat(shell.run(new IpNeighbourFlushCommand(), "--dry-run"))
        .isEqualTo("would forget 2 neighbours\n");
    assertThat(shell.appliance.done).hasSize(2);
  }

  @Test
  void killEndsConnectionsAndListeners() throws Exception {
    publishTcp(1);
    assertThat(shell.failure(new TcpKillCommand(), "5"))
        .contains("end 5 (ESTABLISHED 10.77.0.2:7 from 10.77.0.1:40000) with RST", "-f");
    assertThat(shell.run(new TcpKillCommand(), "--dry-run", "5", "1"))
        .isEqualTo("would end 2: 1, 5\n");
    assertThat(shell.appliance.done).isEmpty();
    assertThat(shell.run(new TcpKillCommand(), "-f", "--fin", "5", "1"))
        .isEqualTo("ended 2: 1, 5\n");
    assertThat(shell.appliance.done).containsExactly("kill 5 fin");
    assertThat(closed).containsExactly("listener 1");
    assertThat(shell.failure(new TcpKillCommand(), "-f", "5"))
        .isEqualTo("there is no connection or listener 5; tcp:list shows what there is");
    assertThat(shell.failure(new TcpKillCommand(), "--rst", "--fin", "1")).contains("exclude");
    assertThat(shell.failure(new TcpKillCommand(), "5", "-f"))
        .contains("'-f' is not the number", "options stand before arguments");
  }

  @Test
  void killSaysWhichOnesWereNotThere() throws Exception {
    publishTcp(1);
    assertThat(shell.failure(new TcpKillCommand(), "-f", "5", "77")).startsWith("not there: 77");
    assertThat(shell.appliance.done).containsExactly("kill 5 rst");
  }

  @Test
  void listenAsksTheBuiltInServices() throws Exception {
    publishTcp(9);
    assertThat(shell.failure(new TcpListenCommand(), "5000"))
        .contains("not running", "bundle:start io.karavel.services");
    List<String> asked = new ArrayList<>();
    shell.publish(
        BuiltInServices.class,
        new BuiltInServices() {
          @Override
          public List<String> names() {
            return List.of("echo");
          }

          @Override
          public long listen(String stack, String service, IpEndpoint local) throws TcpException {
            if (local.port() == 80) {
              throw new TcpException(TcpError.ADDRESS_IN_USE);
            }
            asked.add(stack + " " + service + " " + local);
            return 9;
          }
        });
    assertThat(shell.run(new TcpListenCommand(), "--service", "discard", "0"))
        .isEqualTo("discard listens on 10.77.0.2:5000; end it with 'tcp:kill 9'\n");
    assertThat(asked).containsExactly("main discard *:0");
    assertThat(shell.failure(new TcpListenCommand(), "80")).contains("address already in use");
    assertThat(shell.failure(new TcpListenCommand(), "70000"))
        .isEqualTo("port = 70000 is refused: the range is 0 to 65535");
  }

  private IpPingCommand ping() {
    IpPingCommand command = new IpPingCommand();
    command.pause = shell.pauses::add;
    return command;
  }

  @Test
  void pingPrintsTheClassicLinesAndSummary() throws Exception {
    String text = shell.run(ping(), "-c", "2", "-s", "100", "--df", "--ttl", "9", "10.77.0.1");
    assertThat(text.replaceAll("time \\d+ms", "time 0ms"))
        .isEqualTo(
            """
            PING 10.77.0.1 100(128) bytes of data.
            108 bytes from 10.77.0.1: icmp_seq=1 ttl=64 time=1.500 ms
            108 bytes from 10.77.0.1: icmp_seq=2 ttl=64 time=1.500 ms

            --- 10.77.0.1 ping statistics ---
            2 packets transmitted, 2 received, 0% packet loss, time 0ms
            rtt min/avg/max/mdev = 1.500/1.500/1.500/0.000 ms
            """);
    assertThat(shell.pauses).hasSize(1).allMatch(millis -> millis > 900 && millis <= 1000);
    assertThat(shell.appliance.pings)
        .allMatch(r -> r.dontFragment() && r.timeToLive() == 9 && r.payloadBytes() == 100);
  }

  @Test
  void pingFailsWhenNothingComesBack() throws Exception {
    shell.appliance.pingReply =
        r ->
            new PingReply(
                r.sequence() == 1 ? PingReply.TIMEOUT : "destination host unreachable",
                r.destination(),
                r.sequence(),
                0,
                0,
                0);
    assertThat(shell.failure(ping(), "-c", "2", "-i", "0", "-W", "0.5", "10.77.0.9"))
        .contains("nothing came back from 10.77.0.9 for 2 requests", "ip:route-get 10.77.0.9");
  }

  @Test
  void pingWithoutATerminalEndsByItselfAndWithJsonIsOneObject() throws Exception {
    assertThat(shell.run(ping(), "--json", "10.77.0.1"))
        .contains("\"transmitted\" : 4", "\"received\" : 4", "\"avgMillis\" : 1.5");
    assertThat(shell.run(ping(), "--no-format", "-c", "1", "10.77.0.1"))
        .isEqualTo("1\treply\t10.77.0.1\t64\t64\t1.500\n");
    assertThat(shell.failure(ping(), "-s", "70000", "10.77.0.1"))
        .isEqualTo("-s = 70000 is refused: the range is 0 to 65507");
    assertThat(shell.failure(ping(), "karavel.example"))
        .contains("'karavel.example' is not an IPv4 address");
  }

  @Test
  void pingStopsOnCtrlCWithItsSummary() throws Exception {
    IpPingCommand command = new IpPingCommand();
    command.pause =
        millis -> {
          if (shell.appliance.pings.size() == 3) {
            throw new InterruptedException();
          }
        };
    shell.terminal = true;
    assertThat(shell.run(command, "10.77.0.1")).contains("3 packets transmitted, 3 received");
  }

  /** A stored configuration and a driver that takes changes over. */
  private final class Driver {
    final LiveSettings<MemoryCableSettings> live =
        new LiveSettings<>(
            "io.karavel.nic.memory~cable0", raw -> MemoryCableSettings.parse("cable0", raw));
    Dictionary<String, Object> properties =
        FrameworkUtil.asDictionary(
            Map.of(
                "service.pid",
                "io.karavel.nic.memory~cable0",
                "leftDevice",
                "mem0",
                "mtu",
                "1400"));
    boolean asleep;

    Driver() {
      live.update(DeviceConfiguration.asMap(properties));
      Configuration configuration =
          Shell.proxy(
              Configuration.class,
              (method, arguments) -> {
                if (method.equals("getProperties")) {
                  return properties;
                }
                if (!method.equals("update")) {
                  throw new UnsupportedOperationException(method);
                }
                @SuppressWarnings("unchecked")
                Dictionary<String, Object> changed = (Dictionary<String, Object>) arguments[0];
                properties = changed;
                if (!asleep) {
                  live.update(DeviceConfiguration.asMap(changed));
                }
                return null;
              });
      shell.publish(LiveSettings.class, live);
      shell.publish(
          ConfigurationAdmin.class,
          Shell.proxy(
              ConfigurationAdmin.class,
              (method, arguments) ->
                  arguments[0].equals("(service.factoryPid=io.karavel.nic.memory)")
                      ? new Configuration[] {configuration}
                      : null));
    }
  }

  private NicSetCommand set() {
    NicSetCommand command = new NicSetCommand();
    command.pause = shell.pauses::add;
    return command;
  }

  @Test
  void nicSetChangesAllKeysAtOnceAndWaitsUntilTheyAreInForce() throws Exception {
    Driver driver = new Driver();
    assertThat(shell.run(set(), "mem0", "mtu=1300", "offloads=false"))
        .isEqualTo("set mtu=1300, offloads=false of io.karavel.nic.memory~cable0, in force\n");
    assertThat(driver.live.inForce().mtu()).isEqualTo(1300);
    assertThat(driver.live.inForce().offloads()).isFalse();
    assertThat(driver.live.inForce().leftDevice()).isEqualTo("mem0");
    shell.run(set(), "mem0", "mtu=");
    assertThat(driver.properties.get("mtu")).isNull();
    assertThat(driver.live.inForce().mtu()).isEqualTo(1500);
  }

  @Test
  void nicSetRefusesBeforeItStores() {
    Driver driver = new Driver();
    assertThat(shell.failure(set(), "mem0", "mtu=1300", "offloads=maybe"))
        .contains("offloads = 'maybe' is refused: the range is true or false");
    assertThat(shell.failure(set(), "mem0", "speed=9"))
        .contains("speed is not a key of io.karavel.nic.memory; its keys are", "mtu");
    assertThat(shell.failure(set(), "mem0", "mtu"))
        .contains("is not KEY=VALUE", "before arguments");
    assertThat(shell.failure(set(), "mem7", "mtu=1300")).contains("no driver knows", "mem7");
    assertThat(driver.properties.get("mtu")).isEqualTo("1400");
  }

  @Test
  void nicSetDryRunStoresNothing() throws Exception {
    Driver driver = new Driver();
    assertThat(shell.run(set(), "--dry-run", "mem0", "mtu=1300")).startsWith("would set mtu=1300");
    assertThat(driver.properties.get("mtu")).isEqualTo("1400");
  }

  @Test
  void nicSetSaysWhenTheDriverDoesNotTakeItOver() {
    new Driver().asleep = true;
    assertThat(shell.failure(set(), "mem0", "mtu=1300"))
        .isEqualTo("stored, but not in force within 3 s; net:status shows when it is");
    assertThat(shell.pauses).hasSize(150);
  }

  @Test
  void everyChangeSaysWhatIsAwayAndWhatToDo() {
    shell.appliance.away.add("ip");
    String away = "module ip of stack main: not running; start its bundle";
    assertThat(shell.failure(new IpAddressAddCommand(), "main0", "10.77.0.3/24")).isEqualTo(away);
    assertThat(shell.failure(new IpNeighbourFlushCommand(), "10.77.0.1")).isEqualTo(away);
    assertThat(shell.failure(ping(), "10.77.0.1")).isEqualTo(away);
    assertThat(shell.failure(new IpRouteListCommand())).isEqualTo(away);
    assertThat(shell.failure(new TcpConnectCommand(), "10.77.0.1", "7"))
        .contains("TCP of stack main: not running", "bundle:start io.karavel.engine");
    assertThat(shell.failure(new IpRouteListCommand(), "--stack", "nope"))
        .isEqualTo("there is no stack 'nope'; there are main, host");
  }
}
