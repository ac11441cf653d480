package io.karavel.ip;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;
import io.karavel.engine.Setting;
import io.karavel.engine.Setting.Applies;
import io.karavel.engine.SettingsException;
import io.karavel.engine.SettingsSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of one interface, a configuration of factory PID {@value #PID}: which stack uses
 * which device with which addresses. MAC and addresses are the interface's, not the driver's, so
 * they stay when the device is replaced.
 *
 * @param name the interface's name, the part of the PID behind '~'
 * @param stack the stack it belongs to
 * @param device the device's name
 * @param addresses its addresses with their prefix lengths; the first is preferred as source
 * @param gateway the gateway of a default route through it
 * @param mac the MAC address; {@linkplain MacAddress#derivedFrom derived} from stack and name
 *     unless given
 * @param mtu largest IP packet in bytes; 0 takes the device's
 * @param enabled whether it carries traffic
 */
public record InterfaceSettings(
    String name,
    String stack,
    String device,
    List<IpPrefix> addresses,
    Optional<IpAddress> gateway,
    MacAddress mac,
    int mtu,
    boolean enabled) {
  /** The factory PID. */
  public static final String PID = "io.karavel.ip.interface";

  /** Key. */
  public static final Setting<String> STACK =
      Setting.text("stack", "main", Applies.LIVE, "Stack that the interface belongs to.");

  /** Key. */
  public static final Setting<String> DEVICE =
      Setting.text("device", "", Applies.LIVE, "Name of the device, as in nic:list.");

  /** Key. */
  public static final Setting<String> ADDRESSES =
      Setting.text(
          "addresses",
          "",
          Applies.LIVE,
          "Addresses with prefix lengths, separated by commas, as in 10.77.0.2/24.");

  /** Key. */
  public static final Setting<String> GATEWAY =
      Setting.text("gateway", "", Applies.LIVE, "Gateway of the default route; empty for none.");

  /** Key. */
  public static final Setting<String> MAC =
      Setting.text("mac", "", Applies.LIVE, "MAC address; empty to derive one from the name.");

  /** Key. */
  public static final Setting<Long> MTU =
      Setting.number(
          "mtu",
          0,
          0,
          65535,
          "bytes",
          Applies.LIVE,
          "Largest IP packet; 0 takes the device's MTU.");

  /** Key. */
  public static final Setting<Boolean> ENABLED =
      Setting.flag("enabled", true, Applies.LIVE, "Whether the interface carries traffic.");

  /** All keys. */
  public static final SettingsSchema SCHEMA =
      new SettingsSchema(PID, List.of(STACK, DEVICE, ADDRESSES, GATEWAY, MAC, MTU, ENABLED));

  /** Smallest MTU that IPv4 allows a link to have (RFC 791). */
  public static final int MINIMUM_MTU = 68;

  /**
   * Parses the raw configuration of the interface {@code name}.
   *
   * @throws SettingsException naming every wrong key
   */
  public static InterfaceSettings parse(String name, Map<String, ?> raw) throws SettingsException {
    SettingsSchema.Values values = SCHEMA.parse(raw);
    List<String> problems = new ArrayList<>();
    String stack = values.get(STACK);
    String device = values.get(DEVICE);
    if (!stack.matches("[a-zA-Z0-9_-]{1,32}")) {
      problems.add("stack = '" + stack + "' is refused: 1 to 32 letters, digits, '-' or '_'");
    }
    if (!device.matches("[a-zA-Z0-9_.-]{1,32}")) {
      problems.add(
          "device = '" + device + "' is refused: name a device of 1 to 32 letters, digits");
    }
    List<IpPrefix> addresses = new ArrayList<>();
    for (String text : values.get(ADDRESSES).split("[,\\s]+")) {
      if (!text.isEmpty()) {
        try {
          IpPrefix prefix = IpPrefix.parse(text);
          if (!prefix.address().isUnicast()) {
            problems.add("addresses: " + prefix + " is not an address a host can have");
          } else if (addresses.contains(prefix)) {
            problems.add("addresses: " + prefix + " stands there twice");
          }
          addresses.add(prefix);
        } catch (IllegalArgumentException e) {
          problems.add("addresses: " + e.getMessage());
        }
      }
    }
    Optional<IpAddress> gateway = Optional.empty();
    if (!values.get(GATEWAY).isEmpty()) {
      try {
        IpAddress address = IpAddress.parse(values.get(GATEWAY));
        gateway = Optional.of(address);
        if (addresses.stream().noneMatch(p -> p.contains(address))) {
          problems.add("gateway = " + address + " is not within any of the interface's prefixes");
        }
      } catch (IllegalArgumentException e) {
        problems.add("gateway: " + e.getMessage());
      }
    }
    MacAddress mac = MacAddress.derivedFrom(stack + "/" + name);
    if (!values.get(MAC).isEmpty()) {
      try {
        mac = MacAddress.parse(values.get(MAC));
        if (mac.isGroup() || mac.bits() == 0) {
          problems.add("mac = " + mac + " is refused: a station needs a unicast address");
        }
      } catch (IllegalArgumentException e) {
        problems.add("mac: " + e.getMessage());
      }
    }
    int mtu = values.intValue(MTU);
    if (mtu != 0 && mtu < MINIMUM_MTU) {
      problems.add("mtu = " + mtu + " is refused: 0, or " + MINIMUM_MTU + " to 65535 bytes");
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(PID + "~" + name, problems);
    }
    return new InterfaceSettings(
        name, stack, device, List.copyOf(addresses), gateway, mac, mtu, values.get(ENABLED));
  }
}
