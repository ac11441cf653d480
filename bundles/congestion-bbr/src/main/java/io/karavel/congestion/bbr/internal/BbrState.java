package io.karavel.congestion.bbr.internal;

/** The states of BBR with their gains (draft §5.1, §5.6.1); ProbeBW has four phases. */
enum BbrState {
  /** Doubles the rate each round trip until bandwidth stops growing. */
  STARTUP(2.77, 2),
  /** Empties the queue that Startup has made. */
  DRAIN(0.5, 2),
  /** ProbeBW: slower than the path, to empty the queue and leave room for others. */
  DOWN(0.9, 2),
  /** ProbeBW: at the path's rate, with headroom. */
  CRUISE(1, 2),
  /** ProbeBW: at the path's rate, headroom given up. */
  REFILL(1, 2),
  /** ProbeBW: faster than the path, to find out whether there is more. */
  UP(1.25, 2.25),
  /** Little in flight for a moment, so that the bare round trip shows. */
  PROBE_RTT(1, 0.5);

  /** What the rate is of the estimated bandwidth. */
  final double pacingGain;

  /** What may be in flight, of the bandwidth-delay product. */
  final double windowGain;

  BbrState(double pacingGain, double windowGain) {
    this.pacingGain = pacingGain;
    this.windowGain = windowGain;
  }

  /** Whether a phase of ProbeBW. */
  boolean isProbeBandwidth() {
    return this == DOWN || this == CRUISE || this == REFILL || this == UP;
  }

  /** Whether losses are expected because it looks for more bandwidth. */
  boolean isProbing() {
    return this == STARTUP || this == REFILL || this == UP;
  }
}
