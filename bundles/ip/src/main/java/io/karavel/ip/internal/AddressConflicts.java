package io.karavel.ip.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.MacAddress;
import io.karavel.ip.IpSettings;
import io.karavel.ip.IpSettings.ConflictDetection;

/**
 * Detects and answers address conflicts (RFC 5227). A new address is probed, then announced. With
 * optimistic detection, the default, it is in use from the first moment: probes carry no sender
 * address and so mislead nobody, and the start waits for nothing.
 */
final class AddressConflicts {
  private final IpLane lane;
  private final ArpOutput arp;
  private Runnable onUsabilityChanged = () -> {};

  AddressConflicts(IpLane lane, ArpOutput arp) {
    this.lane = lane;
    this.arp = arp;
  }

  /** Who is told when an address becomes usable or ceases to be. */
  void onUsabilityChanged(Runnable listener) {
    onUsabilityChanged = listener;
  }

  /** Says whether an address that is added now may be used while it is probed. */
  boolean optimistic() {
    return lane.settings().conflictDetection() != ConflictDetection.STRICT;
  }

  /** Begins with an address on an interface whose device is known. */
  void start(LocalAddress address) {
    IpSettings settings = lane.settings();
    boolean usable = address.usable();
    address.sent = 0;
    if (address.link.bareIp) {
      address.state = LocalAddress.State.VALID;
    } else if (settings.conflictDetection() == ConflictDetection.OFF) {
      beginAnnouncing(address);
    } else if (settings.conflictDetection() == ConflictDetection.OPTIMISTIC) {
      address.optimistic = true;
      address.state = LocalAddress.State.PROBING;
      onTimer(address, lane.now());
    } else {
      address.optimistic = false;
      address.state = LocalAddress.State.PROBING;
      arm(address, lane.randomNanos(0, settings.arpProbeWaitNanos()));
    }
    if (usable != address.usable()) {
      onUsabilityChanged.run();
    }
  }

  /** Announces an address again, after the MAC address or the device of its interface changed. */
  void announceAgain(LocalAddress address) {
    if (address.state == LocalAddress.State.VALID
        || address.state == LocalAddress.State.ANNOUNCING) {
      lane.timers.cancel(address);
      beginAnnouncing(address);
    }
  }

  /** Ends everything about an address that is removed. */
  void stop(LocalAddress address) {
    lane.timers.cancel(address);
  }

  void onTimer(LocalAddress address, long nowNanos) {
    IpSettings settings = lane.settings();
    switch (address.state) {
      case PROBING -> {
        if (address.sent < settings.arpProbeCount()) {
          arp.probe(address.link, address.value);
          address.sent++;
          arm(
              address,
              address.sent < settings.arpProbeCount()
                  ? lane.randomNanos(
                      settings.arpProbeMinimumNanos(), settings.arpProbeMaximumNanos())
                  : settings.arpAnnounceWaitNanos());
        } else {
          boolean usable = address.usable();
          beginAnnouncing(address);
          if (!usable) {
            onUsabilityChanged.run();
          }
        }
      }
      case ANNOUNCING -> announce(address);
      case CONFLICT -> start(address);
      default -> {}
    }
  }

  private void beginAnnouncing(LocalAddress address) {
    address.state = LocalAddress.State.ANNOUNCING;
    address.sent = 0;
    announce(address);
  }

  private void announce(LocalAddress address) {
    IpSettings settings = lane.settings();
    if (address.sent < settings.arpAnnounceCount() && !address.link.bareIp) {
      arp.announce(address.link, address.value);
      address.sent++;
    }
    if (address.sent < settings.arpAnnounceCount() && !address.link.bareIp) {
      arm(address, settings.arpAnnounceIntervalNanos());
    } else {
      address.state = LocalAddress.State.VALID;
    }
  }

  /** Another station uses, or probes for, an address of ours. */
  void onConflict(LocalAddress address, long otherMac) {
    lane.counters.arpConflicts.increment();
    IpSettings settings = lane.settings();
    long now = lane.now();
    switch (address.state) {
      case PROBING, WAITING -> giveUp(address, otherMac);
      case ANNOUNCING, VALID -> {
        boolean recently =
            address.defended && now - address.defendedAtNanos < settings.arpDefendIntervalNanos();
        switch (settings.conflictDefence()) {
          case NEVER -> giveUp(address, otherMac);
          case ONCE -> {
            if (recently) {
              giveUp(address, otherMac);
            } else {
              defend(address, otherMac, now);
            }
          }
          case ALWAYS -> {
            if (!recently) {
              defend(address, otherMac, now);
            }
          }
        }
      }
      case CONFLICT -> {}
    }
  }

  private void defend(LocalAddress address, long otherMac, long now) {
    address.defended = true;
    address.defendedAtNanos = now;
    lane.counters.arpDefences.increment();
    lane.event(
        "address",
        IpAddress.format(address.value),
        "claimed by " + MacAddress.of(otherMac) + " too; defended");
    arp.announce(address.link, address.value);
  }

  private void giveUp(LocalAddress address, long otherMac) {
    boolean usable = address.usable();
    lane.timers.cancel(address);
    address.state = LocalAddress.State.CONFLICT;
    long retry = lane.settings().conflictRetryNanos();
    if (retry > 0) {
      arm(address, retry);
    }
    lane.event(
        "address",
        IpAddress.format(address.value),
        "belongs to " + MacAddress.of(otherMac) + "; taken out of use on " + address.link.name());
    if (usable) {
      onUsabilityChanged.run();
    }
  }

  private void arm(LocalAddress address, long delayNanos) {
    lane.timers.arm(address, lane.now() + delayNanos);
  }
}
