package io.karavel.diagnostics.internal.capture;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what a recorder wrote, in the thread that has time for it, and gives each change of state
 * to the frame that goes with it. One thread.
 */
public final class RecordReader {
  private static final DropReason[] REASONS = DropReason.values();
  private static final TcpState[] STATES = TcpState.values();

  /** Changes that wait for a frame of their connection. */
  private static final int MOST_WAITING = 64;

  /** Takes what was recorded. */
  public interface Sink {
    /** A frame, with the changes that go with it. */
    void frame(CapturedFrame frame) throws IOException;

    /** A change of state, before or after the frames of its time; those who draw want it so. */
    default void change(StateChange change) throws IOException {}
  }

  private final Recorder recorder;
  private final List<CapturedFrame> batch = new ArrayList<>();
  private final List<StateChange> waiting = new ArrayList<>();

  /** Reads from the beginning. */
  public RecordReader(Recorder recorder) {
    this.recorder = recorder;
  }

  /**
   * Gives everything that is there to a sink.
   *
   * @return whether there was anything
   * @throws IOException if the sink throws
   */
  public boolean drain(Sink sink) throws IOException {
    boolean any = false;
    for (int i = 0; i < recorder.mostLanes(); i++) {
      Recorder.LaneRecorder lane = recorder.lane(i);
      if (lane != null && !lane.ring.isEmpty()) {
        any = true;
        drain(lane.ring, sink);
      }
    }
    return any;
  }

  private void drain(RecordRing ring, Sink sink) throws IOException {
    long limit = ring.limit();
    long position = ring.position();
    List<Object> order = new ArrayList<>();
    while (position < limit) {
      position = ring.skipWrap(position, limit);
      if (position >= limit) {
        break;
      }
      int index = ring.index(position);
      ByteBuffer memory = ring.memory();
      if (memory.get(index + RecordRing.KIND) == RecordRing.FRAME) {
        CapturedFrame frame = frame(memory, index);
        waiting.removeIf(
            change -> {
              boolean belongs = frame.belongsTo(change);
              if (belongs) {
                frame.changes().add(change);
              }
              return belongs;
            });
        batch.add(frame);
        order.add(frame);
      } else {
        StateChange change = change(memory, index);
        order.add(change);
        assign(change);
      }
      position += memory.getInt(index + RecordRing.LENGTH);
    }
    ring.release(limit);
    batch.clear();
    for (Object item : order) {
      if (item instanceof CapturedFrame frame) {
        sink.frame(frame);
      } else {
        sink.change((StateChange) item);
      }
    }
  }

  private void assign(StateChange change) {
    for (int i = batch.size() - 1; i >= 0; i--) {
      if (batch.get(i).belongsTo(change)) {
        batch.get(i).changes().add(change);
        return;
      }
    }
    if (waiting.size() == MOST_WAITING) {
      waiting.remove(0);
    }
    waiting.add(change);
  }

  private CapturedFrame frame(ByteBuffer memory, int index) {
    int kept = memory.getInt(index + RecordRing.KEPT);
    byte[] bytes = new byte[kept];
    memory.get(index + RecordRing.HEADER, bytes);
    ByteBuffer data = ByteBuffer.wrap(bytes);
    int dropped = memory.get(index + RecordRing.DROP);
    int interfaceIndex = memory.getInt(index + RecordRing.INTERFACE);
    CapturedFrame frame =
        new CapturedFrame(
            data,
            recorder.interfaceName(interfaceIndex),
            interfaceIndex,
            memory.get(index + RecordRing.DIRECTION) == 1,
            memory.get(index + RecordRing.BARE_IP) == 1,
            dropped == 0 ? null : REASONS[dropped - 1],
            memory.getLong(index + RecordRing.TIME),
            memory.getInt(index + RecordRing.WIRE_LENGTH));
    int start = memory.getShort(index + RecordRing.CHECKSUM_START);
    if (start >= 0 && kept == frame.wireLength()) {
      PartialChecksum.complete(data, start, memory.getShort(index + RecordRing.CHECKSUM_OFFSET));
    }
    return frame;
  }

  private static StateChange change(ByteBuffer memory, int index) {
    int ports = memory.getInt(index + RecordRing.PORTS);
    return new StateChange(
        memory.getLong(index + RecordRing.ID),
        memory.getInt(index + RecordRing.LOCAL_IPV4),
        ports >>> 16,
        memory.getInt(index + RecordRing.REMOTE_IPV4),
        ports & 0xffff,
        STATES[memory.getInt(index + RecordRing.STATE_ORDINAL)],
        memory.getLong(index + RecordRing.TIME));
  }
}
