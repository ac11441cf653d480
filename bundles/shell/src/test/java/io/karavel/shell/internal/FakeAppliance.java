package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;
import io.karavel.control.Appliance;
import io.karavel.control.LaneInfo;
import io.karavel.control.ModuleAbsentException;
import io.karavel.control.ModuleInfo;
import io.karavel.control.TimerInfo;
import io.karavel.engine.Counters;
import io.karavel.engine.DropReason;
import io.karavel.engine.Event;
import io.karavel.engine.SettingsException;
import io.karavel.ip.AddressInfo;
import io.karavel.ip.ArpReply;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.NeighbourInfo;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import io.karavel.ip.RouteInfo;
import io.karavel.ip.spi.IpControl;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.DeviceInfo;
import io.karavel.nic.NetworkDevice;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.spi.TcpControl;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;

/** An appliance with figures of the test's choice; modules can be taken away. */
final class FakeAppliance implements Appliance {
  final Set<String> away = new HashSet<>();
  final List<TcpConnectionInfo> connections = new ArrayList<>();
  final List<TcpExplanation> explanations = new ArrayList<>();
  final List<NeighbourInfo> neighbours = new ArrayList<>();
  final List<RouteInfo> routes = new ArrayList<>();
  final List<AddressInfo> addresses = new ArrayList<>();
  final List<String> done = new ArrayList<>();
  final List<PingRequest> pings = new ArrayList<>();
  final Queue<ArpReply> arpReplies = new ArrayDeque<>();
  final List<Event> events = new ArrayList<>();
  final Counters lane = new Counters();
  Function<PingRequest, PingReply> pingReply =
      r ->
          new PingReply(
              PingReply.REPLY, r.destination(), r.sequence(), r.payloadBytes() + 8, 64, 1_500_000);
  int largestPage;
  int samples;

  FakeAppliance() {
    connections.add(listener(1, 7, "io.karavel.services:echo"));
    connections.add(
        new TcpConnectionInfo(
            5,
            TcpState.ESTABLISHED,
            IpEndpoint.of("10.77.0.2", 7),
            IpEndpoint.of("10.77.0.1", 40000),
            "io.karavel.services:echo",
            12,
            3456,
            "retransmit",
            204_500_000,
            2,
            90_000_000_000L,
            details()));
    addresses.add(
        new AddressInfo(
            "main0",
            "mem0",
            IpPrefix.parse("10.77.0.2/24"),
            MacAddress.parse("02:00:00:00:00:01"),
            1500,
            true,
            "valid",
            "configured"));
    routes.add(
        new RouteInfo(
            IpPrefix.parse("10.77.0.0/24"),
            Optional.empty(),
            "main0",
            IpAddress.parse("10.77.0.2"),
            0,
            "connected"));
    routes.add(
        new RouteInfo(
            IpPrefix.parse("192.168.0.0/16"),
            Optional.of(IpAddress.parse("10.77.0.1")),
            "main0",
            IpAddress.parse("10.77.0.2"),
            100,
            "static"));
    neighbours.add(
        new NeighbourInfo(
            "main0",
            IpAddress.parse("10.77.0.1"),
            Optional.of(MacAddress.parse("02:00:00:00:00:02")),
            "REACHABLE",
            1.25,
            0));
    neighbours.add(
        new NeighbourInfo(
            "main0", IpAddress.parse("10.77.0.9"), Optional.empty(), "FAILED", 30, 0));
  }

  private static Map<String, Object> details() {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("rtoMillis", 204.5);
    details.put("cwndBytes", 14480L);
    return details;
  }

  static TcpConnectionInfo listener(long id, int port, String owner) {
    return new TcpConnectionInfo(
        id,
        TcpState.LISTEN,
        new IpEndpoint(IpAddress.ANY, port),
        null,
        owner,
        0,
        128,
        "",
        0,
        0,
        90_000_000_000L,
        Map.of());
  }

  @Override
  public List<String> stacks() {
    return List.of(MAIN, "host");
  }

  @Override
  public List<ModuleInfo> modules(String stack) {
    return List.of(
        module(stack, "tcp", "io.karavel.tcp", "running", ""),
        module(stack, "ip", "", "parked", "boom"),
        module(stack, "nic:mem0", "io.karavel.nic-memory", "running", ""));
  }

  private static ModuleInfo module(
      String stack, String slot, String bundle, String state, String error) {
    return new ModuleInfo(
        stack,
        0,
        slot,
        bundle,
        bundle.isEmpty() ? "" : "0.1.0",
        2,
        state,
        90_000_000_000L,
        3,
        1,
        error);
  }

  @Override
  public Map<String, Long> counters(String stack) {
    long grown = samples++ * 50L;
    return Map.of(
        "Tcp.ActiveOpens",
        7L,
        "Tcp.OutSegs",
        1000L + grown,
        "Tcp.RetransSegs",
        10L,
        "TcpExt.TCPTimeouts",
        0L,
        "Drop.TCP_CHECKSUM",
        3L);
  }

  @Override
  public List<Counters> counterSets(String stack) {
    return List.of(lane);
  }

  @Override
  public Map<DropReason, Long> drops(String stack) {
    Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    drops.put(DropReason.TCP_CHECKSUM, 3L + samples++ * 5L);
    return drops;
  }

  @Override
  public List<Event> events(String stack, long sinceSequence) {
    return events.stream().filter(event -> event.sequence() >= sinceSequence).toList();
  }

