package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.LiveSettings;
import io.karavel.services.ServicesSettings;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpState;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What lists print, in all three forms, to the letter. */
@SuppressWarnings("StringConcatToTextBlock") // tabs are seen better so
class ListsTest {
  private final Shell shell = new Shell();

  private NetStatusCommand status() {
    NetStatusCommand command = new NetStatusCommand();
    command.pause = shell.pauses::add;
    long[] nanos = {0};
    command.nanoClock = () -> nanos[0] += 500_000_000;
    return command;
  }

  private static String trimmed(String table) {
    return table.lines().map(String::stripTrailing).reduce("", (a, b) -> a + b + "\n");
  }

  @Test
  void everyListOfTheStackIsGoldenInEveryForm() throws Exception {
    Golden.check(shell, TcpListCommand::new);
    Golden.check(shell, TcpSummaryCommand::new);
    Golden.check(shell, TcpShowCommand::new, "5");
    Golden.check(shell, IpAddressListCommand::new);
    Golden.check(shell, IpRouteListCommand::new);
    Golden.check(shell, IpRouteGetCommand::new, "192.168.3.4");
    Golden.check(shell, IpNeighbourListCommand::new);
    Golden.check(shell, NicListCommand::new);
    Golden.check(shell, NicShowCommand::new, "mem0");
    Golden.check(shell, NicStatsCommand::new, "--sample", "0");
    Golden.check(shell, NetCountersCommand::new);
    Golden.check(shell, NetDropsCommand::new, "--sample", "0");
    Golden.check(shell, this::status);
    Golden.check(shell, TimerListCommand::new);
    Golden.check(shell, TimerStatsCommand::new);
  }

  /** A problem goes before what is waited for, and that before a word of caution. */
  @Test
  void whatASettingIsCautionedAboutStandsInTheStatus() throws Exception {
    LiveSettings<ServicesSettings> live =
        new LiveSettings<>(ServicesSettings.PID, ServicesSettings::parse);
    shell.publish(LiveSettings.class, live);
    live.caution("x = 1 is in force: seldom meant");
    assertThat(shell.run(status(), "--no-format"))
        .contains("in force\t\t\tx = 1 is in force: seldom meant\n");
    live.notice("waits for a bundle");
    assertThat(shell.run(status(), "--no-format"))
        .contains("waiting\t\t\twaits for a bundle\n")
        .doesNotContain("seldom meant");
    live.notice(null);
    live.caution(null);
    assertThat(shell.run(status(), "--no-format")).contains("in force\t\t\t\n");
  }

  @Test
  void tcpList() throws Exception {
    assertThat(trimmed(shell.run(new TcpListCommand())))
        .isEqualTo(
            """
            id | state       | recvQ | sendQ | local       | peer            | timer      | timerMillis | timerCount | owner
            ---+-------------+-------+-------+-------------+-----------------+------------+-------------+------------+-------------------------
             1 | LISTEN      |     0 |   128 | *:7         |                 |            |             |          0 | io.karavel.services:echo
             5 | ESTABLISHED |    12 |  3456 | 10.77.0.2:7 | 10.77.0.1:40000 | retransmit |     204.500 |          2 | io.karavel.services:echo
            """);
    assertThat(shell.run(new TcpListCommand(), "--no-format"))
        .isEqualTo(
            "1\tLISTEN\t0\t128\t*:7\t\t\t\t0\tio.karavel.services:echo\n"
                + "5\tESTABLISHED\t12\t3456\t10.77.0.2:7\t10.77.0.1:40000\tretransmit\t204.500\t2\t"
                + "io.karavel.services:echo\n");
    assertThat(shell.run(new TcpListCommand(), "--json", "--state", "established"))
        .isEqualTo(
            """
            [ {
              "id" : 5,
              "state" : "ESTABLISHED",
              "recvQ" : 12,
              "sendQ" : 3456,
              "local" : "10.77.0.2:7",
              "peer" : "10.77.0.1:40000",
              "timer" : "retransmit",
              "timerMillis" : 204.5,
              "timerCount" : 2,
              "owner" : "io.karavel.services:echo"
            } ]
            """);
  }

