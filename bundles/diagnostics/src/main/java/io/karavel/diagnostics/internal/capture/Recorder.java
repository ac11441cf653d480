package io.karavel.diagnostics.internal.capture;

import io.karavel.engine.DropReason;
import io.karavel.nic.FrameTap;
import io.karavel.nic.TapPoint;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.TransitionTap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What one capture or trace records: the part that runs on the lanes. Each lane writes into a ring
 * of its own; bounds are kept per lane too, so a capture over several lanes may exceed them by what
 * is under way.
 */
public final class Recorder implements TransitionTap.Listener {
  private static final int MOST_LANES = 64;
  private static final int MOST_NESTED = 16;

  private final FrameFilter filter;
  private final int snapLength;
  private final long mostPackets;
  private final long mostBytes;
  private final int ringBytes;
  private final boolean states;
  private final AtomicReferenceArray<LaneRecorder> lanes = new AtomicReferenceArray<>(MOST_LANES);
  private final Map<Integer, String> interfaces = new ConcurrentHashMap<>();
  private volatile boolean full;

  /**
   * A recorder without taps.
   *
   * @param snapLength most bytes kept of a frame
   * @param mostPackets frames after which it is full; 0 for no limit
   * @param mostBytes bytes after which it is full; 0 for no limit
   * @param ringBytes memory for each lane
   * @param states whether states of connections are recorded too
   */
  public Recorder(
      FrameFilter filter,
      int snapLength,
      long mostPackets,
      long mostBytes,
      int ringBytes,
      boolean states) {
    this.filter = filter;
    this.snapLength = snapLength;
    this.mostPackets = mostPackets;
    this.mostBytes = mostBytes;
    this.ringBytes = ringBytes;
    this.states = states;
  }

  /** The part of one lane. */
  static final class LaneRecorder {
    final RecordRing ring;
    final FrameView view = new FrameView();
    final int[] nested = new int[MOST_NESTED];
    int depth;
    final AtomicLong packets = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();
    final AtomicLong lost = new AtomicLong();

    LaneRecorder(int bytes) {
      ring = new RecordRing(bytes);
    }
  }

  /**
   * A tap that feeds this recorder.
   *
   * @param interfaceName the one interface; empty for all
   * @param position where it stands
   */
  public FrameTap tap(String interfaceName, int position, boolean received, boolean sent) {
    return new RecorderTap(this, interfaceName, position, received, sent);
  }

  /** Whether a bound is reached. */
  public boolean isFull() {
    return full;
  }

  /** Frames recorded. */
  public long packets() {
    return sum(lane -> lane.packets.get());
  }

  /** Bytes kept. */
  public long bytes() {
    return sum(lane -> lane.bytes.get());
  }

  /** Frames that matched and found no room. */
  public long lost() {
    return sum(lane -> lane.lost.get());
  }

  private long sum(java.util.function.ToLongFunction<LaneRecorder> what) {
    long sum = 0;
    for (int i = 0; i < MOST_LANES; i++) {
      LaneRecorder lane = lanes.get(i);
      sum += lane == null ? 0 : what.applyAsLong(lane);
    }
    return sum;
  }

  LaneRecorder lane(int index) {
    return lanes.get(index);
  }

  int mostLanes() {
    return MOST_LANES;
  }

  /** Name of an interface that frames were recorded of. */
  String interfaceName(int index) {
    return interfaces.getOrDefault(index, "interface" + index);
  }

  // ---- on the lane ----

  private LaneRecorder of(int index) {
    LaneRecorder lane = lanes.get(index);
    if (lane == null) {
      lane = new LaneRecorder(ringBytes);
      lanes.set(index, lane);
    }
    return lane;
  }

  /** A frame passes a tap; {@code wanted} if the tap looks that way. */
  void onFrame(TapPoint point, PacketBuffer frame, boolean received, boolean wanted) {
    LaneRecorder lane = of(point.lane());
    int index = wanted ? record(lane, point, frame, received) : -1;
    if (lane.depth < MOST_NESTED) {
      lane.nested[lane.depth] = index;
    }
    lane.depth++;
  }