  @Override
  public Map<Integer, InterfaceSettings> interfaces(String stack) {
    try {
      return Map.of(
          0,
          InterfaceSettings.parse("main0", Map.of("device", "mem0", "addresses", "10.77.0.2/24")));
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public List<TimerInfo> timers(String stack) {
    return List.of(new TimerInfo(0, "retransmit", 4, 12_300_000), new TimerInfo(0, "arp", 1, -500));
  }

  @Override
  public List<LaneInfo> lanes(String stack) {
    return List.of(new LaneInfo(0, "lane", 10, 1000, 100, 5, 10, 20, 42));
  }

  @Override
  public long uptimeNanos() {
    return 3_661_000_000_000L;
  }

  @Override
  public <M, T> T query(
      String stack, String slot, Class<M> type, Function<? super M, ? extends T> question)
      throws ModuleAbsentException {
    if (away.contains(slot)) {
      throw new ModuleAbsentException(
          "module " + slot + " of stack " + stack + ": not running; start its bundle");
    }
    Object module =
        switch (slot) {
          case "ip" -> new Ip();
          case "tcp" -> new Tcp();
          case "nic:mem0" -> device();
          default -> throw new ModuleAbsentException("module " + slot + ": not running");
        };
    return question.apply(type.cast(module));
  }

  private static Object device() {
    Map<String, Long> statistics = new LinkedHashMap<>();
    statistics.put("rxPackets", 11L);
    statistics.put("txPackets", 22L);
    statistics.put("rxDropped", 0L);
    statistics.put("txDropped", 1L);
    DeviceInfo info =
        new DeviceInfo(
            "mem0",
            "memory",
            true,
            "up",
            new DeviceCapabilities(false, 1500, true, 65535, false),
            statistics,
            Map.of("mtu", 1500L));
    return Proxy.newProxyInstance(
        NetworkDevice.class.getClassLoader(),
        new Class<?>[] {NetworkDevice.class},
        (proxy, method, arguments) -> {
          if (method.getName().equals("info")) {
            return info;
          }
          throw new UnsupportedOperationException(method.getName());
        });
  }

  @Override
  public boolean drop(String stack, String slot) {
    return false;
  }

  private final class Ip implements IpControl {
    @Override
    public List<AddressInfo> addresses() {
      return List.copyOf(addresses);
    }

    @Override
    public void addAddress(String interfaceName, IpPrefix address) {
      if (!interfaceName.equals("main0")) {
        throw new IllegalArgumentException("there is no interface '" + interfaceName + "'");
      }
      done.add("add " + interfaceName + " " + address);
    }

    @Override
    public void removeAddress(String interfaceName, IpPrefix address) {
      done.add("remove " + interfaceName + " " + address);
    }

    @Override
    public List<RouteInfo> routes() {
      return List.copyOf(routes);
    }

    @Override
    public void addRoute(
        IpPrefix destination,
        Optional<IpAddress> gateway,
        Optional<String> interfaceName,
        int metric) {
      done.add("route " + destination + " " + gateway + " " + interfaceName + " " + metric);
    }

    @Override
    public int removeRoute(IpPrefix destination, Optional<IpAddress> gateway) {
      done.add("unroute " + destination + " " + gateway);
      return 1;
    }

    @Override
    public Optional<RouteInfo> routeTo(IpAddress destination) {
      return routes.stream().filter(r -> r.destination().contains(destination)).findFirst();
    }

    @Override
    public List<NeighbourInfo> neighbours() {
      return List.copyOf(neighbours);
    }

    @Override
    public int flushNeighbours(Optional<String> interfaceName, Optional<IpAddress> address) {
      done.add("flush " + interfaceName + " " + address);
      return 2;
    }

    @Override
    public void addNeighbour(String interfaceName, IpAddress address, MacAddress mac) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean removeNeighbour(String interfaceName, IpAddress address) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<PingReply> ping(PingRequest request) {
      pings.add(request);
      return CompletableFuture.completedFuture(pingReply.apply(request));
    }

    @Override
    public CompletableFuture<ArpReply> arping(
        Optional<String> interfaceName, IpAddress target, long timeoutNanos) {
      done.add("arping " + interfaceName + " " + target);
      return CompletableFuture.completedFuture(arpReplies.remove());
    }
  }

  private final class Tcp implements TcpControl {
    @Override
    public Page list(long cursor, int examine, Predicate<? super TcpConnectionInfo> filter) {
      largestPage = Math.max(largestPage, examine);
      int end = (int) Math.min(connections.size(), cursor + examine);
      List<TcpConnectionInfo> page =
          new ArrayList<>(connections.subList((int) cursor, end))
              .stream().filter(filter).map(TcpConnectionInfo.class::cast).toList();
      return new Page(page, end == connections.size() ? 0 : end);
    }

    @Override
    public TcpConnectionInfo info(long id) {
      return connections.stream().filter(c -> c.id() == id).findFirst().orElse(null);
    }

    @Override
    public TcpExplanation why(long id) {
      return explanations.stream()
          .filter(why -> why.connection().id() == id)
          .findFirst()
          .orElse(null);
    }

    @Override
    public TcpExplanation why(IpEndpoint local, IpEndpoint remote) {
      return explanations.stream()
          .filter(why -> remote.equals(why.connection().remote()))
          .findFirst()
          .orElse(null);
    }

    @Override
    public TcpSummary summary() {
      Map<TcpState, Integer> states = new EnumMap<>(TcpState.class);
      states.put(TcpState.LISTEN, 1);
      states.put(TcpState.ESTABLISHED, 1);
      return new TcpSummary(
          states,
          2,
          List.of(
              new TcpSummary.Listener(
                  1, new IpEndpoint(IpAddress.ANY, 7), 3, 256, 1, 128, 55, 4, 5, 6)),
          8192,
          1 << 20);
    }

    @Override
    public boolean kill(long id, boolean reset) {
      done.add("kill " + id + (reset ? " rst" : " fin"));
      return connections.removeIf(c -> c.id() == id);
    }
  }
}
