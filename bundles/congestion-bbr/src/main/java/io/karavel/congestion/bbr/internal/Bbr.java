package io.karavel.congestion.bbr.internal;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.UnknownFields;
import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionView;
import io.karavel.tcp.RateSample;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * BBR of one connection (draft-ietf-ccwg-bbr §5): paces at the bandwidth the path was measured to
 * deliver and keeps about its bandwidth-delay product in flight. A loss is no command to shrink;
 * only when more than two in a hundred are lost does it bound what is in flight.
 */
final class Bbr implements CongestionControl {
  private static final double HEADROOM = 0.15;
  private static final int MINIMUM_SEGMENTS = 4;
  private static final int LOSS_EVENTS = 6;
  private static final int DRAIN_ROUNDS = 3;
  private static final int RENO_ROUNDS = 63;
  private static final int MAXIMUM_SLOPE = 30;
  private static final int QUANTUM_BYTES = 64 * 1024;
  private static final int QUANTA = 3;
  private static final long MILLI = 1_000_000L;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long PROBE_RTT_NANOS = 200 * MILLI;
  private static final long PROBE_WAIT_NANOS = 2000 * MILLI;

  /** Far above any window that can be offered (RFC 7323 §2.3). */
  private static final long MAXIMUM_BYTES = 1 << 30;

  /** What acknowledgements now coming in tell about (BBR.ack_phase). */
  private enum Feedback {
    NOTHING,
    REFILLING,
    STARTING,
    PROBE,
    STOPPING
  }

  /**
   * No probing that a loss has ended; one that nobody goes back to, so that any version reads it.
   */
  private static final BbrState NOWHERE = BbrState.DRAIN;

  private final CongestionView view;
  private int initialBytes;
  private final PathModel path = new PathModel();
  private BbrState state = BbrState.STARTUP;
  private BbrState undoState = NOWHERE;
  private Feedback feedback = Feedback.NOTHING;
  private long windowBytes;
  private long priorWindowBytes;
  private long pacingBytesPerSecond;
  private boolean seenRoundTrip;
  private boolean idleRestart;

  /** A fast recovery is on. */
  private boolean recovering;

  /** What to go back to was saved for the losses that now come in. */
  private boolean undoSaved;

  /** Since a timeout no round trip has passed: the window is small and tells nothing. */
  private boolean timedOut;

  private long drainRound;

  private boolean probeSamples;
  private long cycleStamp;
  private long probeWaitNanos;
  private long roundsSinceProbe;
  private int upRounds;
  private long upAcked;

  /** What must be acknowledged before the long-term bound grows by a segment. */
  private long upCount = PathModel.UNBOUNDED;

  private long probeRttDone;
  private boolean probeRttRoundDone;

  /** Of a later version; null mostly. */
  private UnknownFields unknown;

  private long random;

  Bbr(CongestionView view, int windowBytes, int thresholdBytes) {
    this.view = view;
    this.windowBytes = windowBytes;
    initialBytes = windowBytes;
    initPacing();
    if (thresholdBytes != Integer.MAX_VALUE && view.minimumRttNanos() > 0) {
      // A predecessor has filled the pipe: no Startup on top of its queue.
      path.fullReached = true;
      path.minimumRttNanos = view.minimumRttNanos();
      state = BbrState.DRAIN;
    }
  }

  @Override
  public String name() {
    return BbrFactory.NAME;
  }

  BbrState state() {
    return state;
  }

  PathModel path() {
    return path;
  }

  @Override
  public int congestionWindowBytes() {
    return (int) windowBytes;
  }

  /** What a successor is to keep to: the path's product once the pipe was full. */
  @Override
  public int slowStartThresholdBytes() {
    if (!path.fullReached) {
      return Integer.MAX_VALUE;
    }
    long product = Math.max(minimumBytes(), path.product(path.bandwidth()));
    return (int) Math.min(windowBytes, product);
  }

  @Override
  public long pacingBytesPerSecond() {
    return pacingBytesPerSecond;
  }

  @Override
  public boolean wantsRateSamples() {
    return true;
  }

  @Override
  public boolean steersRecovery() {
    return true;
  }

