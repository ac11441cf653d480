package io.karavel.shell.internal.doctor;

import io.karavel.address.IpEndpoint;
import io.karavel.control.Configurations;
import io.karavel.control.LaneInfo;
import io.karavel.control.ModuleInfo;
import io.karavel.control.ModuleVersion;
import io.karavel.engine.Setting;
import io.karavel.ip.AddressInfo;
import io.karavel.ip.NeighbourInfo;
import io.karavel.nic.DeviceInfo;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSummary;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A stack at two moments, as far as the checks look at it. What is not known is empty, or null
 * where that is said. Filled before it is examined, then left alone.
 */
public final class Snapshot {
  /** From when on a timer is late: half of the least retransmission timeout. */
  public static final long LATE_NANOS = 100_000_000L;

  private Map<String, Long> before = Map.of();
  private Map<String, Long> now = Map.of();
  private long nanos = 1_000_000_000L;
  private List<ModuleInfo> modules = List.of();
  private List<LaneInfo> lanes = List.of();
  private long timersExpired;
  private long timersLate;
  private TcpSummary tcp;
  private TcpSettings settings = TcpSettings.defaults();
  private List<TcpConnectionInfo> listeners = List.of();
  private List<TcpConnectionInfo> stuck = List.of();
  private Map<IpEndpoint, Integer> portsTowards = Map.of();
  private List<NeighbourInfo> neighbours = List.of();
  private List<AddressInfo> addresses = List.of();
  private List<DeviceInfo> devices = List.of();
  private Map<String, Long> deviceDrops = Map.of();
  private List<Configured> configured = List.of();
  private List<ModuleVersion> versions = List.of();
  private Map<String, ImpairmentSettings> impairments = Map.of();
  private Configurations.Pending pending;

  /** A stack of which nothing is known. */
  public Snapshot() {}

  /**
   * A PID with what is wrong about what is stored.
   *
   * @param pid the PID
   * @param problem why it is not in force; null if it is
   * @param notice what it waits for; null if for nothing
   */
  public record Configured(String pid, String problem, String notice) {}

  /** The counters at both moments, and the nanoseconds between them. */
  public Snapshot counters(Map<String, Long> first, Map<String, Long> second, long between) {
    before = first;
    now = second;
    nanos = between;
    return this;
  }

  /** The slots. */
  public Snapshot modules(List<ModuleInfo> all) {
    modules = all;
    return this;
  }

  /** The lanes. */
  public Snapshot lanes(List<LaneInfo> all) {
    lanes = all;
    return this;
  }

  /** Timers that expired between the moments, and those among them that were late. */
  public Snapshot timers(long expired, long late) {
    timersExpired = expired;
    timersLate = late;
    return this;
  }

  /** TCP in numbers, and the settings in force. */
  public Snapshot tcp(TcpSummary summary, TcpSettings inForce) {
    tcp = summary;
    settings = inForce;
    return this;
  }

  /** Listeners; connections that stand still, with details; ports used towards each peer. */
  public Snapshot connections(
      List<TcpConnectionInfo> listening,
      List<TcpConnectionInfo> standing,
      Map<IpEndpoint, Integer> ports) {
    listeners = listening;
    stuck = standing;
    portsTowards = ports;
    return this;
  }

  /** The tables of IP. */
  public Snapshot ip(List<AddressInfo> own, List<NeighbourInfo> others) {
    addresses = own;
    neighbours = others;
    return this;
  }

  /** The devices, and by how much the discards of each have grown. */
  public Snapshot devices(List<DeviceInfo> all, Map<String, Long> drops) {
    devices = all;
    deviceDrops = drops;
    return this;
  }

  /** The configuration, and the change that waits to be confirmed or null. */
  public Snapshot configuration(List<Configured> all, Configurations.Pending waiting) {
    configured = all;
    pending = waiting;
    return this;
  }

  /** The bundles. */
  public Snapshot versions(List<ModuleVersion> all) {
    versions = all;
    return this;
  }

  /** Wires that are made bad on purpose. */
  public Snapshot impairments(Map<String, ImpairmentSettings> inForce) {
    impairments = inForce;
    return this;
  }

  long total(String counter) {
    return now.getOrDefault(counter, 0L);
  }

  long grown(String counter) {
    return total(counter) - before.getOrDefault(counter, 0L);
  }

  /** The time between the moments, in words. */
  String period() {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }

  /** {@code PID.KEY=VALUE} of a key doubled, within its range. */
  static String doubled(String key, long value) {
    Setting<?> setting = TcpSettings.SCHEMA.setting(key);
    long more = (long) Math.min(setting.maximum(), 2.0 * value);
    return "net:config-set tcp." + key + "=" + more;
  }

  List<ModuleInfo> modules() {
    return modules;
  }

  List<LaneInfo> lanes() {
    return lanes;
  }

  long timersExpired() {
    return timersExpired;
  }

  long timersLate() {
    return timersLate;
  }

  /** Null if the module does not answer. */
  TcpSummary tcp() {
    return tcp;
  }

  TcpSettings settings() {
    return settings;
  }

  List<TcpConnectionInfo> listeners() {
    return listeners;
  }

  List<TcpConnectionInfo> stuck() {
    return stuck;
  }

  Map<IpEndpoint, Integer> portsTowards() {
    return portsTowards;
  }

  List<NeighbourInfo> neighbours() {
    return neighbours;
  }

  List<AddressInfo> addresses() {
    return addresses;
  }

  List<DeviceInfo> devices() {
    return devices;
  }

  Map<String, Long> deviceDrops() {
    return deviceDrops;
  }

  List<Configured> configured() {
    return configured;
  }

  List<ModuleVersion> versions() {
    return versions;
  }

  Map<String, ImpairmentSettings> impairments() {
    return impairments;
  }

  /** Null if none waits. */
  Configurations.Pending pending() {
    return pending;
  }
}
