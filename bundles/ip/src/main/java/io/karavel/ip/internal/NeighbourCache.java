package io.karavel.ip.internal;

import io.karavel.address.IpAddress;
import io.karavel.engine.DropReason;
import io.karavel.engine.Timer;
import io.karavel.ip.IpSettings;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketQueue;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.IcmpMessage;
import java.util.List;

/**
 * Finds the MAC address of the next hop by ARP and keeps watch over its reachability: the states
 * and their changes follow RFC 4861 §7.3 as Linux applies it to ARP, requests at most one per
 * second and neighbour (RFC 1122 §2.3.2.1), packets kept while resolving (§2.3.2.2). Lane's thread.
 */
final class NeighbourCache {
  private final IpLane lane;
  private final NeighbourTable table = new NeighbourTable();
  private final ArpOutput arp;
  private final EthernetOutput ethernet;
  private final LocalErrors errors;
  private final Sweep sweep = new Sweep();

  NeighbourCache(IpLane lane, ArpOutput arp, EthernetOutput ethernet, LocalErrors errors) {
    this.lane = lane;
    this.arp = arp;
    this.ethernet = ethernet;
    this.errors = errors;
  }

  /** Sends an IPv4 packet to a next hop on a link, at once or when its address is known. */
  void send(LinkInterface link, int nextHop, PacketBuffer packet) {
    Neighbour n = link.lastNeighbour;
    if (n == null || n.address != nextHop || n.removed) {
      n = find(link, nextHop);
      if (n == null) {
        n = create(link, nextHop);
      }
      if (n == null) {
        lane.counters.outDiscards.increment();
        lane.drop(packet, DropReason.NEIGHBOUR_TABLE_FULL);
        return;
      }
      link.lastNeighbour = n;
    }
    long now = lane.now();
    n.usedAtNanos = now;
    switch (n.state) {
      case REACHABLE -> {
        if (now - n.confirmedAtNanos > n.reachableNanos) {
          beginDelay(n, now);
        }
        transmit(n, packet);
      }
      case STALE -> {
        beginDelay(n, now);
        transmit(n, packet);
      }
      case DELAY, PROBE, PERMANENT -> transmit(n, packet);
      case INCOMPLETE -> enqueue(n, packet);
      case FAILED -> {
        beginIncomplete(n, now);
        enqueue(n, packet);
      }
    }
  }

  private void transmit(Neighbour n, PacketBuffer packet) {
    ethernet.send(n.link, packet, n.mac, EthernetHeader.TYPE_IPV4);
  }

  private void enqueue(Neighbour n, PacketBuffer packet) {
    IpSettings settings = lane.settings();
    n.queue.add(packet);
    // RFC 1122 §2.3.2.2 wants the latest packet kept: the oldest gives way.
    while (n.queue.size() > 1
        && (n.queue.size() > settings.neighbourQueuePackets()
            || n.queue.bytes() > settings.neighbourQueueBytes())) {
      lane.counters.outDiscards.increment();
      lane.drop(n.queue.poll(), DropReason.NEIGHBOUR_QUEUE_FULL);
    }
  }

  private Neighbour create(LinkInterface link, int address) {
    Neighbour n = insert(link, address, new PacketQueue());
    if (n != null) {
      beginIncomplete(n, lane.now());
    }
    return n;
  }

  /** Makes room if need be and adds an entry; null if only permanent ones are there. */
  private Neighbour insert(LinkInterface link, int address, PacketQueue queue) {
    Neighbour n = insertAsItWas(link, address, queue);
    if (n != null) {
      drawReachable(n);
    }
    return n;
  }

  private Neighbour insertAsItWas(LinkInterface link, int address, PacketQueue queue) {
    while (table.size() >= lane.settings().neighboursMaximum()) {
      Neighbour victim = table.mostDispensable(lane.now());
      if (victim == null) {
        return null;
      }
      lane.counters.neighboursEvicted.increment();
      forget(victim, DropReason.NEIGHBOUR_TABLE_FULL);
    }
    Neighbour n = new Neighbour(link, address, this, queue);
    n.usedAtNanos = lane.now();
    n.confirmedAtNanos = n.usedAtNanos;
    table.add(n);
    lane.counters.neighbours.set(table.size());
    sweep.armIfIdle();
    return n;
  }