  @Test
  void tcpListFilters() throws Exception {
    assertThat(shell.run(new TcpListCommand(), "--no-format", "--listening")).startsWith("1\t");
    assertThat(shell.run(new TcpListCommand(), "--no-format", "-c")).startsWith("5\t");
    assertThat(shell.run(new TcpListCommand(), "--no-format", "--peer", "10.77.0.0/24"))
        .startsWith("5\t");
    assertThat(shell.run(new TcpListCommand(), "--no-format", "--peer", ":40001")).isEmpty();
    assertThat(shell.run(new TcpListCommand(), "--no-format", "--local", ":7"))
        .contains("LISTEN", "ESTABLISHED");
    assertThat(shell.run(new TcpListCommand(), "--no-format", "--local", "10.77.0.2:7"))
        .startsWith("5\t");
    assertThat(shell.run(new TcpListCommand(), "--no-format", "--owner", "other")).isEmpty();
    assertThat(shell.run(new TcpListCommand(), "--peer", "10.9.9.9")).contains("nothing matches");
  }

  @Test
  void tcpListWalksInShortPagesAndStopsAtItsLimit() throws Exception {
    for (int i = 0; i < 5000; i++) {
      shell.appliance.connections.add(
          new TcpConnectionInfo(
              100 + i,
              TcpState.ESTABLISHED,
              IpEndpoint.of("10.77.0.2", 80),
              IpEndpoint.of("10.77.0.1", 1024 + i),
              "",
              0,
              0,
              "",
              0,
              0,
              0,
              Map.of()));
    }
    String table = shell.run(new TcpListCommand());
    assertThat(table.lines()).hasSize(2 + 200 + 1);
    assertThat(table).endsWith("only the first 200 are shown; --limit 0 shows all\n");
    assertThat(shell.appliance.largestPage).isLessThanOrEqualTo(1024);
    assertThat(shell.run(new TcpListCommand(), "--no-format", "--limit", "3").lines()).hasSize(3);
    assertThat(shell.errors).isEqualTo("only the first 3 are shown; --limit 0 shows all\n");
    assertThat(shell.run(new TcpListCommand(), "--no-format", "--limit", "0").lines())
        .hasSize(5002);
    assertThat(shell.errors).isEmpty();
  }

  @Test
  void tcpShow() throws Exception {
    assertThat(shell.run(new TcpShowCommand(), "--json", "5"))
        .contains("\"id\" : 5", "\"rtoMillis\" : 204.5", "\"cwndBytes\" : 14480")
        .contains("\"since\" : \"2026-03-01T11:58:30Z\"");
    assertThat(shell.run(new TcpShowCommand(), "--no-format", "5"))
        .contains("state\tESTABLISHED\n", "cwndBytes\t14480\n");
    assertThat(shell.run(new TcpShowCommand(), "5")).contains("rtoMillis", "204.500");
    assertThat(shell.failure(new TcpShowCommand(), "6"))
        .isEqualTo("there is no connection 6; tcp:list shows what there is");
  }

  @Test
  void tcpSummary() throws Exception {
    assertThat(shell.run(new TcpSummaryCommand(), "--no-format"))
        .isEqualTo(
            "state\tLISTEN\t1\nstate\tESTABLISHED\t1\norphans\t2\nbuffers\t8192\t1048576\n"
                + "listener\t1\t*:7\t3\t256\t1\t128\t55\t4\t5\t6\n");
    assertThat(shell.run(new TcpSummaryCommand(), "--json"))
        .contains("\"LISTEN\" : 1", "\"orphans\" : 2", "\"synBacklog\" : 256");
    assertThat(shell.run(new TcpSummaryCommand()))
        .contains("orphans 2, buffers 8192 of 1048576 bytes", "overflows");
  }

  @Test
  void ipAddressList() throws Exception {
    assertThat(trimmed(shell.run(new IpAddressListCommand())))
        .isEqualTo(
            """
            interface | device | address      | mac               |  mtu | link | state | origin
            ----------+--------+--------------+-------------------+------+------+-------+-----------
            main0     | mem0   | 10.77.0.2/24 | 02:00:00:00:00:01 | 1500 | up   | valid | configured
            """);
    assertThat(shell.run(new IpAddressListCommand(), "--no-format"))
        .isEqualTo("main0\tmem0\t10.77.0.2/24\t02:00:00:00:00:01\t1500\tup\tvalid\tconfigured\n");
    assertThat(shell.run(new IpAddressListCommand(), "--json"))
        .contains("\"address\" : \"10.77.0.2/24\"", "\"mtu\" : 1500");
    assertThat(shell.run(new IpAddressListCommand(), "-i", "other")).contains("no address");
  }

