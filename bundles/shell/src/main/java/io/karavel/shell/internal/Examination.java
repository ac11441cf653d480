package io.karavel.shell.internal;

import io.karavel.address.IpEndpoint;
import io.karavel.control.Appliance;
import io.karavel.control.Configurations;
import io.karavel.control.Impairments;
import io.karavel.control.Masking;
import io.karavel.control.ModuleAbsentException;
import io.karavel.control.ModuleSwaps;
import io.karavel.engine.Counters;
import io.karavel.engine.Histogram;
import io.karavel.engine.LiveSettings;
import io.karavel.ip.AddressInfo;
import io.karavel.ip.NeighbourInfo;
import io.karavel.ip.spi.IpControl;
import io.karavel.nic.DeviceInfo;
import io.karavel.shell.internal.doctor.Snapshot;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.spi.TcpControl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Gathers what the checks of {@code net:doctor} look at; what is away is left out. */
final class Examination {
  /** Connections looked at: a table of a million must not keep the operator waiting. */
  private static final int MOST_CONNECTIONS = 100_000;

  /** Connections that stand still and are asked for their details. */
  private static final int MOST_STUCK = 50;

  private final Question ask;
  private final ServiceLookup services;

  Examination(Question ask, ServiceLookup services) {
    this.ask = ask;
    this.services = services;
  }

  /** Looks twice, some milliseconds apart. */
  Snapshot snapshot(int millis, Rates.Pause pause, LongSupplier nanoClock)
      throws InterruptedException {
    Appliance appliance = ask.appliance();
    String stack = ask.stack();
    Map<Long, Long> unread = unread();
    long[] timersBefore = timers();
    Map<String, Long> dropsBefore = deviceDrops(devices());
    Rates<String> counters =
        Rates.sample(() -> appliance.counters(stack), millis, pause, nanoClock);
    long[] timers = timers();
    List<DeviceInfo> devices = devices();
    Map<String, Long> drops = deviceDrops(devices);
    drops.replaceAll((name, count) -> count - dropsBefore.getOrDefault(name, count));
    Snapshot snapshot =
        new Snapshot()
            .counters(counters.before(), counters.now(), counters.nanos())
            .modules(appliance.modules(stack))
            .lanes(appliance.lanes(stack))
            .timers(timers[0] - timersBefore[0], timers[1] - timersBefore[1])
            .devices(devices, drops)
            .configuration(configured(), pending())
            .versions(services.find(ModuleSwaps.class).map(ModuleSwaps::versions).orElse(List.of()))
            .impairments(
                services.find(Impairments.class).map(i -> i.inForce(stack)).orElse(Map.of()));
    ip(snapshot);
    tcp(snapshot, unread);
    return snapshot;
  }

  /** Timers that have expired, and those among them that were late. */
  private long[] timers() {
    long expired = 0;
    long late = 0;
    for (Counters lane : ask.appliance().counterSets(ask.stack())) {
      for (Histogram histogram : lane.histograms()) {
        if (histogram.name().equals("Lane.TimerLateNanos")) {
          long[] counts = histogram.counts();
          for (int bucket = 0; bucket < counts.length; bucket++) {
            expired += counts[bucket];
            late += Histogram.upperEndOf(bucket) > Snapshot.LATE_NANOS ? counts[bucket] : 0;
          }
        }
      }
    }
    return new long[] {expired, late};
  }

  private List<TcpConnectionInfo> connections() {
    try {
      return ask.connections(connection -> true, MOST_CONNECTIONS);
    } catch (ModuleAbsentException e) {
      return List.of();
    }
  }

  /** Bytes that wait to be read, by connection. */
  private Map<Long, Long> unread() {
    Map<Long, Long> unread = new HashMap<>();
    for (TcpConnectionInfo connection : connections()) {
      if (connection.remote() != null && connection.receiveQueue() > 0) {
        unread.put(connection.id(), connection.receiveQueue());
      }
    }
    return unread;
  }

  private void tcp(Snapshot snapshot, Map<Long, Long> unreadBefore) {
    TcpSummary summary = null;
    try {
      summary = ask.tcp(TcpControl::summary);
    } catch (ModuleAbsentException e) {
      // what is missing is a finding of its own
    }
    TcpSettings settings = TcpSettings.defaults();
    for (LiveSettings<?> live : services.all(LiveSettings.class)) {
      if (live.inForce() instanceof TcpSettings inForce) {
        settings = inForce;
      }
    }
    List<TcpConnectionInfo> listeners = new ArrayList<>();
    List<TcpConnectionInfo> stuck = new ArrayList<>();
    Map<IpEndpoint, Integer> ports = new HashMap<>();
    for (TcpConnectionInfo connection : connections()) {
      if (connection.state() == TcpState.LISTEN) {
        listeners.add(connection);
        continue;
      }
      int port = connection.local().port();
      if (connection.remote() != null
          && port >= settings.ephemeralFirst()
          && port <= settings.ephemeralLast()) {
        ports.merge(connection.remote(), 1, Integer::sum);
      }
      Long before = unreadBefore.get(connection.id());
      boolean unread = before != null && connection.receiveQueue() >= before;
      boolean probing = connection.timer().equals("persist") && connection.timerCount() > 0;
      if ((unread || probing) && stuck.size() < MOST_STUCK && connection.id() != 0) {
        detailed(connection.id(), stuck);
      }
    }
    snapshot.tcp(summary, settings).connections(listeners, stuck, ports);
  }

  private void detailed(long id, List<TcpConnectionInfo> stuck) {
    try {
      TcpConnectionInfo info = ask.tcp(tcp -> tcp.info(id));
      if (info != null) {
        stuck.add(info);
      }
    } catch (ModuleAbsentException e) {
      // it has just left
    }
  }

  private void ip(Snapshot snapshot) {
    try {
      List<AddressInfo> addresses = ask.ip(IpControl::addresses);
      List<NeighbourInfo> neighbours = ask.ip(IpControl::neighbours);
      snapshot.ip(addresses, neighbours);
    } catch (ModuleAbsentException e) {
      // what is missing is a finding of its own
    }
  }

  private List<DeviceInfo> devices() {
    List<DeviceInfo> devices = new ArrayList<>();
    for (String name : ask.devices()) {
      try {
        devices.add(ask.device(name));
      } catch (ModuleAbsentException e) {
        // likewise
      }
    }
    return devices;
  }

  private static Map<String, Long> deviceDrops(List<DeviceInfo> devices) {
    Map<String, Long> drops = new HashMap<>();
    for (DeviceInfo device : devices) {
      drops.put(
          device.name(),
          device.statistics().getOrDefault("rxDropped", 0L)
              + device.statistics().getOrDefault("txDropped", 0L));
    }
    return drops;
  }

  private List<Snapshot.Configured> configured() {
    List<Snapshot.Configured> all = new ArrayList<>();
    for (LiveSettings<?> live : services.all(LiveSettings.class)) {
      String problem = live.problem() == null ? null : Masking.text(live.problem());
      all.add(new Snapshot.Configured(live.pid(), problem, live.notice()));
    }
    return all;
  }

  private Configurations.Pending pending() {
    return services.find(Configurations.class).map(Configurations::pending).orElse(null);
  }
}
