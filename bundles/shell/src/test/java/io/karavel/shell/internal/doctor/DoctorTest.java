package io.karavel.shell.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;
import io.karavel.control.Configurations;
import io.karavel.control.LaneInfo;
import io.karavel.control.ModuleInfo;
import io.karavel.control.ModuleVersion;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.LiveSettings;
import io.karavel.ip.AddressInfo;
import io.karavel.ip.NeighbourInfo;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.DeviceInfo;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.TcpSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each thing that can be wrong, shown to the checks as a snapshot; and one in which nothing is. */
class DoctorTest {
  private static final long SECOND = 1_000_000_000L;
  private static final IpEndpoint LOCAL = IpEndpoint.of("10.77.0.2", 80);
  private static final IpEndpoint PEER = IpEndpoint.of("10.77.0.1", 40000);

  private static TcpSummary summary(int acceptQueue, long bufferBytes) {
    return new TcpSummary(
        Map.of(TcpState.LISTEN, 1, TcpState.ESTABLISHED, 3),
        0,
        List.of(new TcpSummary.Listener(1, LOCAL, 2, 256, acceptQueue, 128, 9, 4, 0, 0)),
        bufferBytes,
        1_000_000);
  }

  private static TcpConnectionInfo connection(
      TcpState state, long receiveQueue, String timer, int count, Map<String, Object> details) {
    return new TcpConnectionInfo(
        7, state, LOCAL, PEER, "org.shop:web", receiveQueue, 500, timer, SECOND, count, 0, details);
  }

  private static ModuleInfo module(String slot, String state, long crashes) {
    return new ModuleInfo(
        "main", 0, slot, "io.karavel." + slot, "1", 1, state, 0, 3, crashes, "an error");
  }

  private static LaneInfo lane(long lateP99Nanos) {
    return new LaneInfo(0, "lane", 9, 9, 700_000_000, 5, 10, lateP99Nanos, 0);
  }

  private static DeviceInfo device(boolean up, long dropped) {
    return new DeviceInfo(
        "tap0",
        "tap",
        up,
        up ? "up" : "no such device",
        DeviceCapabilities.plain(false, 1500),
        Map.of("rxDropped", 0L, "txDropped", dropped),
        Map.of("queueFrames", 1000));
  }

  private static AddressInfo address(String state) {
    return new AddressInfo(
        "main0",
        "tap0",
        IpPrefix.parse("10.77.0.2/24"),
        MacAddress.parse("02:00:00:00:00:01"),
        1500,
        true,
        state,
        "configured");
  }

  private static NeighbourInfo neighbour(String state, int queued) {
    return new NeighbourInfo(
        "main0", IpAddress.parse("10.77.0.9"), Optional.empty(), state, 0.5, queued);
  }

  private static ModuleVersion version(String differs) {
    return new ModuleVersion(
        "io.karavel.tcp", 50, "2.0.0", "active", 1, "karavel-tcp", differs, null);
  }

  /** An appliance that works: everything is there, and traffic goes on with a loss now and then. */
  private static Snapshot healthy() {
    return new Snapshot()
        .counters(
            Map.of("Tcp.OutSegs", 100_000L, "Tcp.RetransSegs", 40L, "Tcp.TimeWaits", 100L),
            Map.of("Tcp.OutSegs", 101_000L, "Tcp.RetransSegs", 41L, "Tcp.TimeWaits", 100L),
            SECOND)
        .modules(List.of(module("ip", "running", 0), module("tcp", "running", 0)))
        .lanes(List.of(lane(2_000_000)))
        .tcp(summary(3, 500_000), TcpSettings.defaults())
        .connections(
            List.of(connection(TcpState.LISTEN, 3, "", 0, Map.of())),
            List.of(
                connection(
                    TcpState.ESTABLISHED, 900, "", 0, Map.of("rcvWnd", 60_000, "rcvMss", 1460))),
            Map.of(PEER, 12))
        .ip(
            List.of(address("valid")),
            List.of(neighbour("REACHABLE", 0), neighbour("STALE", 0), neighbour("INCOMPLETE", 1)))
        .devices(List.of(device(true, 0)), Map.of("tap0", 0L))
        .configuration(List.of(new Snapshot.Configured("io.karavel.tcp", null, null)), null)
        .versions(List.of(version("")));
  }

  @Test
  void nothingIsWrongWithAHealthyAppliance() {
    assertThat(Checks.examine(healthy())).isEmpty();
    assertThat(Checks.examine(new Snapshot())).isEmpty();
  }

