package io.karavel.scripts.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.control.Appliance;
import io.karavel.control.DiagnosticsSettings;
import io.karavel.control.LaneInfo;
import io.karavel.control.ModuleAbsentException;
import io.karavel.control.ModuleInfo;
import io.karavel.control.TapPoints;
import io.karavel.control.TimerInfo;
import io.karavel.diagnostics.internal.Ground;
import io.karavel.engine.Counters;
import io.karavel.engine.DropReason;
import io.karavel.engine.Event;
import io.karavel.ip.InterfaceSettings;
import io.karavel.nic.FrameTap;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.spi.TransitionTap;
import io.karavel.testkit.HarnessBuilder;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The stack {@code main} under diagnosis and a peer, joined by a cable of one millisecond. */
final class Bench implements Appliance, TapPoints {
  static final IpEndpoint SERVER = IpEndpoint.of("10.0.0.2", 80);
  static final IpEndpoint PEER_SERVER = IpEndpoint.of("10.0.0.1", 80);

  final VirtualNetwork network = new VirtualNetwork();
  final StackHarness main;
  final StackHarness peer;
  final Ground ground;
  final List<String> lines = new ArrayList<>();

  Bench(Map<String, Object> tcp) {
    HarnessBuilder builder = network.builder("main").addresses("10.0.0.2/24");
    tcp.forEach(builder::tcp);
    main = builder.build();
    peer = network.builder("peer").addresses("10.0.0.1/24").build();
    network.connect(main, peer, ImpairmentSettings.NONE.withDelay(500_000, 0));
    ground =
        Ground.of(
            this,
            this,
            main.clock(),
            Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC),
            DiagnosticsSettings::defaults);
  }

  /** A connection that the peer opened. */
  TcpSocket[] passive() throws TcpException {
    TcpListener listener = main.tcp().listen(SERVER, 4);
    TcpSocket client = peer.tcp().connect(SERVER);
    until(() -> listener.acceptQueue() > 0);
    return new TcpSocket[] {listener.accept(), client};
  }

  void until(java.util.function.BooleanSupplier condition) {
    assertThat(network.advanceUntil(condition, Duration.ofMinutes(10))).isTrue();
  }

  @Override
  public void attach(String stack, FrameTap... taps) {
    main.stack().attach(taps);
  }

  @Override
  public void detach(String stack, FrameTap tap) {
    main.stack().detach(tap);
  }

  @Override
  public TransitionTap transitions(String stack) {
    return main.stack().transitions();
  }

  @Override
  public List<String> stacks() {
    return List.of(Appliance.MAIN);
  }

  @Override
  public Map<Integer, InterfaceSettings> interfaces(String stack) {
    return main.stack().interfaces().interfaces();
  }

  @Override
  public <M, T> T query(
      String stack, String slot, Class<M> type, Function<? super M, ? extends T> question)
      throws ModuleAbsentException {
    return main.stack().query(slot, type, question);
  }

  @Override
  public List<ModuleInfo> modules(String stack) {
    return List.of();
  }

  @Override
  public Map<String, Long> counters(String stack) {
    return main.stack().counters();
  }

  @Override
  public List<Counters> counterSets(String stack) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Map<DropReason, Long> drops(String stack) {
    return main.stack().drops();
  }

  @Override
  public List<Event> events(String stack, long sinceSequence) {
    return main.stack().lane().events().since(sinceSequence);
  }

  @Override
  public List<TimerInfo> timers(String stack) {
    return main.stack().timers();
  }

  @Override
  public List<LaneInfo> lanes(String stack) {
    return List.of();
  }

  @Override
  public long uptimeNanos() {
    return 0;
  }

  @Override
  public boolean drop(String stack, String slot) {
    return false;
  }
}
