package io.karavel.ip.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpPrefix;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.spi.InterfaceTable;
import io.karavel.ip.spi.LocalAddresses;
import io.karavel.nic.NetworkDevice;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The interfaces of one lane with their addresses: follows the {@link InterfaceTable} and the
 * devices, and knows which addresses are ours. Lane's thread.
 */
final class Interfaces {
  private final IpLane lane;
  private final InterfaceTable table;
  private final LocalAddresses published;
  private final AddressConflicts conflicts;
  private final NeighbourCache neighbours;
  private final Routes routes;
  private final List<LinkInterface> links = new ArrayList<>();
  private LinkInterface[] byIndex = new LinkInterface[1];
  private LocalAddress[] local = new LocalAddress[2];

  Interfaces(
      IpLane lane,
      InterfaceTable table,
      LocalAddresses published,
      AddressConflicts conflicts,
      NeighbourCache neighbours,
      Routes routes) {
    this.lane = lane;
    this.table = table;
    this.published = published;
    this.conflicts = conflicts;
    this.neighbours = neighbours;
    this.routes = routes;
    conflicts.onUsabilityChanged(this::rebuild);
  }

  /** All interfaces by index. */
  List<LinkInterface> links() {
    return links;
  }

  /** The interface of an index, or null. */
  LinkInterface byIndex(int index) {
    return index > 0 && index < byIndex.length ? byIndex[index] : null;
  }

  /**
   * The interface of a name.
   *
   * @throws IllegalArgumentException if there is none, naming those there are
   */
  LinkInterface byName(String name) {
    List<String> names = new ArrayList<>();
    for (LinkInterface link : links) {
      if (link.name().equals(name)) {
        return link;
      }
      names.add(link.name());
    }
    throw new IllegalArgumentException(
        "there is no interface '"
            + name
            + "'; "
            + (names.isEmpty() ? "none is configured" : "there are: " + String.join(", ", names)));
  }

  /** Our usable address with that value, or null. */
  LocalAddress local(int value) {
    LocalAddress[] slots = local;
    int mask = slots.length - 1;
    int i = spread(value) & mask;
    for (LocalAddress address = slots[i]; address != null; address = slots[i]) {
      if (address.value == value) {
        return address;
      }
      i = (i + 1) & mask;
    }
    return null;
  }

  /** Whether packets to this address are for ourselves: an address of ours, or 127.0.0.0/8. */
  boolean isLocal(int value) {
    return value >>> 24 == 127 || local(value) != null;
  }

  /** Whether it is the limited broadcast address or a directed one of any interface. */
  boolean isBroadcast(int value) {
    if (value == -1) {
      return true;
    }
    for (int i = 0; i < links.size(); i++) {
      if (links.get(i).isDirectedBroadcast(value)) {
        return true;
      }
    }
    return false;
  }

  /** The first usable address of any interface, or 0. */
  int anySource() {
    for (LinkInterface link : links) {
      int source = link.enabled() ? link.sourceFor(0) : 0;
      if (source != 0) {
        return source;
      }
    }
    return 0;
  }

  /** Brings interfaces, addresses and routes into line with the table and the devices. */
  void reconcile() {
    Map<Integer, InterfaceSettings> configured = table.interfaces();
    for (LinkInterface link : List.copyOf(links)) {
      InterfaceSettings settings = configured.get(link.index);
      if (settings == null || !settings.name().equals(link.name())) {
        remove(link);
      }
    }
    configured.forEach(
        (index, settings) -> {
          LinkInterface link = byIndex(index);
          if (link == null) {
            link = insert(index, settings);
            applyAddresses(link);
          } else if (!link.settings.equals(settings)) {
            change(link, settings);
          }
          refresh(link);
        });
    rebuild();
  }

  /**
   * Makes the interface object of a predecessor's interface, which is found again by its name: the
   * index may be another after a restart. One that is not configured any more lives until {@link
   * #reconcile} only, under an index that nobody has.
   */
  LinkInterface restore(int formerIndex, InterfaceSettings settings) {
    int index = table.indexOf(settings.name());
    if (index != 0) {
      return insert(index, settings);
    }
    LinkInterface link = new LinkInterface(-formerIndex, settings, slotOf(settings));
    links.add(link);
    return link;
  }

  /** Makes the interface object of an index; its addresses are put in by the caller. */
  private LinkInterface insert(int index, InterfaceSettings settings) {
    LinkInterface link = new LinkInterface(index, settings, slotOf(settings));
    if (index >= byIndex.length) {
      byIndex = java.util.Arrays.copyOf(byIndex, Math.max(index + 1, 2 * byIndex.length));
    }
    byIndex[index] = link;
    links.add(link);
    links.sort(java.util.Comparator.comparingInt(l -> l.index));
    return link;
  }

