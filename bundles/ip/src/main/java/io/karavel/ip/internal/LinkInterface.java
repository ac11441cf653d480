package io.karavel.ip.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;
import io.karavel.engine.Slot;
import io.karavel.ip.InterfaceSettings;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.NetworkDevice;
import io.karavel.wire.Ipv4Header;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One interface on one lane: its settings, the slot of its device, its addresses. It outlasts the
 * driver; what it knows of a device that is away is what the last one could do. Lane's thread.
 */
final class LinkInterface {
  /** Name of the way to our own addresses. */
  static final String LOOPBACK = "lo";

  final int index;
  final List<LocalAddress> addresses = new ArrayList<>();
  Slot<NetworkDevice> device;
  InterfaceSettings settings;

  /**
   * Whether a device has been seen since the interface uses this slot; before, framing is unknown.
   */
  boolean deviceKnown;

  boolean bareIp;
  int deviceMtu = Ipv4Header.MAXIMUM_TOTAL_LENGTH;
  int mtu = Ipv4Header.MAXIMUM_TOTAL_LENGTH;
  long mac;

  /** The neighbour used last, since packets come in trains. */
  Neighbour lastNeighbour;

  LinkInterface(int index, InterfaceSettings settings, Slot<NetworkDevice> device) {
    this.index = index;
    this.settings = settings;
    this.device = device;
    mac = settings.mac().bits();
  }

  /** The interface "lo" that leads to our own addresses; it has no device. */
  static LinkInterface loopback(String stack) {
    InterfaceSettings settings =
        new InterfaceSettings(
            LOOPBACK, stack, "", List.of(), Optional.empty(), MacAddress.of(0), 0, true);
    LinkInterface link = new LinkInterface(0, settings, null);
    link.bareIp = true;
    link.deviceKnown = true;
    return link;
  }

  String name() {
    return settings.name();
  }

  boolean enabled() {
    return settings.enabled();
  }

  /** The device at work, or null while its slot is empty. */
  NetworkDevice driver() {
    return device == null ? null : device.module();
  }

  /**
   * Takes in what the device can do now.
   *
   * @return whether MTU or framing changed
   */
  boolean refresh() {
    NetworkDevice driver = driver();
    boolean framing = false;
    if (driver != null) {
      DeviceCapabilities capabilities = driver.capabilities();
      framing = !deviceKnown || bareIp != capabilities.bareIp();
      deviceKnown = true;
      bareIp = capabilities.bareIp();
      deviceMtu = capabilities.mtu();
    }
    int before = mtu;
    mtu = settings.mtu() == 0 ? deviceMtu : Math.min(settings.mtu(), deviceMtu);
    mtu = Math.max(InterfaceSettings.MINIMUM_MTU, mtu);
    return framing || mtu != before;
  }

  /** Our address with that value, in any state, or null. */
  LocalAddress address(int value) {
    for (int i = 0; i < addresses.size(); i++) {
      LocalAddress address = addresses.get(i);
      if (address.value == value) {
        return address;
      }
    }
    return null;
  }

  /** The usable address whose prefix contains {@code other}, else the first usable, else 0. */
  int sourceFor(int other) {
    int first = 0;
    for (int i = 0; i < addresses.size(); i++) {
      LocalAddress address = addresses.get(i);
      if (address.usable()) {
        if (address.onLink(other)) {
          return address.value;
        }
        if (first == 0) {
          first = address.value;
        }
      }
    }
    return first;
  }

  /** Whether an address lies within one of the prefixes of this interface. */
  boolean isOnLink(int other) {
    for (int i = 0; i < addresses.size(); i++) {
      LocalAddress address = addresses.get(i);
      if (address.usable() && address.onLink(other)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it is the directed broadcast address, or the network address, of one of them. */
  boolean isDirectedBroadcast(int other) {
    for (int i = 0; i < addresses.size(); i++) {
      LocalAddress address = addresses.get(i);
      if (address.length < 31
          && address.onLink(other)
          && ((other | address.mask) == -1 || (other & ~address.mask) == 0)) {
        return true;
      }
    }
    return false;
  }

  /** An address with its prefix as a value. */
  static IpPrefix prefix(LocalAddress address) {
    return new IpPrefix(IpAddress.ipv4(address.value), address.length);
  }
}
