package io.karavel.nic;

import io.karavel.address.IpPrefix;
import io.karavel.engine.Setting;
import io.karavel.engine.Setting.Applies;
import io.karavel.engine.SettingsException;
import io.karavel.engine.SettingsSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of a Linux TAP or TUN, a configuration of factory PID {@value #PID}. The device in
 * the stack is called {@code name}; the interface on the Linux side may be called differently.
 *
 * @param name the device's name, the part of the PID behind '~'
 * @param bareIp TUN (bare IP packets) rather than TAP (Ethernet frames)
 * @param interfaceName name of the interface in Linux
 * @param hostAddress address of the Linux side; empty leaves it as it is
 * @param mtu largest IP packet in bytes, set on the Linux side too
 * @param transmitQueueLength frames that Linux queues for us at most
 * @param offloads whether to ask for the virtio-net header, checksums and super-segments
 * @param persistent whether the interface stays in Linux when nobody has it open
 * @param queueFrames frames that wait at most when Linux does not take them at once
 * @param retryNanos time until a frame that Linux did not take is offered again
 * @param reopenMinNanos time until the first try to open the device again
 * @param reopenMaxNanos the time doubles from try to try up to this
 */
public record TapSettings(
    String name,
    boolean bareIp,
    String interfaceName,
    Optional<IpPrefix> hostAddress,
    int mtu,
    int transmitQueueLength,
    boolean offloads,
    boolean persistent,
    int queueFrames,
    long retryNanos,
    long reopenMinNanos,
    long reopenMaxNanos) {
  /** The factory PID. */
  public static final String PID = "io.karavel.nic.tap";

  /** Longest name of an interface in Linux. */
  public static final int NAME_LENGTH = 15;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Key. */
  public static final Setting<String> MODE =
      Setting.choice(
          "mode",
          "tap",
          List.of("tap", "tun"),
          Applies.LIVE,
          "TAP with Ethernet frames, or TUN with bare IP packets; a change opens the device anew.");

  /** Key. */
  public static final Setting<String> INTERFACE =
      Setting.text(
          "interfaceName",
          "",
          Applies.LIVE,
          "Name of the interface in Linux; empty takes the first 15 letters of the device's. A change"
              + " opens it anew.");

  /** Key. */
  public static final Setting<String> HOST_ADDRESS =
      Setting.text(
          "hostAddress",
          "",
          Applies.LIVE,
          "Address with prefix length of the Linux side, as in 10.77.0.1/24; empty leaves it as it"
              + " is.");

  /** Key. */
  public static final Setting<Long> MTU =
      Setting.number(
          "mtu", 1500, 68, 65521, "bytes", Applies.LIVE, "Largest IP packet, on both sides.");

  /** Key. */
  public static final Setting<Long> TRANSMIT_QUEUE_LENGTH =
      Setting.number(
          "txQueueLength",
          1000,
          1,
          100_000,
          "count",
          Applies.LIVE,
          "Frames (or super-segments) that Linux queues for us at most.");

  /** Key. */
  public static final Setting<Boolean> OFFLOADS =
      Setting.flag(
          "offloads",
          true,
          Applies.LIVE,
          "Ask Linux for partial checksums and TCP super-segments; plain frames when it refuses.");

  /** Key. */
  public static final Setting<Boolean> PERSISTENT =
      Setting.flag(
          "persistent",
          false,
          Applies.LIVE,
          "Leave the interface in Linux when the appliance stops.");

  /** Key. */
  public static final Setting<Long> QUEUE =
      Setting.number(
          "queueFrames",
          512,
          1,
          65536,
          "count",
          Applies.LIVE,
          "Frames that wait at most while Linux takes none; more are dropped.");

  /** Key. */
  public static final Setting<Long> RETRY =
      Setting.number(
          "retryMs",
          1,
          1,
          1000,
          "ms",
          Applies.LIVE,
          "Time until frames that Linux did not take are offered again.");

  /** Key. */
  public static final Setting<Long> REOPEN_MIN =
      Setting.number(
          "reopenMinMs",
          100,
          10,
          3_600_000,
          "ms",
          Applies.LIVE,
          "Time until the first try to open a device that failed or vanished; it doubles.");

  /** Key. */
  public static final Setting<Long> REOPEN_MAX =
      Setting.number(
          "reopenMaxMs",
          30_000,
          10,
          3_600_000,
          "ms",
          Applies.LIVE,
          "Longest time between two tries to open a device.");

  /** All keys. */
  public static final SettingsSchema SCHEMA =
      new SettingsSchema(
          PID,
          List.of(
              MODE,
              INTERFACE,
              HOST_ADDRESS,
              MTU,
              TRANSMIT_QUEUE_LENGTH,
              OFFLOADS,
              PERSISTENT,
              QUEUE,
              RETRY,
              REOPEN_MIN,
              REOPEN_MAX));

  /**
   * Parses the raw configuration of the device {@code name}.
   *
   * @throws SettingsException naming every wrong key
   */
  public static TapSettings parse(String name, Map<String, ?> raw) throws SettingsException {
    SettingsSchema.Values values = SCHEMA.parse(raw);
    List<String> problems = new ArrayList<>();
    String interfaceName =
        values.get(INTERFACE).isEmpty()
            ? MemoryCableSettings.deviceName(name, NAME_LENGTH)
            : values.get(INTERFACE);
    if (interfaceName.length() > NAME_LENGTH
        || !interfaceName.matches("[a-zA-Z0-9_.-]+")
        || interfaceName.matches("\\.{1,2}")) {
      problems.add(
          "interfaceName = '"
              + interfaceName
              + "' is refused: 1 to "
              + NAME_LENGTH
              + " letters, digits, '-', '_' or '.'");
    }
    Optional<IpPrefix> hostAddress = Optional.empty();
    if (!values.get(HOST_ADDRESS).isEmpty()) {
      try {
        IpPrefix prefix = IpPrefix.parse(values.get(HOST_ADDRESS));
        if (!prefix.address().isUnicast()) {
          problems.add("hostAddress = " + prefix + " is refused: not an address a host can have");
        }
        hostAddress = Optional.of(prefix);
      } catch (IllegalArgumentException e) {
        problems.add("hostAddress: " + e.getMessage());
      }
    }
    long reopenMin = values.get(REOPEN_MIN);
    long reopenMax = values.get(REOPEN_MAX);
    if (reopenMax < reopenMin) {
      problems.add(
          "reopenMaxMs = '"
              + reopenMax
              + "' is refused: at least reopenMinMs, which is "
              + reopenMin);
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(PID + "~" + name, problems);
    }
    return new TapSettings(
        name,
        values.get(MODE).equals("tun"),
        interfaceName,
        hostAddress,
        values.intValue(MTU),
        values.intValue(TRANSMIT_QUEUE_LENGTH),
        values.get(OFFLOADS),
        values.get(PERSISTENT),
        values.intValue(QUEUE),
        values.get(RETRY) * NANOS_PER_MILLI,
        reopenMin * NANOS_PER_MILLI,
        reopenMax * NANOS_PER_MILLI);
  }

  /** Keys and values, as a configuration would give them. */
  public Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(MODE.key(), bareIp ? "tun" : "tap");
    map.put(INTERFACE.key(), interfaceName);
    map.put(HOST_ADDRESS.key(), hostAddress.map(IpPrefix::toString).orElse(""));
    map.put(MTU.key(), (long) mtu);
    map.put(TRANSMIT_QUEUE_LENGTH.key(), (long) transmitQueueLength);
    map.put(OFFLOADS.key(), offloads);
    map.put(PERSISTENT.key(), persistent);
    map.put(QUEUE.key(), (long) queueFrames);
    map.put(RETRY.key(), retryNanos / NANOS_PER_MILLI);
    map.put(REOPEN_MIN.key(), reopenMinNanos / NANOS_PER_MILLI);
    map.put(REOPEN_MAX.key(), reopenMaxNanos / NANOS_PER_MILLI);
    return map;
  }
}