  private io.karavel.engine.Slot<NetworkDevice> slotOf(InterfaceSettings settings) {
    return lane.context.slot(NetworkDevice.slotOf(settings.device()), NetworkDevice.class);
  }

  private void remove(LinkInterface link) {
    for (LocalAddress address : link.addresses) {
      conflicts.stop(address);
    }
    link.addresses.clear();
    neighbours.removeAll(link);
    routes.removeAll(link);
    if (link.index > 0) {
      byIndex[link.index] = null;
    }
    links.remove(link);
  }

  private void change(LinkInterface link, InterfaceSettings settings) {
    InterfaceSettings before = link.settings;
    link.settings = settings;
    if (!before.device().equals(settings.device())) {
      link.device = slotOf(settings);
      link.deviceKnown = false;
      beginAgain(link);
    }
    boolean announce = link.mac != settings.mac().bits();
    link.mac = settings.mac().bits();
    if (!settings.enabled()) {
      neighbours.removeAll(link);
    }
    applyAddresses(link);
    if (announce || (settings.enabled() && !before.enabled())) {
      for (LocalAddress address : link.addresses) {
        conflicts.announceAgain(address);
      }
    }
  }

  /** Another link is behind the interface: what was learnt and probed on the former is void. */
  private void beginAgain(LinkInterface link) {
    neighbours.removeAll(link);
    for (LocalAddress address : link.addresses) {
      conflicts.stop(address);
      address.state = LocalAddress.State.WAITING;
      address.optimistic = conflicts.optimistic();
    }
  }

  /** Makes the addresses those of the configuration; one that stays keeps its state. */
  private void applyAddresses(LinkInterface link) {
    List<LocalAddress> wanted = new ArrayList<>();
    for (IpPrefix prefix : link.settings.addresses()) {
      LocalAddress present = link.address(prefix.address().ipv4Bits());
      boolean stays =
          present != null
              && present.length == prefix.length()
              && present.origin.equals(LocalAddress.CONFIGURED);
      wanted.add(stays ? present : make(link, prefix, LocalAddress.CONFIGURED));
    }
    for (LocalAddress address : link.addresses) {
      if (!wanted.contains(address)) {
        conflicts.stop(address);
      }
    }
    link.addresses.clear();
    link.addresses.addAll(wanted);
  }

  LocalAddress make(LinkInterface link, IpPrefix prefix, String origin) {
    LocalAddress address =
        new LocalAddress(link, prefix.address().ipv4Bits(), prefix.length(), origin, conflicts);
    address.optimistic = conflicts.optimistic();
    return address;
  }

  /** Takes in what the device can do, and starts what waited for a device. */
  private void refresh(LinkInterface link) {
    boolean known = link.deviceKnown;
    boolean bareIp = link.bareIp;
    if (link.refresh()) {
      routes.touch();
    }
    if (known && bareIp != link.bareIp) {
      beginAgain(link);
    }
    if (link.deviceKnown && link.enabled()) {
      for (LocalAddress address : List.copyOf(link.addresses)) {
        if (address.state == LocalAddress.State.WAITING) {
          conflicts.start(address);
        }
      }
    }
  }

  /** Adds an address beside those of the configuration. */
  void add(LinkInterface link, IpPrefix prefix) {
    link.addresses.add(make(link, prefix, LocalAddress.ADDED));
    refresh(link);
    rebuild();
  }

  /** Removes an address, whatever its origin; false if the interface has no such address. */
  boolean removeAddress(LinkInterface link, IpPrefix prefix) {
    LocalAddress address = link.address(prefix.address().ipv4Bits());
    if (address == null || address.length != prefix.length()) {
      return false;
    }
    conflicts.stop(address);
    link.addresses.remove(address);
    rebuild();
    return true;
  }

  /** Makes anew what follows from the addresses: which are ours, and the routes. */
  void rebuild() {
    List<LocalAddress> usable = new ArrayList<>();
    for (LinkInterface link : links) {
      for (LocalAddress address : link.addresses) {
        if (link.enabled() && address.usable()) {
          usable.add(address);
        }
      }
    }
    int size = Integer.highestOneBit(Math.max(1, usable.size())) * 4;
    LocalAddress[] slots = new LocalAddress[size];
    for (LocalAddress address : usable) {
      int i = spread(address.value) & (size - 1);
      while (slots[i] != null) {
        i = (i + 1) & (size - 1);
      }
      slots[i] = address;
    }
    local = slots;
    Set<IpAddress> all = new LinkedHashSet<>();
    usable.forEach(address -> all.add(IpAddress.ipv4(address.value)));
    if (!all.equals(published.all())) {
      published.publish(all);
    }
    routes.rebuild(links);
  }

  private static int spread(int value) {
    int hash = value * 0x9E37_79B9;
    return hash ^ (hash >>> 15);
  }
}