  @Override
  public void onRateSample(RateSample s, long nowNanos) {
    path.onSample(s);
    if (path.roundStart) {
      roundsSinceProbe++;
      if (timedOut) {
        timedOut = false;
        restoreWindow();
      }
    }
    path.adaptShortTerm(state.isProbing(), windowBytes, view.segmentBytes());
    path.updateAggregation(s, windowBytes, nowNanos);
    if (state != BbrState.PROBE_RTT) {
      path.checkFull(s);
    }
    checkStartup(s);
    checkDrain(s, nowNanos);
    if (path.fullReached) {
      adaptLongTerm(s, nowNanos);
      updateCycle(s, nowNanos);
    }
    path.updateRoundTrip(s.rttNanos(), nowNanos);
    checkProbeRtt(s, nowNanos);
    path.endSample(s);
    undoSaved &= isInRecovery() || !path.lossRoundStart;
    if (!seenRoundTrip && s.rttNanos() > 0) {
      seenRoundTrip = true;
      initPacing();
    }
    setPacing(state.pacingGain);
    setWindow(s);
  }

  // ---- Startup, Drain ----

  private void checkStartup(RateSample s) {
    if (state != BbrState.STARTUP) {
      return;
    }
    if (!path.fullReached
        && path.lossRoundStart
        && path.lossEvents >= LOSS_EVENTS
        && isTooHigh(s.lostBytes(), s.transmitInFlightBytes())) {
      path.fullReached = true;
      path.longInFlight = Math.max(path.product(path.maximumBandwidth()), path.latestInFlight);
      undoState = BbrState.STARTUP;
    }
    if (path.fullReached) {
      state = BbrState.DRAIN;
      drainRound = path.roundCount;
    }
  }

  private void checkDrain(RateSample s, long nowNanos) {
    if (state == BbrState.DRAIN
        && path.maximumBandwidth() > 0
        && (s.inFlightBytes() <= inFlight(path.bandwidth(), 1)
            || path.roundCount > drainRound + DRAIN_ROUNDS)) {
      startDown(nowNanos);
    }
  }

  // ---- ProbeBW ----

  private void startDown(long nowNanos) {
    path.resetSignals();
    upCount = PathModel.UNBOUNDED;
    random = (random + nowNanos) * 6364136223846793005L + 1442695040888963407L;
    roundsSinceProbe = random >>> 63;
    probeWaitNanos = PROBE_WAIT_NANOS + (random >>> 33) % NANOS_PER_SECOND;
    cycleStamp = nowNanos;
    feedback = Feedback.STOPPING;
    path.startRound();
    state = BbrState.DOWN;
  }

  private void startRefill() {
    path.resetShortTerm();
    upRounds = 0;
    upAcked = 0;
    feedback = Feedback.REFILLING;
    path.startRound();
    state = BbrState.REFILL;
  }

  private void startUp(long bytesPerSecond) {
    feedback = Feedback.STARTING;
    path.startRound();
    path.resetFull();
    path.fullBandwidth = bytesPerSecond;
    state = BbrState.UP;
    raiseSlope();
  }

  private void updateCycle(RateSample s, long nowNanos) {
    switch (state) {
      case DOWN -> {
        if (isTimeToProbe(nowNanos)) {
          startRefill();
        } else if (s.inFlightBytes() <= withHeadroom()
            && s.inFlightBytes() <= inFlight(path.maximumBandwidth(), 1)) {
          state = BbrState.CRUISE;
        }
      }
      case CRUISE -> {
        if (isTimeToProbe(nowNanos)) {
          startRefill();
        }
      }
      case REFILL -> {
        if (path.roundStart) {
          // What was sent a round trip ago was sent with the pipe full: losses from now on count.
          probeSamples = true;
          startUp(s.bytesPerSecond());
        }
      }
      case UP -> {
        if (view.isCongestionWindowLimited() && windowBytes >= path.longInFlight) {
          path.resetFull();
          path.fullBandwidth = s.bytesPerSecond();
        } else if (path.fullNow) {
          startDown(nowNanos);
        }
      }
      default -> {}
    }
  }

  private boolean isTimeToProbe(long nowNanos) {
    // As often as a Reno flow of this size would have a loss (§5.3.3.5).
    long renoRounds = Math.min(RENO_ROUNDS, targetBytes() / view.segmentBytes());
    return nowNanos - cycleStamp > probeWaitNanos || roundsSinceProbe >= renoRounds;
  }

  private long targetBytes() {
    return Math.min(path.product(path.bandwidth()), windowBytes);
  }

  private void raiseSlope() {
    upCount = Math.max(windowBytes >> upRounds, view.segmentBytes());
    upRounds = Math.min(upRounds + 1, MAXIMUM_SLOPE);
  }