  private void drawReachable(Neighbour n) {
    long base = lane.settings().neighbourReachableNanos();
    n.reachableNanos = lane.randomNanos(base / 2, base + base / 2);
  }

  private void beginIncomplete(Neighbour n, long now) {
    n.state = Neighbour.State.INCOMPLETE;
    n.probes = 1;
    lane.timers.arm(n, now + lane.settings().neighbourRetransmitNanos());
    arp.request(n.link, n.address, EthernetHeader.BROADCAST);
  }

  private void beginDelay(Neighbour n, long now) {
    n.state = Neighbour.State.DELAY;
    lane.timers.arm(n, now + lane.settings().neighbourProbeDelayNanos());
  }

  private void beginProbe(Neighbour n, long now) {
    n.state = Neighbour.State.PROBE;
    n.probes = 1;
    lane.timers.arm(n, now + lane.settings().neighbourRetransmitNanos());
    arp.request(n.link, n.address, n.mac);
  }

  void onTimer(Neighbour n, long now) {
    IpSettings settings = lane.settings();
    switch (n.state) {
      case INCOMPLETE -> {
        if (n.probes < settings.neighbourBroadcastProbes()) {
          n.probes++;
          lane.timers.arm(n, now + settings.neighbourRetransmitNanos());
          arp.request(n.link, n.address, EthernetHeader.BROADCAST);
        } else {
          fail(n);
        }
      }
      case DELAY -> beginProbe(n, now);
      case PROBE -> {
        if (n.probes < settings.neighbourUnicastProbes()) {
          n.probes++;
          lane.timers.arm(n, now + settings.neighbourRetransmitNanos());
          arp.request(n.link, n.address, n.mac);
        } else {
          fail(n);
        }
      }
      default -> {}
    }
  }

  private void fail(Neighbour n) {
    n.state = Neighbour.State.FAILED;
    lane.counters.neighboursFailed.increment();
    lane.event("neighbour", IpAddress.format(n.address), "does not answer on " + n.link.name());
    for (PacketBuffer packet = n.queue.poll(); packet != null; packet = n.queue.poll()) {
      errors.report(IcmpMessage.UNREACHABLE, IcmpMessage.HOST_UNREACHABLE, 0, packet);
      lane.counters.outDiscards.increment();
      lane.drop(packet, DropReason.NEIGHBOUR_UNREACHABLE);
    }
  }

  /** The entry of an address on a link, or null. */
  Neighbour find(LinkInterface link, int address) {
    return table.find(link, address);
  }

  /**
   * An ARP packet said who has an address.
   *
   * @param create whether an entry is made if there is none
   * @param solicited whether it answers our request: then it is a confirmation too
   */
  void learn(LinkInterface link, int address, long mac, boolean create, boolean solicited) {
    Neighbour n = find(link, address);
    if (n == null) {
      n = create ? insert(link, address, new PacketQueue()) : null;
      if (n == null) {
        return;
      }
      n.mac = mac;
      n.state = Neighbour.State.STALE;
    }
    if (n.state == Neighbour.State.PERMANENT) {
      return;
    }
    boolean same = n.mac == mac;
    n.mac = mac;
    if (solicited) {
      confirmed(n);
    } else if (n.state == Neighbour.State.INCOMPLETE
        || n.state == Neighbour.State.FAILED
        || !same) {
      lane.timers.cancel(n);
      n.state = Neighbour.State.STALE;
    }
    release(n);
  }

  private void release(Neighbour n) {
    if (n.queue.isEmpty()) {
      return;
    }
    if (n.state == Neighbour.State.STALE) {
      beginDelay(n, lane.now());
    }
    for (PacketBuffer packet = n.queue.poll(); packet != null; packet = n.queue.poll()) {
      transmit(n, packet);
    }
  }

  private void confirmed(Neighbour n) {
    if (n.state != Neighbour.State.REACHABLE) {
      lane.timers.cancel(n);
      drawReachable(n);
      n.state = Neighbour.State.REACHABLE;
    }
    n.confirmedAtNanos = lane.now();
  }

