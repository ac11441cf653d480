package io.karavel.ip.internal;

import io.karavel.engine.Timer;

/**
 * An address of ours on an interface. It is the timer of its own probes and announcements ({@link
 * AddressConflicts}).
 */
final class LocalAddress extends Timer {
  /** How far probing has come (RFC 5227 §2). */
  enum State {
    /** No device has been seen yet. */
    WAITING,
    /** Probes are being sent. */
    PROBING,
    /** Probing is over; announcements are being sent. */
    ANNOUNCING,
    /** In use. */
    VALID,
    /** Given up, since another station has it. */
    CONFLICT
  }

  /** Given by the configuration. */
  static final String CONFIGURED = "configured";

  /** Added from the shell. */
  static final String ADDED = "added";

  final LinkInterface link;
  final int value;
  final int length;
  final int mask;
  final String origin;
  private final AddressConflicts conflicts;

  State state = State.WAITING;

  /** Whether it is used while it is being probed. */
  boolean optimistic = true;

  /** Probes or announcements sent so far in this state. */
  int sent;

  boolean defended;
  long defendedAtNanos;

  LocalAddress(
      LinkInterface link, int value, int length, String origin, AddressConflicts conflicts) {
    this.link = link;
    this.value = value;
    this.length = length;
    this.mask = length == 0 ? 0 : -1 << (32 - length);
    this.origin = origin;
    this.conflicts = conflicts;
  }

  /** Whether packets may be sent from and received for this address. */
  boolean usable() {
    return switch (state) {
      case WAITING, PROBING -> optimistic;
      case ANNOUNCING, VALID -> true;
      case CONFLICT -> false;
    };
  }

  /** Whether another address lies within the prefix. */
  boolean onLink(int other) {
    return ((other ^ value) & mask) == 0;
  }

  /** The state as {@code ip:address-list} spells it. */
  String stateName() {
    return switch (state) {
      case WAITING, PROBING -> "tentative";
      case ANNOUNCING, VALID -> "valid";
      case CONFLICT -> "conflict";
    };
  }

  @Override
  public String kind() {
    return "address";
  }

  @Override
  public void onExpiry(long nowNanos) {
    conflicts.onTimer(this, nowNanos);
  }
}
