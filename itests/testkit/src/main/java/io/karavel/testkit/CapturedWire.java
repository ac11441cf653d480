package io.karavel.testkit;

import io.karavel.nic.DeviceCapabilities;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.InternetChecksum;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The wire at a harness's device: what the test put on it and the device has not polled, and what
 * the device sent. It lasts while device modules come and go. Test's thread.
 */
final class CapturedWire {
  private final String device;
  private final VirtualClock clock;
  private final ArrayDeque<Frame> arriving = new ArrayDeque<>();
  private final Map<String, Long> statistics = new TreeMap<>();
  private DeviceCapabilities capabilities;
  private Consumer<WirePacket> sink;
  private boolean up = true;

  /** A frame on its way in. */
  static final class Frame {
    final byte[] bytes;
    final int checksumState;
    final int segmentSize;

    /** With a checksum state as in {@link PacketBuffer}. */
    Frame(byte[] bytes, int checksumState, int segmentSize) {
      this.bytes = bytes;
      this.checksumState = checksumState;
      this.segmentSize = segmentSize;
    }
  }

  CapturedWire(
      String device,
      VirtualClock clock,
      DeviceCapabilities capabilities,
      Consumer<WirePacket> sink) {
    this.device = device;
    this.clock = clock;
    this.capabilities = capabilities;
    this.sink = sink;
  }

  String device() {
    return device;
  }

  DeviceCapabilities capabilities() {
    return capabilities;
  }

  void capabilities(DeviceCapabilities value) {
    capabilities = value;
  }

  /** Where sent packets go. */
  void sink(Consumer<WirePacket> consumer) {
    sink = consumer;
  }

  boolean isUp() {
    return up;
  }

  void up(boolean value) {
    up = value;
  }

  Map<String, Long> statistics() {
    return statistics;
  }

  void count(String name, long amount) {
    statistics.merge(name, amount, Long::sum);
  }

  void arrive(Frame frame) {
    arriving.add(frame);
  }

  Frame take() {
    return arriving.poll();
  }

  /** Copies a frame off the stack's buffers, with its checksum completed. */
  void sent(PacketBuffer frame) {
    byte[] bytes = new byte[frame.length()];
    ByteBuffer view = ByteBuffer.wrap(bytes);
    frame.copyTo(0, view, 0, bytes.length);
    if (frame.checksumState() == PacketBuffer.CHECKSUM_PARTIAL) {
      int start = frame.checksumStart() - frame.offset();
      int sum = InternetChecksum.sum(view, start, bytes.length - start);
      view.putShort(start + frame.checksumOffset(), (short) InternetChecksum.finish(sum));
    }
    int segment =
        frame.segmentationType() == PacketBuffer.SEGMENTATION_NONE ? 0 : frame.segmentSize();
    count("txPackets", 1);
    count("txBytes", bytes.length);
    sink.accept(new WirePacket(bytes, capabilities.bareIp(), clock.nanoTime(), segment));
  }
}