  private void adaptLongTerm(RateSample s, long nowNanos) {
    if (path.roundStart && feedback == Feedback.STARTING) {
      feedback = Feedback.PROBE;
    } else if (path.roundStart && feedback == Feedback.STOPPING) {
      probeSamples = false;
      feedback = Feedback.NOTHING;
      if (state.isProbeBandwidth() && !s.isApplicationLimited()) {
        path.advanceBandwidth();
      }
    }
    if (isTooHigh(s.lostBytes(), s.transmitInFlightBytes())) {
      if (probeSamples && !timedOut) {
        handleTooHigh(s.transmitInFlightBytes(), s.isApplicationLimited(), nowNanos);
      }
      return;
    }
    if (path.longInFlight == PathModel.UNBOUNDED) {
      return;
    }
    path.longInFlight = Math.max(path.longInFlight, s.transmitInFlightBytes());
    if (state == BbrState.UP
        && view.isCongestionWindowLimited()
        && windowBytes >= path.longInFlight) {
      upAcked += s.newlyDeliveredBytes();
      if (upAcked >= upCount) {
        long delta = upAcked / upCount;
        upAcked -= delta * upCount;
        path.longInFlight += delta * view.segmentBytes();
      }
      if (path.roundStart) {
        raiseSlope();
      }
    }
  }

  private boolean isTooHigh(long lostBytes, long inFlightBytes) {
    return inFlightBytes > 0 && PathModel.isTooHigh(lostBytes, inFlightBytes, view.segmentBytes());
  }

  private void handleTooHigh(long inFlightBytes, boolean applicationLimited, long nowNanos) {
    probeSamples = false;
    if (!applicationLimited) {
      path.longInFlight = Math.max(inFlightBytes, (long) (targetBytes() * PathModel.BETA));
    }
    if (state == BbrState.UP) {
      undoState = BbrState.UP;
      startDown(nowNanos);
    }
  }

  @Override
  public void onSegmentLost(
      int bytes,
      int transmitInFlightBytes,
      long lostSinceBytes,
      boolean applicationLimited,
      long nowNanos) {
    if (!undoSaved) {
      saveForUndo();
    }
    path.noteLoss();
    if (probeSamples && !timedOut && isTooHigh(lostSinceBytes, transmitInFlightBytes)) {
      // Where within what was in flight the losses became too many (BBRInflightAtLoss).
      double before = transmitInFlightBytes - bytes;
      double prefix =
          (PathModel.LOSS_THRESHOLD * before - (lostSinceBytes - bytes))
              / (1 - PathModel.LOSS_THRESHOLD);
      handleTooHigh((long) Math.max(0, before + prefix), applicationLimited, nowNanos);
    }
  }

  // ---- ProbeRTT ----

  private void checkProbeRtt(RateSample s, long nowNanos) {
    if (state != BbrState.PROBE_RTT && path.probeRttExpired && !idleRestart) {
      saveWindow();
      state = BbrState.PROBE_RTT;
      probeRttDone = 0;
      feedback = Feedback.STOPPING;
      path.startRound();
    }
    if (state == BbrState.PROBE_RTT) {
      if (probeRttDone == 0 && s.inFlightBytes() <= probeRttWindow()) {
        probeRttDone = nowNanos + PROBE_RTT_NANOS;
        probeRttRoundDone = false;
        path.startRound();
      } else if (probeRttDone != 0) {
        probeRttRoundDone |= path.roundStart;
        if (probeRttRoundDone) {
          endProbeRtt(nowNanos);
        }
      }
    }
    if (s.newlyDeliveredBytes() > 0) {
      idleRestart = false;
    }
  }

  private void endProbeRtt(long nowNanos) {
    if (probeRttDone == 0 || nowNanos - probeRttDone <= 0) {
      return;
    }
    path.probedRttStamp = nowNanos;
    windowBytes = Math.max(windowBytes, priorWindowBytes);
    path.resetShortTerm();
    if (path.fullReached) {
      startDown(nowNanos);
      state = BbrState.CRUISE;
    } else {
      state = BbrState.STARTUP;
    }
  }

  private long probeRttWindow() {
    return Math.max(
        minimumBytes(), (long) (path.product(path.bandwidth()) * BbrState.PROBE_RTT.windowGain));
  }

  // ---- rate and window ----

  private long minimumBytes() {
    return (long) MINIMUM_SEGMENTS * view.segmentBytes();
  }

  private void initPacing() {
    long rtt = view.smoothedRttNanos() > 0 ? view.smoothedRttNanos() : MILLI;
    pacingBytesPerSecond =
        (long) (BbrState.STARTUP.pacingGain * windowBytes * NANOS_PER_SECOND / rtt);
  }

  private void setPacing(double gain) {
    long rate = (long) (gain * path.bandwidth() * PathModel.MARGIN);
    if (rate > 0 && (path.fullReached || rate > pacingBytesPerSecond)) {
      pacingBytesPerSecond = rate;
    }
  }

