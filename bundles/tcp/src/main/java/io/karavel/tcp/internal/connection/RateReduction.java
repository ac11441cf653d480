package io.karavel.tcp.internal.connection;

import io.karavel.tcp.internal.connection.ControlBlock.Recovery;

/**
 * Proportional rate reduction, RFC 9937: during a recovery what may be sent follows what is
 * delivered, so that the flight comes to the new threshold by its end, neither in a burst nor after
 * silence. Not for algorithms that go by rate samples: they decide for themselves.
 */
final class RateReduction {
  private RateReduction() {}

  /**
   * A recovery begins; the congestion control has set its threshold.
   *
   * @param delivered bytes that the acknowledgement which began it acknowledged: they count as part
   *     of the flight, those selectively acknowledged before do not (RecoverFS of §6)
   */
  static void begin(ControlBlock c, int delivered) {
    LossVariables l = c.loss();
    l.reducing = c.sack && !c.congestionControl().steersRecovery();
    l.reduceDelivered = 0;
    l.reduceOut = 0;
    l.reduceFlight = Math.max(1, c.flight() - c.sent.sackedBytes() + delivered);
    l.reduceThreshold = c.congestionControl().slowStartThresholdBytes();
    l.reduceRoom = c.sndMss;
  }

  static void end(ControlBlock c) {
    if (c.loss != null) {
      c.loss.reducing = false;
    }
  }

  /** Whether it rules now. */
  static boolean rules(ControlBlock c) {
    return c.recovery == Recovery.RECOVERY && c.loss != null && c.loss.reducing;
  }

  /**
   * An acknowledgement came in recovery.
   *
   * @param delivered bytes newly acknowledged, cumulatively or selectively
   * @param safe whether it made progress and told of no further loss (SafeACK)
   */
  static void onAck(ControlBlock c, int delivered, boolean safe) {
    if (delivered == 0) {
      return;
    }
    LossVariables l = c.loss;
    l.reduceDelivered += delivered;
    int pipe = c.inFlight();
    long room;
    if (pipe > l.reduceThreshold) {
      long share =
          (l.reduceDelivered * l.reduceThreshold + l.reduceFlight - 1)
              / Math.max(1, l.reduceFlight);
      room = share - l.reduceOut;
    } else {
      room = Math.max(l.reduceDelivered - l.reduceOut, delivered);
      if (safe) {
        room += c.sndMss;
      }
      room = Math.min(l.reduceThreshold - pipe, room);
    }
    if (l.reduceOut == 0) {
      // the retransmission that begins the recovery goes whatever the share
      room = Math.max(room, c.sndMss);
    }
    l.reduceRoom = (int) Math.max(0, Math.min(Integer.MAX_VALUE, room));
  }

  /** Bytes went out. */
  static void onSent(ControlBlock c, int bytes) {
    if (rules(c)) {
      c.loss.reduceOut += bytes;
      c.loss.reduceRoom = Math.max(0, c.loss.reduceRoom - bytes);
    }
  }

  /** How much congestion control lets go now. */
  static int room(ControlBlock c) {
    return rules(c)
        ? c.loss.reduceRoom
        : c.congestionControl().congestionWindowBytes() - c.inFlight();
  }
}
