package io.karavel.tcp.internal.connection;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.internal.connection.recovery.DeliveryRate;

/**
 * Which congestion control a connection has: the option's or setting's choice where a factory
 * offers it, else the fall-back. A change carries window and threshold over; the own state of one
 * whose factory has left waits for its return.
 */
final class CongestionChoice {
  private CongestionChoice() {}

  /** The name that option or setting asks for. */
  static String wanted(ControlBlock c) {
    return c.options.congestionControl(c.settings());
  }

  /** Makes the first congestion control of a connection. */
  static CongestionControl begin(TcpConnection c) {
    // RFC 5681 section 3.1: after a lost SYN one segment.
    int segments = c.synRetransmitted ? 1 : c.initialWindowSegments;
    CongestionControlFactory factory = c.context.congestionControl(wanted(c));
    install(c, factory, factory.create(c, segments * c.sndMss, Integer.MAX_VALUE));
    return c.congestion;
  }

  /** Options, settings or the factories there are have changed. */
  static void review(TcpConnection c) {
    CongestionControl before = c.congestion;
    if (before == null) {
      return;
    }
    String wanted = wanted(c);
    CongestionControlFactory factory = c.context.congestionControl(wanted);
    if (factory == c.congestionFactory) {
      return;
    }
    KeptCongestion kept = c.keptCongestion;
    if (before.name().equals(wanted)) {
      kept = KeptCongestion.of(before);
    }
    CongestionControl next =
        factory.create(c, before.congestionWindowBytes(), before.slowStartThresholdBytes());
    c.keptCongestion = kept != null && kept.name().equals(wanted) ? kept : null;
    if (c.keptCongestion != null && factory.name().equals(wanted)) {
      try {
        c.keptCongestion.open(next);
      } catch (HandoverException e) {
        // Of a version it cannot read: it goes on with window and threshold.
        next = factory.create(c, before.congestionWindowBytes(), before.slowStartThresholdBytes());
      }
      c.keptCongestion = null;
    }
    install(c, factory, next);
    c.pacedUntilNanos = 0;
    c.pacingDeadline = ControlBlock.NEVER;
  }

  /**
   * The connection was handed over.
   *
   * @param name the algorithm it had
   * @param own its own variables; null if there are none
   */
  static void open(
      TcpConnection c,
      String name,
      int windowBytes,
      int thresholdBytes,
      HandoverReader own,
      byte[] ownBytes)
      throws HandoverException {
    CongestionControlFactory factory = c.context.congestionControl(name);
    CongestionControl congestion =
        factory.create(c, Math.max(windowBytes, c.sndMss), thresholdBytes);
    if (own != null && factory.name().equals(name)) {
      congestion.open(own);
    } else if (ownBytes != null && ownBytes.length <= KeptCongestion.MAXIMUM_BYTES) {
      c.keptCongestion = new KeptCongestion(name, ownBytes);
    }
    install(c, factory, congestion);
  }

  private static void install(
      ControlBlock c, CongestionControlFactory factory, CongestionControl congestion) {
    c.congestion = congestion;
    c.congestionFactory = factory;
    if (!congestion.wantsRateSamples()) {
      c.delivery = null;
    } else if (c.delivery == null) {
      c.delivery = new DeliveryRate(congestion, c.lastReceivedNanos);
    } else {
      c.delivery.listener(congestion);
      return;
    }
    if (c.sent != null) {
      c.sent.delivery(c.delivery);
    }
  }
}