  /** BBRQuantizationBudget: room for super-segments at both ends and on the way. */
  private long budget(long bytes) {
    long quantum =
        Math.max(2L * view.segmentBytes(), Math.min(QUANTUM_BYTES, pacingBytesPerSecond / 1000));
    long most = Math.max(bytes, Math.max(QUANTA * quantum, minimumBytes()));
    return state == BbrState.UP ? most + 2L * view.segmentBytes() : most;
  }

  private long inFlight(long bytesPerSecond, double gain) {
    if (path.minimumRttNanos == 0) {
      return initialBytes;
    }
    return budget((long) (gain * path.product(bytesPerSecond)));
  }

  private long withHeadroom() {
    if (path.longInFlight == PathModel.UNBOUNDED) {
      return PathModel.UNBOUNDED;
    }
    long headroom = Math.max(view.segmentBytes(), (long) (HEADROOM * path.longInFlight));
    return Math.max(path.longInFlight - headroom, minimumBytes());
  }

  private void setWindow(RateSample s) {
    long most = maximumInFlight();
    int acknowledged = s.newlyDeliveredBytes();
    if (path.fullReached) {
      windowBytes = Math.min(windowBytes + acknowledged, most);
    } else if (windowBytes < most || path.totalDelivered < initialBytes) {
      windowBytes += acknowledged;
    }
    windowBytes = Math.max(windowBytes, minimumBytes());
    if (state == BbrState.PROBE_RTT) {
      windowBytes = Math.min(windowBytes, probeRttWindow());
    }
    long bound = PathModel.UNBOUNDED;
    if (state == BbrState.CRUISE || state == BbrState.PROBE_RTT) {
      bound = withHeadroom();
    } else if (state.isProbeBandwidth()) {
      bound = path.longInFlight;
    }
    bound = Math.max(Math.min(bound, path.shortInFlight), minimumBytes());
    windowBytes = Math.min(MAXIMUM_BYTES, Math.min(windowBytes, bound));
  }

  private long maximumInFlight() {
    if (path.minimumRttNanos == 0) {
      return initialBytes;
    }
    double product = state.windowGain * path.product(path.bandwidth());
    return budget((long) product + path.aggregatedBytes());
  }

  private void saveWindow() {
    priorWindowBytes =
        !isInRecovery() && state != BbrState.PROBE_RTT
            ? windowBytes
            : Math.max(priorWindowBytes, windowBytes);
  }

  private boolean isInRecovery() {
    return recovering || timedOut;
  }

  /** Once for a recovery: a phase that its first loss ends must not hide those after it. */
  private void saveForUndo() {
    saveWindow();
    undoSaved = true;
    undoState = NOWHERE;
    path.saveForUndo();
  }

  // ---- other events ----

  @Override
  public void onTransmit(int inFlightBytes, boolean applicationLimited, long nowNanos) {
    if (inFlightBytes > 0 || !applicationLimited) {
      return;
    }
    idleRestart = true;
    path.aggregationStart = nowNanos;
    if (state.isProbeBandwidth()) {
      setPacing(1);
    } else if (state == BbrState.PROBE_RTT) {
      endProbeRtt(nowNanos);
    }
  }

  /** Windows follow rate samples, not acknowledgements as such. */
  @Override
  public void onAcknowledged(int acknowledgedBytes, long rttNanos, long nowNanos) {}

  @Override
  public void onLoss(int inFlightBytes, long nowNanos) {
    saveWindow();
    recovering = true;
  }

  /** Marks are not used (draft §3.7). */
  @Override
  public void onCongestionNotified(int inFlightBytes, long nowNanos) {}

  @Override
  public void onRecovered(long nowNanos) {
    recovering = false;
    undoSaved = false;
    restoreWindow();
  }

  private void restoreWindow() {
    if (state != BbrState.PROBE_RTT) {
      windowBytes = Math.max(windowBytes, Math.min(priorWindowBytes, maximumInFlight()));
    }
  }

  /** Everything is held to be lost; the window grows again by what is delivered. */
  @Override
  public void onTimeout(int inFlightBytes, boolean repeated, long nowNanos) {
    if (!repeated) {
      saveForUndo();
    }
    recovering = false;
    timedOut = true;
    path.startRound();
    windowBytes = view.segmentBytes();
  }

  /** The pacing rate, not the window, keeps a restart from being a burst. */
  @Override
  public void onIdle(long idleNanos, int restartWindowBytes, long nowNanos) {}

