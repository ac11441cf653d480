package io.karavel.nic.memory.internal;

import io.karavel.packet.PacketBuffer;
import java.util.Arrays;

/**
 * Frames held back for reordering, by time of arrival ({@link PacketBuffer#timestampNanos()}), then
 * by when they came in. Grows with use; the caller bounds it.
 */
final class HeldFrames {
  private PacketBuffer[] frames = new PacketBuffer[16];
  private int first;
  private int count;
  private long bytes;

  private int place(int i) {
    return (first + i) % frames.length;
  }

  /** Takes a frame in. */
  void add(PacketBuffer frame) {
    if (count == frames.length) {
      PacketBuffer[] larger = Arrays.copyOf(frames, count * 2);
      for (int i = 0; i < count; i++) {
        larger[i] = frames[place(i)];
      }
      frames = larger;
      first = 0;
    }
    // all are held back for the same time, mostly: the place is at the end
    int at = count++;
    while (at > 0 && frames[place(at - 1)].timestampNanos() > frame.timestampNanos()) {
      frames[place(at)] = frames[place(at - 1)];
      at--;
    }
    frames[place(at)] = frame.keep();
    bytes += frame.length();
  }

  int size() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  /** The frame with an index in order of arrival. */
  PacketBuffer get(int i) {
    return frames[place(i)];
  }

  /** When the first is due; {@link Long#MAX_VALUE} if there is none. */
  long dueNanos() {
    return count == 0 ? Long.MAX_VALUE : frames[first].timestampNanos();
  }

  /** Takes the first out. */
  PacketBuffer take() {
    PacketBuffer frame = frames[first];
    frames[first] = null;
    first = (first + 1) % frames.length;
    count--;
    bytes -= frame.length();
    return frame.takeUp();
  }

  void releaseAll() {
    while (count > 0) {
      take().release();
    }
  }
}