  /** The upper layer heard from a neighbour: it is reachable, if its address is known at all. */
  void confirm(LinkInterface link, int address) {
    Neighbour n = link.lastNeighbour;
    if (n == null || n.address != address || n.removed) {
      n = find(link, address);
    }
    if (n != null && n.state != Neighbour.State.PERMANENT && hasMac(n)) {
      confirmed(n);
    }
  }

  /** The upper layer doubts a neighbour: it is asked directly, now. */
  void suspect(LinkInterface link, int address) {
    Neighbour n = find(link, address);
    if (n != null
        && (n.state == Neighbour.State.REACHABLE
            || n.state == Neighbour.State.STALE
            || n.state == Neighbour.State.DELAY)) {
      beginProbe(n, lane.now());
    }
  }

  private static boolean hasMac(Neighbour n) {
    return n.state != Neighbour.State.INCOMPLETE && n.state != Neighbour.State.FAILED;
  }

  /** Adds, or makes of one that is there, a permanent entry; false if the table is full of them. */
  boolean addPermanent(LinkInterface link, int address, long mac) {
    Neighbour n = find(link, address);
    if (n == null) {
      n = insert(link, address, new PacketQueue());
    }
    if (n == null) {
      return false;
    }
    lane.timers.cancel(n);
    n.mac = mac;
    n.state = Neighbour.State.PERMANENT;
    release(n);
    return true;
  }

  /** Takes an entry over from a predecessor, its waiting packets included. */
  Neighbour restore(LinkInterface link, int address, PacketQueue queue) {
    return insertAsItWas(link, address, queue);
  }

  /** Removes one entry of any state; false if there is none. */
  boolean remove(LinkInterface link, int address) {
    Neighbour n = find(link, address);
    if (n != null) {
      forget(n, DropReason.NEIGHBOUR_REMOVED);
    }
    return n != null;
  }

  /** Removes every entry of an interface, permanent ones included. */
  void removeAll(LinkInterface link) {
    for (Neighbour n : table.all()) {
      if (n.link == link) {
        forget(n, DropReason.NEIGHBOUR_REMOVED);
      }
    }
    link.lastNeighbour = null;
  }

  List<Neighbour> all() {
    return table.all();
  }

  /** Disarms every timer without touching state: the module leaves. */
  void cancelTimers() {
    for (Neighbour n : table.all()) {
      lane.timers.cancel(n);
    }
    lane.timers.cancel(sweep);
  }

  /** Drops what waits: the state dies with the module. */
  void dispose() {
    for (Neighbour n : table.all()) {
      forget(n, DropReason.NEIGHBOUR_REMOVED);
    }
  }

  private void forget(Neighbour n, DropReason reason) {
    lane.timers.cancel(n);
    for (PacketBuffer packet = n.queue.poll(); packet != null; packet = n.queue.poll()) {
      lane.counters.outDiscards.increment();
      lane.drop(packet, reason);
    }
    n.removed = true;
    table.remove(n);
    lane.counters.neighbours.set(table.size());
    if (n.link.lastNeighbour == n) {
      n.link.lastNeighbour = null;
    }
  }

  /** Forgets now and then who was not used for a long time. */
  private final class Sweep extends Timer {
    void armIfIdle() {
      if (!isArmed()) {
        lane.timers.arm(this, lane.now() + lane.settings().neighbourStaleNanos() / 2);
      }
    }

    @Override
    public String kind() {
      return "neighbour-sweep";
    }

    @Override
    public void onExpiry(long now) {
      long most = lane.settings().neighbourStaleNanos();
      boolean mortal = false;
      for (Neighbour n : table.all()) {
        boolean idle =
            switch (n.state) {
              case STALE, FAILED -> true;
              case REACHABLE -> now - n.confirmedAtNanos > n.reachableNanos;
              default -> false;
            };
        long last = Math.max(n.usedAtNanos, n.confirmedAtNanos);
        if (idle && now - last >= most) {
          forget(n, DropReason.NEIGHBOUR_REMOVED);
        } else {
          mortal |= n.state != Neighbour.State.PERMANENT;
        }
      }
      if (mortal) {
        armIfIdle();
      }
    }
  }
}