  private int record(LaneRecorder lane, TapPoint point, PacketBuffer frame, boolean received) {
    if (full) {
      return -1;
    }
    boolean bareIp = point.bareIp();
    if (!filter.isAll()
        && !filter.matches(
            lane.view.over(
                frame.memory(), frame.offset(), frame.linearLength(), frame.length(), bareIp))) {
      return -1;
    }
    int kept = Math.min(frame.length(), snapLength);
    RecordRing ring = lane.ring;
    int index = ring.claim(RecordRing.FRAME, kept);
    if (index < 0) {
      add(lane.lost, 1);
      return -1;
    }
    interfaces.putIfAbsent(point.interfaceIndex(), point.interfaceName());
    ring.memory().put(index + RecordRing.DIRECTION, (byte) (received ? 1 : 2));
    ring.memory().put(index + RecordRing.BARE_IP, (byte) (bareIp ? 1 : 0));
    ring.memory().put(index + RecordRing.DROP, (byte) 0);
    ring.memory().putLong(index + RecordRing.TIME, point.nowNanos());
    ring.memory().putInt(index + RecordRing.INTERFACE, point.interfaceIndex());
    ring.memory().putInt(index + RecordRing.WIRE_LENGTH, frame.length());
    ring.memory().putInt(index + RecordRing.KEPT, kept);
    boolean partial = frame.checksumState() == PacketBuffer.CHECKSUM_PARTIAL;
    int start = partial ? frame.checksumStart() - frame.offset() : -1;
    ring.memory().putShort(index + RecordRing.CHECKSUM_START, (short) start);
    ring.memory()
        .putShort(
            index + RecordRing.CHECKSUM_OFFSET, (short) (partial ? frame.checksumOffset() : 0));
    ring.copy(frame, index, kept);
    add(lane.packets, 1);
    add(lane.bytes, kept);
    if (mostPackets > 0 && lane.packets.getPlain() >= mostPackets
        || mostBytes > 0 && lane.bytes.getPlain() >= mostBytes) {
      full = true;
    }
    return index;
  }

  /** The lane alone writes, others may read. */
  private static void add(AtomicLong counter, long more) {
    counter.lazySet(counter.getPlain() + more);
  }

  void onGiven(TapPoint point, DropReason dropped) {
    LaneRecorder lane = of(point.lane());
    if (lane.depth == 0) {
      return;
    }
    lane.depth--;
    if (dropped != null && lane.depth < MOST_NESTED && lane.nested[lane.depth] >= 0) {
      lane.ring
          .memory()
          .put(lane.nested[lane.depth] + RecordRing.DROP, (byte) (dropped.ordinal() + 1));
    }
  }

  void onTurnEnd(TapPoint point) {
    LaneRecorder lane = of(point.lane());
    lane.depth = 0;
    lane.ring.publish();
  }

  /** The taps are out: what was recorded last becomes visible. */
  void onDetached(TapPoint point) {
    onTurnEnd(point);
  }

  @Override
  public void onState(
      long id,
      int localIpv4,
      int localPort,
      int remoteIpv4,
      int remotePort,
      TcpState state,
      long nowNanos) {
    // one lane per stack so far; a state of another lane would have to say which
    LaneRecorder lane = of(0);
    int index = states && !full ? lane.ring.claim(RecordRing.STATE, 0) : -1;
    if (index < 0) {
      return;
    }
    lane.ring.memory().putLong(index + RecordRing.TIME, nowNanos);
    lane.ring.memory().putLong(index + RecordRing.ID, id);
    lane.ring.memory().putInt(index + RecordRing.LOCAL_IPV4, localIpv4);
    lane.ring.memory().putInt(index + RecordRing.REMOTE_IPV4, remoteIpv4);
    lane.ring.memory().putInt(index + RecordRing.PORTS, localPort << 16 | remotePort);
    lane.ring.memory().putInt(index + RecordRing.STATE_ORDINAL, state.ordinal());
    if (lane.depth == 0) {
      // no turn's end will come if no frame was seen in it
      lane.ring.publish();
    }
  }
}
