package io.karavel.engine.internal.lane;

import io.karavel.engine.DropReason;
import io.karavel.engine.Drops;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.Timer;
import io.karavel.packet.PacketBuffer;
import java.util.Arrays;

/**
 * The packets that wait at a slot for its next module, in order, within bounds of number, bytes and
 * time. What does not fit is dropped; so is what has waited too long. Lane's thread.
 */
final class ParkingRing {
  private static final int FIRST_CAPACITY = 64;

  private final Drops drops;
  private PacketBuffer[] buffers = {};
  private long[] parkedAtNanos = {};
  private int head;
  private int size;
  private long bytes;

  ParkingRing(Drops drops) {
    this.drops = drops;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  long bytes() {
    return bytes;
  }

  /** Takes the buffer in, or drops it; says whether it was taken in. */
  boolean park(PacketBuffer buffer, long nowNanos, EngineSettings settings) {
    expire(nowNanos, settings);
    if (size >= settings.parkingFrames() || bytes + buffer.length() > settings.parkingBytes()) {
      drops.drop(buffer, DropReason.PARKING_OVERFLOW);
      return false;
    }
    if (size == buffers.length) {
      grow(settings.parkingFrames());
    }
    int tail = (head + size) % buffers.length;
    buffers[tail] = buffer.keep();
    parkedAtNanos[tail] = nowNanos;
    size++;
    bytes += buffer.length();
    return true;
  }

  private void grow(int limit) {
    int capacity = Math.min(limit, Math.max(FIRST_CAPACITY, size * 2));
    PacketBuffer[] larger = new PacketBuffer[capacity];
    long[] times = new long[capacity];
    for (int i = 0; i < size; i++) {
      larger[i] = buffers[(head + i) % buffers.length];
      times[i] = parkedAtNanos[(head + i) % buffers.length];
    }
    buffers = larger;
    parkedAtNanos = times;
    head = 0;
  }

  /** The oldest, taken out; null when none waits. The memory is given back with the last. */
  PacketBuffer poll() {
    if (size == 0) {
      return null;
    }
    PacketBuffer buffer = buffers[head];
    buffers[head] = null;
    head = (head + 1) % buffers.length;
    size--;
    bytes -= buffer.length();
    if (size == 0) {
      buffers = Arrays.copyOf(buffers, 0);
      parkedAtNanos = new long[0];
      head = 0;
    }
    return buffer.takeUp();
  }

  /** Takes what waited on a lane that was abandoned, in order. */
  void succeed(ParkingRing before, long nowNanos, EngineSettings settings) {
    for (PacketBuffer buffer = before.poll(); buffer != null; buffer = before.poll()) {
      park(buffer, nowNanos, settings);
    }
  }

  /** Drops what has waited too long. */
  void expire(long nowNanos, EngineSettings settings) {
    long limitNanos = settings.parkingMillis() * 1_000_000L;
    while (size > 0 && nowNanos - parkedAtNanos[head] >= limitNanos) {
      drops.drop(poll(), DropReason.PARKING_EXPIRED);
    }
  }

  /** When the oldest has waited too long, or {@link Timer#NOT_ARMED}. */
  long deadlineNanos(EngineSettings settings) {
    return size == 0
        ? Timer.NOT_ARMED
        : parkedAtNanos[head] + settings.parkingMillis() * 1_000_000L;
  }

  /** Drops everything; says how many there were. */
  int dispose() {
    int count = 0;
    for (PacketBuffer buffer = poll(); buffer != null; buffer = poll()) {
      drops.drop(buffer, DropReason.PARKING_DISPOSED);
      count++;
    }
    return count;
  }
}