  private static Finding only(Snapshot snapshot, String name) {
    List<Finding> findings = Checks.examine(snapshot);
    assertThat(findings).extracting(Finding::name).containsExactly(name);
    Finding finding = findings.get(0);
    assertThat(finding.symptom()).isNotBlank();
    assertThat(finding.cause()).isNotBlank();
    assertThat(finding.command()).matches("(net|nic|ip|tcp|timer|bundle|log):[a-z-]+.*");
    return finding;
  }

  @ParameterizedTest(name = "{0} by {1}")
  @CsvSource({
    "syn-backlog, TcpExt.TCPReqQFullDrop, net:config-set tcp.maxSynBacklog=8192",
    "syn-backlog, TcpExt.TCPReqQFullDoCookies, net:config-set tcp.maxSynBacklog=8192",
    "accept-queue, TcpExt.ListenOverflows, net:config-set tcp.maxAcceptBacklog=8192",
    "no-arp-reply, Drop.NEIGHBOUR_UNREACHABLE, ip:neighbour-list",
    "duplicate-address, Arp.Conflicts, net:events --kind neighbour",
    "black-hole-mtu, TcpExt.TCPMTUPBlackholes, net:config-set tcp.mtuProbing=always",
    "checksum-errors, Drop.TCP_CHECKSUM, nic:stats",
    "checksum-errors, Drop.IP_CHECKSUM, nic:stats",
    "time-wait-pressure, TcpExt.TCPTimeWaitOverflow, net:config-set tcp.maxTimeWait=524288",
    "port-exhaustion, TcpExt.TCPNoFreePort, net:config-set tcp.ephemeralPorts=1024-65535",
    "buffer-exhaustion, Drop.TCP_BUFFER_LIMIT, net:config-set tcp.bufferMemory=2000000",
    "connection-limit, TcpExt.TCPConnectionLimit, net:config-set tcp.maxConnections=2000000",
    "orphan-limit, TcpExt.TCPAbortOnMemory, net:config-set tcp.maxOrphans=131072",
    "no-route, Drop.IP_NO_ROUTE, ip:route-list",
    "handler-failures, Lane.HandlerFailures, log:display",
  })
  void whatIsCountedIsFoundWhileItGrowsAndAfterwards(String name, String counter, String command) {
    Snapshot snapshot = healthy().ip(List.of(), List.of());
    Finding now = only(snapshot.counters(Map.of(counter, 3L), Map.of(counter, 8L), SECOND), name);
    assertThat(now.now()).isTrue();
    assertThat(now.symptom()).startsWith("5 ").contains("in 1.0 s, 8 since the start");
    assertThat(now.command()).isEqualTo(command);
    Finding earlier =
        only(snapshot.counters(Map.of(counter, 8L), Map.of(counter, 8L), SECOND), name);
    assertThat(earlier.now()).isFalse();
    assertThat(earlier.symptom()).startsWith("8 ").endsWith("since the start, none now");
  }

  @Test
  void anAcceptQueueThatIsFullNamesItsApplication() {
    Finding finding = only(healthy().tcp(summary(128, 0), TcpSettings.defaults()), "accept-queue");
    assertThat(finding.symptom()).contains("128 of 128").contains("10.77.0.2:80");
    // the listener is not in the list any more: its number is named
    assertThat(finding.command()).isEqualTo("tcp:show 1");
    TcpConnectionInfo listener =
        new TcpConnectionInfo(
            1, TcpState.LISTEN, LOCAL, null, "org.shop:web", 128, 128, "", 0, 0, 0, Map.of());
    Finding named =
        only(
            healthy()
                .tcp(summary(128, 0), TcpSettings.defaults())
                .connections(List.of(listener), List.of(), Map.of()),
            "accept-queue");
    assertThat(named.command()).isEqualTo("bundle:restart org.shop");
  }

  @Test
  void anApplicationThatDoesNotReadIsNamed() {
    Snapshot snapshot =
        healthy()
            .connections(
                List.of(),
                List.of(
                    connection(
                        TcpState.ESTABLISHED, 65_000, "", 0, Map.of("rcvWnd", 0, "rcvMss", 1460))),
                Map.of());
    Finding finding = only(snapshot, "application-not-reading");
    assertThat(finding.cause()).contains("org.shop:web");
    assertThat(finding.command()).isEqualTo("tcp:kill --rst 7");
  }

  @Test
  void aPeerThatDoesNotReadIsToldApartFromThat() {
    Snapshot snapshot =
        healthy()
            .connections(
                List.of(),
                List.of(connection(TcpState.ESTABLISHED, 0, "persist", 3, Map.of("sndWnd", 0))),
                Map.of());
    assertThat(only(snapshot, "peer-not-reading").cause()).contains("10.77.0.1:40000");
  }