  @Test
  void ipRouteListAndGet() throws Exception {
    assertThat(shell.run(new IpRouteListCommand(), "--no-format"))
        .isEqualTo(
            "10.77.0.0/24\t\tmain0\t10.77.0.2\t0\tconnected\n"
                + "192.168.0.0/16\t10.77.0.1\tmain0\t10.77.0.2\t100\tstatic\n");
    assertThat(shell.run(new IpRouteListCommand(), "--json"))
        .contains("\"gateway\" : null", "\"gateway\" : \"10.77.0.1\"", "\"metric\" : 100");
    assertThat(shell.run(new IpRouteGetCommand(), "--no-format", "192.168.3.4"))
        .startsWith("192.168.0.0/16\t");
    assertThat(shell.failure(new IpRouteGetCommand(), "8.8.8.8"))
        .contains("no route leads to 8.8.8.8", "ip:route-add");
  }

  @Test
  void ipNeighbourList() throws Exception {
    assertThat(shell.run(new IpNeighbourListCommand(), "--no-format"))
        .isEqualTo(
            "main0\t10.77.0.1\t02:00:00:00:00:02\tREACHABLE\t1.250\t0\n"
                + "main0\t10.77.0.9\t\tFAILED\t30\t0\n");
    assertThat(shell.run(new IpNeighbourListCommand(), "--json"))
        .contains("\"mac\" : null", "\"ageSeconds\" : 1.25");
  }

  @Test
  void nicListAndShow() throws Exception {
    assertThat(shell.run(new NicListCommand(), "--no-format"))
        .isEqualTo("mem0\tmemory\tup\tmain0\tethernet\t1500\ttrue\t65535\t11\t22\t0\t1\tup\n");
    assertThat(shell.run(new NicListCommand(), "--json"))
        .contains("\"checksumOffload\" : true", "\"rxPackets\" : 11");
    assertThat(shell.run(new NicShowCommand())).contains("statistics.txPackets", "settings.mtu");
    assertThat(shell.run(new NicShowCommand(), "--json", "mem0"))
        .contains("\"statistics\" : {", "\"txPackets\" : 22");
    assertThat(shell.failure(new NicShowCommand(), "eth7"))
        .isEqualTo("there is no device 'eth7' in stack main; there are mem0");
  }

  @Test
  void aDeviceWithoutItsDriverIsStillListed() throws Exception {
    shell.appliance.away.add("nic:mem0");
    assertThat(shell.run(new NicListCommand(), "--no-format"))
        .isEqualTo(
            "mem0\t\tabsent\tmain0\t\t\t\t\t\t\t\t\t"
                + "module nic:mem0 of stack main: not running; start its bundle\n");
    assertThat(shell.failure(new NicShowCommand(), "mem0"))
        .isEqualTo("module nic:mem0 of stack main: not running; start its bundle");
  }

  @Test
  void nicStats() throws Exception {
    NicStatsCommand command = new NicStatsCommand();
    command.pause = shell.pauses::add;
    assertThat(shell.run(command, "--no-format", "--sample", "250"))
        .startsWith("mem0\trxPackets\t11\t0\nmem0\ttxPackets\t22\t0\n");
    assertThat(shell.pauses).containsExactly(250L);
    assertThat(shell.run(new NicStatsCommand(), "--json", "--sample", "0", "mem0"))
        .contains("\"value\" : 22", "\"perSecond\" : null");
  }

  @Test
  void netCounters() throws Exception {
    assertThat(trimmed(shell.run(new NetCountersCommand())))
        .isEqualTo(
            """
            counter           | value
            ------------------+------
            Drop.TCP_CHECKSUM |     3
            Tcp.ActiveOpens   |     7
            Tcp.OutSegs       |  1000
            Tcp.RetransSegs   |    10
            """);
    assertThat(shell.run(new NetCountersCommand(), "--no-format", "tcp.a*"))
        .isEqualTo("Tcp.ActiveOpens\t7\n");
    assertThat(shell.run(new NetCountersCommand(), "--no-format", "-z", "timeouts"))
        .isEqualTo("TcpExt.TCPTimeouts\t0\n");
    assertThat(shell.run(new NetCountersCommand(), "--json", "Tcp.ActiveOpens"))
        .isEqualTo(
            """
            [ {
              "counter" : "Tcp.ActiveOpens",
              "value" : 7
            } ]
            """);
    assertThat(shell.run(new NetCountersCommand(), "nothing")).contains("no counter matches");
  }

  @Test
  void netCountersShowsWhatGrows() throws Exception {
    NetCountersCommand command = new NetCountersCommand();
    command.pause = shell.pauses::add;
    assertThat(shell.run(command, "--delta", "--sample", "1000", "--no-format"))
        .startsWith("Tcp.OutSegs\t1050\t50\t")
        .doesNotContain("ActiveOpens");
    assertThat(shell.pauses).containsExactly(1000L);
  }

