package io.karavel.tcp.internal.connection;

import java.util.LinkedHashMap;
import java.util.Map;

/** The variables of a connection for people, by their RFC or Linux names. */
final class Details {
  private Details() {}

  private static String millis(long nanos) {
    return String.format(java.util.Locale.ROOT, "%.3f ms", nanos / 1e6);
  }

  private static Object in(long deadline, long nowNanos) {
    return deadline == ControlBlock.NEVER ? "off" : millis(deadline - nowNanos);
  }

  private static void congestion(ControlBlock c, Map<String, Object> m) {
    String wanted = CongestionChoice.wanted(c);
    String name = c.congestion == null ? wanted : c.congestion.name();
    m.put(
        "congestionControl", name.equals(wanted) ? name : name + " (" + wanted + " is not there)");
    if (c.congestion != null) {
      c.congestion.details().forEach((key, value) -> m.put(name + "." + key, value));
    }
    long pacing = Pacing.bytesPerSecond(c);
    m.put("pacingRate", pacing == 0 ? "unpaced" : (Object) (pacing + " B/s"));
    if (c.delivery == null) {
      m.put("deliveryRate", "not sampled by " + name);
    } else {
      m.put(
          "deliveryRate",
          c.delivery.latestBytesPerSecond()
              + (c.delivery.isLatestLimited() ? " B/s, application limited" : " B/s"));
      m.put("delivered", c.delivery.totalDeliveredBytes());
      m.put("lostTotal", c.delivery.totalLostBytes());
    }
  }

  static Map<String, Object> of(ControlBlock c, long nowNanos) {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("iss", Integer.toUnsignedLong(c.iss));
    m.put("sndUna", Integer.toUnsignedLong(c.sndUna));
    m.put("sndNxt", Integer.toUnsignedLong(c.sndNxt));
    m.put("sndWnd", c.sndWnd);
    m.put("unsent", c.synUnacknowledged() || c.state.isSynchronized() ? c.unsent() : 0);
    m.put("irs", Integer.toUnsignedLong(c.irs));
    m.put("rcvNxt", Integer.toUnsignedLong(c.rcvNxt));
    m.put("rcvWnd", c.rcvWnd());
    m.put("sndMss", c.sndMss);
    m.put("pathMtu", c.mtuSegmentBytes + 40);
    m.put("rcvMss", c.rcvMss);
    m.put("sndWindShift", (int) c.sndWindShift);
    m.put("rcvWindShift", (int) c.rcvWindShift);
    m.put("timestamps", c.timestamps);
    m.put("sack", c.sack);
    m.put("ecn", c.ecn);
    m.put("fastOpen", c.fastOpen != null);
    m.put("srtt", millis(c.rtt.smoothedNanos()));
    m.put("rttvar", millis(c.rtt.variationNanos()));
    m.put("minRtt", millis(c.rtt.minimumNanos()));
    m.put("rto", millis(RetransmitTimer.intervalNanos(c)));
    m.put("backoff", c.backoff);
    m.put("retransmits", c.retransmits);
    congestion(c, m);
    if (c.congestion != null) {
      int threshold = c.congestion.slowStartThresholdBytes();
      m.put("cwnd", c.congestion.congestionWindowBytes());
      m.put("ssthresh", threshold == Integer.MAX_VALUE ? "infinite" : (Object) threshold);
    }
    m.put("inFlight", c.inFlight());
    m.put("recovery", c.recovery.name().toLowerCase(java.util.Locale.ROOT));
    if (c.sent != null) {
      m.put("sacked", c.sent.sackedBytes());
      m.put("lost", c.sent.lostBytes());
    }
    if (c.reassembly != null) {
      m.put("outOfOrderRanges", c.reassembly.ranges());
      m.put("outOfOrderBytes", c.reassembly.bytes());
    }
    m.put("receiveRtt", millis(c.receiveRttNanos));
    m.put("receiveBuffer", c.receiveRing.capacityBytes());
    m.put("sendBuffer", c.sendRing.capacityBytes());
    m.put(c.persisting ? "persistTimer" : "retransmitTimer", in(c.retransmitDeadline, nowNanos));
    m.put("delayedAckTimer", in(c.ackDeadline, nowNanos));
    m.put("keepaliveTimer", in(c.keepaliveDeadline, nowNanos));
    m.put("keepaliveProbes", c.keepaliveProbes);
    m.put("finWait2Timer", in(c.finWaitDeadline, nowNanos));
    m.put("lastReceived", millis(nowNanos - c.lastReceivedNanos) + " ago");
    m.put("orphan", c.orphan);
    m.put("routeSuspected", c.routeSuspected);
    m.put("softError", c.softError == null ? "none" : c.softError.meaning());
    return m;
  }
}