  @Test
  void aNeighbourThatDoesNotAnswerIsNamed() {
    Finding finding =
        only(healthy().ip(List.of(), List.of(neighbour("FAILED", 2))), "no-arp-reply");
    assertThat(finding.command()).isEqualTo("ip:arping --interface main0 --count 3 10.77.0.9");
    assertThat(finding.now()).isTrue();
    Finding over = only(healthy().ip(List.of(), List.of(neighbour("FAILED", 0))), "no-arp-reply");
    assertThat(over.now()).isFalse();
  }

  @Test
  void aNeighbourThatLetsPacketsWaitForASecondIsNamedBeforeTheyAreGivenUp() {
    IpAddress address = IpAddress.parse("10.77.0.9");
    NeighbourInfo waited =
        new NeighbourInfo("main0", address, Optional.empty(), "INCOMPLETE", 1.0, 2);
    Finding finding = only(healthy().ip(List.of(), List.of(waited)), "no-arp-reply");
    assertThat(finding.now()).isTrue();
    assertThat(finding.symptom()).contains("2 packets wait");
    NeighbourInfo asked =
        new NeighbourInfo("main0", address, Optional.empty(), "INCOMPLETE", 0.9, 2);
    assertThat(Checks.examine(healthy().ip(List.of(), List.of(asked)))).isEmpty();
  }

  @Test
  void anAddressInConflictIsNamed() {
    Finding finding =
        only(healthy().ip(List.of(address("conflict")), List.of()), "duplicate-address");
    assertThat(finding.command()).isEqualTo("ip:address-remove main0 10.77.0.2/24");
  }

  @Test
  void muchThatIsSentAgainIsAStorm() {
    Finding now =
        only(
            healthy()
                .counters(
                    Map.of("Tcp.OutSegs", 9000L, "Tcp.RetransSegs", 0L),
                    Map.of("Tcp.OutSegs", 9100L, "Tcp.RetransSegs", 8L),
                    SECOND),
            "retransmission-storm");
    assertThat(now.symptom()).isEqualTo("8 of 100 segments in 1.0 s were repetitions");
    Map<String, Long> ever = Map.of("Tcp.OutSegs", 2000L, "Tcp.RetransSegs", 200L);
    assertThat(only(healthy().counters(ever, ever, SECOND), "retransmission-storm").now())
        .isFalse();
    // one of few is none
    assertThat(
            Checks.examine(
                healthy()
                    .counters(Map.of(), Map.of("Tcp.OutSegs", 10L, "Tcp.RetransSegs", 2L), SECOND)))
        .isEmpty();
  }

  @Test
  void aBadWireExplainsTheStorm() {
    Map<String, Long> ever = Map.of("Tcp.OutSegs", 2000L, "Tcp.RetransSegs", 200L);
    List<Finding> findings =
        Checks.examine(
            healthy()
                .counters(Map.of(), ever, SECOND)
                .impairments(Map.of("main0", ImpairmentSettings.NONE)));
    assertThat(findings)
        .extracting(Finding::name)
        .containsExactly("impaired-wire", "retransmission-storm");
    assertThat(findings).allMatch(f -> f.command().equals("nic:impair --off main0"));
  }

  @Test
  void fullTablesAreFoundBeforeTheyOverflow() {
    Map<String, Long> many = Map.of("Tcp.TimeWaits", 250_000L);
    assertThat(only(healthy().counters(many, many, SECOND), "time-wait-pressure").symptom())
        .isEqualTo("250000 of 262144 places for TIME-WAIT are taken");
    Snapshot ports = healthy().connections(List.of(), List.of(), Map.of(PEER, 28_000));
    assertThat(only(ports, "port-exhaustion").symptom())
        .isEqualTo("28000 of 28232 ports are used towards 10.77.0.1:40000");
    assertThat(
            only(healthy().tcp(summary(0, 990_000), TcpSettings.defaults()), "buffer-exhaustion")
                .symptom())
        .isEqualTo("990000 of 1000000 bytes of buffers are taken");
  }

  @Test
  void timersThatExpireLateAreFound() {
    Finding now = only(healthy().timers(200, 4), "timer-lag");
    assertThat(now.symptom()).isEqualTo("4 of 200 timers in 1.0 s expired more than 100 ms late");
    assertThat(now.now()).isTrue();
    Finding earlier = only(healthy().lanes(List.of(lane(300_000_000))), "timer-lag");
    assertThat(earlier.symptom()).contains("300 ms late");
    assertThat(earlier.now()).isFalse();
    // a pause of the machine is none
    assertThat(Checks.examine(healthy().timers(20, 2))).isEmpty();
  }