  @Test
  void netDrops() throws Exception {
    NetDropsCommand command = new NetDropsCommand();
    command.pause = shell.pauses::add;
    long[] nanos = {0};
    command.nanoClock = () -> nanos[0] += 500_000_000;
    assertThat(shell.run(command, "--no-format"))
        .isEqualTo("TCP_CHECKSUM\ttcp\t8\t10\twrong TCP checksum\n");
    assertThat(shell.run(new NetDropsCommand(), "--json", "--sample", "0"))
        .contains("\"reason\" : \"TCP_CHECKSUM\"", "\"perSecond\" : null");
  }

  @Test
  void timerList() throws Exception {
    assertThat(shell.run(new TimerListCommand(), "--no-format"))
        .isEqualTo("0\tretransmit\t4\t12.300\n0\tarp\t1\t-0.001\n");
    assertThat(shell.run(new TimerListCommand(), "--json"))
        .contains("\"kind\" : \"retransmit\"", "\"nextMillis\" : 12.3");
  }

  @Test
  void netStatus() throws Exception {
    LiveSettings<ServicesSettings> settings =
        new LiveSettings<>(ServicesSettings.PID, ServicesSettings::parse);
    settings.update(Map.of("echoPort", "1007"));
    settings.update(Map.of("echoPort", "99999"));
    shell.publish(LiveSettings.class, settings);
    String plain = shell.run(status(), "--no-format");
    assertThat(plain)
        .isEqualTo(
            """
            uptimeSeconds\t3661
            module\t0\ttcp\trunning\tio.karavel.tcp\t0.1.0\t2\t2026-03-01T11:58:30Z\t3\t1\t
            module\t0\tip\tparked\t\t\t2\t2026-03-01T11:58:30Z\t3\t1\tboom
            module\t0\tnic:mem0\trunning\tio.karavel.nic-memory\t0.1.0\t2\t2026-03-01T11:58:30Z\t3\t1\t
            configuration\tio.karavel.services\trefused\techoPort=99999\techoPort=1007\t\
            io.karavel.services: echoPort = '99999' is refused: the range is 1 to 65535 port
            connections\tLISTEN\t1
            connections\tESTABLISHED\t1
            connections\torphans\t2
            figure\tipIn\t0\t0
            figure\tipOut\t0\t0
            figure\ttcpIn\t0\t0
            figure\ttcpOut\t1050\t100
            figure\ttcpRetransmitted\t10\t0
            figure\topened\t7\t0
            figure\taccepted\t0\t0
            figure\tdropped\t3\t0
            retransmittedPercent\t0.952
            buffers\t8192\t1048576
            packetBuffersOut\t42
            abandonedThreads\t0
            """);
    assertThat(shell.run(status()))
        .contains("stack main, up 0d 01:01:01")
        .contains("refused", "boom", "LISTEN=1, ESTABLISHED=1, orphans=2");
    assertThat(shell.run(status(), "--json"))
        .contains("\"time\" : \"2026-03-01T12:00:00Z\"", "\"uptimeSeconds\" : 3661")
        .contains("\"stored\" : {\n      \"echoPort\" : \"99999\"")
        .contains("\"ESTABLISHED\" : 1", "\"bufferLimitBytes\" : 1048576");
  }

  @Test
  void netStatusWorksWhileTcpIsAway() throws Exception {
    shell.appliance.away.add("tcp");
    assertThat(shell.run(status()))
        .contains("connections: module tcp of stack main: not running; start its bundle");
    assertThat(shell.run(status(), "--json")).contains("\"bufferBytes\" : null");
  }

  @Test
  void coloursAreForTerminalsAlone() throws Exception {
    shell.publish(
        LiveSettings.class, new LiveSettings<>(ServicesSettings.PID, ServicesSettings::parse));
    assertThat(shell.run(status())).doesNotContain("\u001b");
    shell.terminal = true;
    assertThat(shell.run(status())).contains("\u001b[32m");
    assertThat(shell.run(status(), "--no-format")).doesNotContain("\u001b");
    assertThat(shell.run(status(), "--json")).doesNotContain("\u001b");
  }

  @Test
  void aHundredThousandConnectionsArePrintedInTimeThatGrowsWithTheList() throws Exception {
    TcpConnectionInfo one = shell.appliance.connections.get(1);
    for (int i = 0; i < 100_000; i++) {
      shell.appliance.connections.add(one);
    }
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      assertThat(shell.run(new TcpListCommand(), "--limit", "0").lines()).hasSize(100_004);
      best = Math.min(best, ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin);
    }
    System.out.printf("100,000 rows: %.0f ms%n", best / 1e6);
    // below 2 s on an idle machine; only what grows faster than the list fails on a busy one
    assertThat(best).isLessThan(20_000_000_000L);
  }
}
