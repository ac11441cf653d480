package io.karavel.nic;

import io.karavel.engine.Setting;
import io.karavel.engine.Setting.Applies;
import io.karavel.engine.SettingsException;
import io.karavel.engine.SettingsSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings of a virtual cable between two devices in one JVM, a configuration of factory PID
 * {@value #PID}.
 *
 * @param name the cable's name, the part of the PID behind '~'
 * @param leftDevice name of the device at one end
 * @param rightDevice name of the device at the other end
 * @param bareIp whether it carries bare IP packets rather than Ethernet frames
 * @param mtu largest IP packet in bytes
 * @param offloads whether partial checksums and super-segments pass as they are
 * @param inFlightBytes bytes on their way in each direction at most; more are dropped
 * @param impairment how bad the wire is in each direction
 */
public record MemoryCableSettings(
    String name,
    String leftDevice,
    String rightDevice,
    boolean bareIp,
    int mtu,
    boolean offloads,
    int inFlightBytes,
    ImpairmentSettings impairment) {
  /** The factory PID. */
  public static final String PID = "io.karavel.nic.memory";

  /** What the name of a device may be. */
  static final String DEVICE_NAME = "[a-zA-Z0-9_.-]{1,32}";

  /** Key. */
  public static final Setting<String> LEFT =
      Setting.text(
          "leftDevice",
          "",
          Applies.LIVE,
          "Name of the device at one end; empty takes the cable's name with -left.");

  /** Key. */
  public static final Setting<String> RIGHT =
      Setting.text(
          "rightDevice",
          "",
          Applies.LIVE,
          "Name of the device at the other end; empty takes the cable's name with -right.");

  /** Key. */
  public static final Setting<String> MODE =
      Setting.choice(
          "mode",
          "ethernet",
          List.of("ethernet", "ip"),
          Applies.LIVE,
          "Carries Ethernet frames, or bare IP packets point to point.");

  /** Key. */
  public static final Setting<Long> MTU =
      Setting.number("mtu", 1500, 68, 65535, "bytes", Applies.LIVE, "Largest IP packet.");

  /** Key. */
  public static final Setting<Boolean> OFFLOADS =
      Setting.flag(
          "offloads",
          true,
          Applies.LIVE,
          "Pass partial checksums and super-segments of up to 64 KiB untouched, as one frame; off"
              + " to have every segment meet its own fate.");

  /** Key. */
  public static final Setting<Long> IN_FLIGHT =
      Setting.number(
          "inFlightBytes",
          16 * 1024 * 1024,
          FrameRing.MINIMUM_BYTES,
          1024 * 1024 * 1024,
          "bytes",
          Applies.LIVE,
          "Bytes on their way in each direction at most; more are dropped. The memory grows with"
              + " use.");

  /** All keys. */
  public static final SettingsSchema SCHEMA = new SettingsSchema(PID, keys());

  private static List<Setting<?>> keys() {
    List<Setting<?>> keys = new ArrayList<>(List.of(LEFT, RIGHT, MODE, MTU, OFFLOADS, IN_FLIGHT));
    keys.addAll(ImpairmentSettings.KEYS);
    return keys;
  }

  /**
   * Parses the raw configuration of the cable {@code name}.
   *
   * @throws SettingsException naming every wrong key
   */
  public static MemoryCableSettings parse(String name, Map<String, ?> raw)
      throws SettingsException {
    SettingsSchema.Values values = SCHEMA.parse(raw);
    String left = values.get(LEFT).isEmpty() ? deviceName(name, 26) + "-left" : values.get(LEFT);
    String right =
        values.get(RIGHT).isEmpty() ? deviceName(name, 26) + "-right" : values.get(RIGHT);
    List<String> problems = new ArrayList<>();
    if (!left.matches(DEVICE_NAME)) {
      problems.add(refused(LEFT, left));
    }
    if (!right.matches(DEVICE_NAME)) {
      problems.add(refused(RIGHT, right));
    }
    if (left.equals(right)) {
      problems.add("rightDevice = '" + right + "' is refused: it must differ from leftDevice");
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(PID + "~" + name, problems);
    }
    return new MemoryCableSettings(
        name,
        left,
        right,
        values.get(MODE).equals("ip"),
        values.intValue(MTU),
        values.get(OFFLOADS),
        values.intValue(IN_FLIGHT),
        ImpairmentSettings.of(values));
  }

  /** A name of allowed letters and length made from any other, so that defaults always hold. */
  static String deviceName(String name, int length) {
    String letters = name.replaceAll("[^a-zA-Z0-9_.-]", "-");
    return letters.isEmpty() ? "device" : letters.substring(0, Math.min(letters.length(), length));
  }

  /** Keys and values, as a configuration would give them. */
  public Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(LEFT.key(), leftDevice);
    map.put(RIGHT.key(), rightDevice);
    map.put(MODE.key(), bareIp ? "ip" : "ethernet");
    map.put(MTU.key(), (long) mtu);
    map.put(OFFLOADS.key(), offloads);
    map.put(IN_FLIGHT.key(), (long) inFlightBytes);
    map.putAll(impairment.asMap());
    return map;
  }

  private static String refused(Setting<String> key, String value) {
    return key.key() + " = '" + value + "' is refused: 1 to 32 letters, digits, '-', '_' or '.'";
  }
}