  @Test
  void queuesOfDevicesThatWereFullAreFound() {
    Finding now =
        only(healthy().devices(List.of(device(true, 40)), Map.of("tap0", 15L)), "ring-drops");
    assertThat(now.now()).isTrue();
    assertThat(now.symptom()).startsWith("15 frames");
    assertThat(now.command()).isEqualTo("nic:set tap0 queueFrames=2000");
    assertThat(
            only(healthy().devices(List.of(device(true, 40)), Map.of("tap0", 0L)), "ring-drops")
                .now())
        .isFalse();
    assertThat(
            only(healthy().devices(List.of(device(false, 0)), Map.of()), "device-down").symptom())
        .contains("no such device");
  }

  @Test
  void whatIsStoredAndRefusedIsFound() {
    LiveSettings<KeepaliveSettings> live =
        new LiveSettings<>(KeepaliveSettings.PID, KeepaliveSettings::parse);
    live.update(Map.of("probes", 1000));
    Snapshot snapshot =
        healthy()
            .configuration(
                List.of(new Snapshot.Configured(live.pid(), live.problem(), live.notice())), null);
    Finding finding = only(snapshot, "configuration-refused");
    assertThat(finding.symptom()).contains("probes");
    assertThat(finding.command()).isEqualTo("net:config-reset io.karavel.keepalive");
    live.update(Map.of("probes", 10));
    live.notice("waits for bbr");
    assertThat(
            only(
                    healthy()
                        .configuration(
                            List.of(
                                new Snapshot.Configured(live.pid(), live.problem(), live.notice())),
                            null),
                    "configuration-waiting")
                .symptom())
        .contains("waits for bbr");
    assertThat(
            only(
                    healthy()
                        .configuration(List.of(), new Configurations.Pending(17, List.of(), 42)),
                    "change-unconfirmed")
                .symptom())
        .isEqualTo("change 17 goes back in 42 s");
  }

  @Test
  void aModuleThatIsMissingHasCrashedOrDiffersIsFound() {
    assertThat(
            only(healthy().modules(List.of(module("tcp", "parked", 0))), "module-missing")
                .command())
        .isEqualTo("bundle:start io.karavel.tcp");
    ModuleInfo never = new ModuleInfo("main", 0, "keepalive", "", "", 0, "empty", 0, 0, 0, "");
    assertThat(only(healthy().modules(List.of(never)), "module-missing").command())
        .isEqualTo("bundle:start io.karavel.timer");
    Finding crashed =
        only(healthy().modules(List.of(module("tcp", "crashed", 2))), "module-crashed");
    assertThat(crashed.cause()).isEqualTo("an error");
    assertThat(crashed.now()).isTrue();
    assertThat(only(healthy().versions(List.of(version("is newer"))), "module-differs").symptom())
        .isEqualTo("io.karavel.tcp 2.0.0 is newer");
  }

  @Test
  void aLaneThatHungIsFoundAndWhetherItsThreadIsStillThere() {
    Finding there =
        only(
            healthy()
                .counters(Map.of(), Map.of("Lane.Hangs", 2L, "Lane.AbandonedThreads", 1L), SECOND),
            "lane-hung");
    assertThat(there.now()).isTrue();
    assertThat(there.symptom()).contains("hung 2 times").contains("have not ended: 1,");
    assertThat(there.command()).isEqualTo("net:restart --keep");
    Finding gone =
        only(
            healthy()
                .counters(Map.of(), Map.of("Lane.Hangs", 2L, "Lane.AbandonedThreads", 0L), SECOND),
            "lane-hung");
    assertThat(gone.now()).isFalse();
    assertThat(gone.command()).isEqualTo("net:events --kind lane");
  }

  @Test
  void whatGoesOnComesBeforeWhatHasBeen() {
    Map<String, Long> counters = Map.of("Drop.TCP_CHECKSUM", 3L, "TcpExt.ListenOverflows", 1L);
    List<Finding> findings =
        Checks.examine(healthy().counters(Map.of("TcpExt.ListenOverflows", 1L), counters, SECOND));
    assertThat(findings)
        .extracting(Finding::name)
        .containsExactly("checksum-errors", "accept-queue");
  }

  @Test
  void everyCheckIsRegisteredOnce() throws Exception {
    Path sources = Path.of("src/main/java/io/karavel/shell/internal/doctor");
    try (Stream<Path> files = Files.list(sources)) {
      List<String> checks =
          files
              .filter(file -> read(file).contains("implements Check {"))
              .map(file -> file.getFileName().toString().replace(".java", ""))
              .toList();
      assertThat(checks).hasSizeGreaterThanOrEqualTo(15);
      assertThat(Checks.ALL)
          .extracting(check -> check.getClass().getSimpleName())
          .containsExactlyInAnyOrderElementsOf(checks);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
