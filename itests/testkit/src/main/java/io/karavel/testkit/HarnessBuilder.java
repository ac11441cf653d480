package io.karavel.testkit;

import io.karavel.address.IpAddress;
import io.karavel.address.MacAddress;
import io.karavel.engine.SettingsException;
import io.karavel.engine.internal.stack.KeptStacks;
import io.karavel.ip.InterfaceSettings;
import io.karavel.nic.DeviceCapabilities;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a {@link StackHarness} is to be like. Each method changes this builder and returns it. */
public final class HarnessBuilder {
  /** The device that a harness has unless told otherwise. */
  public static final String DEVICE = "wire0";

  String name = "main";
  VirtualClock clock = new VirtualClock();
  long seed = 1;
  KeptStacks kept;
  final List<Wire> wires = new ArrayList<>();
  final Map<String, Map<String, Object>> settings = new LinkedHashMap<>();
  final Set<String> without = new HashSet<>();
  private String addresses = StackHarness.LOCAL + "/24";
  private String gateway = StackHarness.PEER.toString();
  private boolean bareIp = true;
  private int mtu = 1500;
  private boolean transmitChecksum;
  private int segmentationBytes;
  private boolean defaultWire = true;
  private final Map<IpAddress, MacAddress> neighbours = new LinkedHashMap<>();

  record Wire(
      InterfaceSettings settings,
      DeviceCapabilities capabilities,
      Map<IpAddress, MacAddress> neighbours) {}

  HarnessBuilder() {}

  /** Name of the stack. */
  public HarnessBuilder name(String value) {
    name = value;
    return this;
  }

  /** The clock, to share one among several. */
  public HarnessBuilder clock(VirtualClock value) {
    clock = value;
    return this;
  }

  /**
   * Goes on with what {@link StackHarness#save} wrote, after a gap: the clock begins where the
   * other harness's stood, and the file is gone afterwards.
   */
  public HarnessBuilder kept(Path file) {
    kept = KeptStacks.take(file);
    if (kept != null) {
      clock = new VirtualClock(kept.clockNanos());
    }
    return this;
  }

  /** Seed of everything that is random in the stack, secrets included. */
  public HarnessBuilder seed(long value) {
    seed = value;
    return this;
  }

  /** Addresses with prefix lengths of the first interface, separated by commas. */
  public HarnessBuilder addresses(String value) {
    addresses = value;
    gateway = "";
    return this;
  }

  /** Gateway of the default route; by default {@link StackHarness#PEER}. Empty for none. */
  public HarnessBuilder gateway(String value) {
    gateway = value;
    return this;
  }

  /** Ethernet frames instead of bare IP packets on the first device. */
  public HarnessBuilder ethernet() {
    bareIp = false;
    return this;
  }

  /** A neighbour whose MAC address needs no ARP. */
  public HarnessBuilder neighbour(IpAddress address, MacAddress mac) {
    neighbours.put(address, mac);
    return this;
  }

  /** MTU of the first device in bytes. */
  public HarnessBuilder mtu(int bytes) {
    mtu = bytes;
    return this;
  }

  /** The first device completes checksums and cuts super-segments up to this many bytes. */
  public HarnessBuilder offloads(int superSegmentBytes) {
    transmitChecksum = true;
    segmentationBytes = superSegmentBytes;
    return this;
  }

  /** A setting of a PID, as in its configuration. */
  public HarnessBuilder set(String pid, String key, Object value) {
    settings.computeIfAbsent(pid, p -> new LinkedHashMap<>()).put(key, value);
    return this;
  }

  /** A setting of {@code io.karavel.tcp}. */
  public HarnessBuilder tcp(String key, Object value) {
    return set(io.karavel.tcp.TcpSettings.PID, key, value);
  }

  /** A setting of {@code io.karavel.ip}. */
  public HarnessBuilder ip(String key, Object value) {
    return set(io.karavel.ip.IpSettings.PID, key, value);
  }

  /** Leaves a slot empty: {@link StackHarness#plug} can fill it. */
  public HarnessBuilder without(String slot) {
    without.add(slot);
    return this;
  }

  /** Has no device of the usual kind; add others with {@link #device}. */
  public HarnessBuilder withoutDefaultDevice() {
    defaultWire = false;
    return this;
  }

  /** A further device with an interface of the same name. */
  public HarnessBuilder device(String device, String prefixes, DeviceCapabilities capabilities) {
    wires.add(
        new Wire(
            parse(device, Map.of("device", device, "addresses", prefixes, "stack", name)),
            capabilities,
            Map.of()));
    return this;
  }

  private static InterfaceSettings parse(String name, Map<String, ?> raw) {
    try {
      return InterfaceSettings.parse(name, raw);
    } catch (SettingsException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** The harness. */
  public StackHarness build() {
    if (defaultWire && wires.stream().noneMatch(w -> w.settings().device().equals(DEVICE))) {
      Map<String, Object> raw = new LinkedHashMap<>();
      raw.put("device", DEVICE);
      raw.put("stack", name);
      raw.put("addresses", addresses);
      raw.put("gateway", gateway);
      DeviceCapabilities capabilities =
          new DeviceCapabilities(bareIp, mtu, transmitChecksum, segmentationBytes, false);
      wires.add(0, new Wire(parse(DEVICE, raw), capabilities, Map.copyOf(neighbours)));
    }
    return new StackHarness(this);
  }
}