  @Override
  public void onSpurious(long nowNanos) {
    path.undo();
    recovering = false;
    timedOut = false;
    undoSaved = false;
    windowBytes = Math.max(windowBytes, priorWindowBytes);
    if (undoState == BbrState.STARTUP && state != BbrState.STARTUP) {
      path.fullReached = false;
      if (state != BbrState.PROBE_RTT) {
        state = BbrState.STARTUP;
      }
    } else if (undoState == BbrState.UP && state != BbrState.UP && state != BbrState.PROBE_RTT) {
      startRefill();
    }
    undoState = NOWHERE;
  }

  @Override
  public void onSegmentBytesChanged(int oldBytes, int newBytes) {
    windowBytes = Math.max(windowBytes, newBytes);
  }

  @Override
  public Map<String, Object> details() {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("state", state.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    details.put("bandwidth", path.bandwidth());
    details.put("minRttMicros", path.minimumRttNanos / 1000);
    details.put("longInFlight", bound(path.longInFlight));
    details.put("shortInFlight", bound(path.shortInFlight));
    details.put("aggregated", path.aggregatedBytes());
    return details;
  }

  private static Object bound(long bytes) {
    return bytes == PathModel.UNBOUNDED ? "none" : (Object) bytes;
  }

  // ---- hand-over ----

  @Override
  public void export(HandoverWriter writer) {
    writer
        .putText(1, state.name())
        .putText(2, undoState.name())
        .putText(3, feedback.name())
        .putLong(4, priorWindowBytes)
        .putLong(5, pacingBytesPerSecond)
        .putBoolean(6, seenRoundTrip)
        .putBoolean(7, idleRestart)
        .putLong(8, drainRound)
        .putBoolean(9, probeSamples)
        .putLong(10, cycleStamp)
        .putLong(11, probeWaitNanos)
        .putLong(12, roundsSinceProbe)
        .putInt(13, upRounds)
        .putLong(14, upAcked)
        .putLong(15, isGrowing() ? Math.max(1, upCount / view.segmentBytes()) : upCount)
        .putLong(16, probeRttDone)
        .putBoolean(17, probeRttRoundDone)
        .putLong(18, random)
        .putBoolean(20, timedOut)
        .putBoolean(21, recovering)
        .putBoolean(22, undoSaved)
        .putInt(23, initialBytes)
        .putLong(24, upCount)
        .begin(19);
    path.export(writer);
    writer.end();
    UnknownFields.write(unknown, writer);
  }

  @Override
  public void open(HandoverReader reader) throws HandoverException {
    while (reader.next()) {
      switch (reader.tag()) {
        case 1 -> state = constant(BbrState.class, reader);
        case 2 -> undoState = constant(BbrState.class, reader);
        case 3 -> feedback = constant(Feedback.class, reader);
        case 4 -> priorWindowBytes = reader.longValue();
        case 5 -> pacingBytesPerSecond = reader.longValue();
        case 6 -> seenRoundTrip = reader.booleanValue();
        case 7 -> idleRestart = reader.booleanValue();
        case 8 -> drainRound = reader.longValue();
        case 9 -> probeSamples = reader.booleanValue();
        case 10 -> cycleStamp = reader.longValue();
        case 11 -> probeWaitNanos = reader.longValue();
        case 12 -> roundsSinceProbe = reader.longValue();
        case 13 -> upRounds = Math.min(Math.max(reader.intValue(), 0), MAXIMUM_SLOPE);
        case 14 -> upAcked = reader.longValue();
        case 15 -> {
          // of an earlier version: for a byte
          upCount = Math.max(reader.longValue(), 1);
          upCount = isGrowing() ? upCount * view.segmentBytes() : upCount;
        }
        case 16 -> probeRttDone = reader.longValue();
        case 17 -> probeRttRoundDone = reader.booleanValue();
        case 18 -> random = reader.longValue();
        case 20 -> timedOut = reader.booleanValue();
        case 21 -> recovering = reader.booleanValue();
        case 22 -> undoSaved = reader.booleanValue();
        case 23 -> initialBytes = reader.intValue();
        case 24 -> upCount = Math.max(reader.longValue(), 1);
        case 19 -> path.open(reader.nested());
        default -> unknown = UnknownFields.with(unknown, reader);
      }
    }
  }

  private boolean isGrowing() {
    return upCount < MAXIMUM_BYTES;
  }

  private static <E extends Enum<E>> E constant(Class<E> type, HandoverReader reader)
      throws HandoverException {
    String name = reader.textValue();
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException e) {
      throw new HandoverException("bbr: '" + name + "' is no " + type.getSimpleName(), e);
    }
  }
}
