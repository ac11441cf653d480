package io.karavel.nic.memory.internal;

import io.karavel.engine.CloseReason;
import io.karavel.engine.DropReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.DeviceInfo;
import io.karavel.nic.FrameRing;
import io.karavel.nic.FrameSink;
import io.karavel.nic.Impairment;
import io.karavel.nic.MemoryCableSettings;
import io.karavel.nic.NetworkDevice;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import io.karavel.wire.EthernetHeader;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One end of a cable. It plugs into the cable with the first call after {@link #open}, so that an
 * instance which is only tried out takes nothing from the one at work.
 */
final class MemoryDevice implements NetworkDevice {
  /** Version of the kept state. */
  static final int STATE_VERSION = 1;

  private static final int TAG_RX_PACKETS = 1;
  private static final int TAG_RX_BYTES = 2;
  private static final int TAG_TX_PACKETS = 3;
  private static final int TAG_TX_BYTES = 4;
  private static final int TAG_TX_DROPPED = 5;
  private static final int TAG_RECEIVE_RING = 6;
  private static final int TAG_SEND_RING = 7;
  private static final int TAG_IMPAIRMENT = 8;
  private static final int TAG_HELD_FRAME = 9;
  private static final int HELD_ARRIVAL = 1;
  private static final int HELD_MARKS = 2;
  private static final int HELD_CHECKSUM_PLACE = 3;
  private static final int HELD_BYTES = 4;
  private static final long LONGEST_WAIT_NANOS = 300_000_000_000L;

  private final LaneContext lane;
  private final MemoryCable cable;
  private final MemoryCable.End end;
  private final HeldFrames held = new HeldFrames();
  private final FrameSink counting = this::onFrame;
  private FrameSink upwards;
  private FrameRing keptReceiveRing;
  private FrameRing keptSendRing;
  private Impairment keptImpairment;
  private Incoming incoming;
  private Outgoing outgoing;
  private boolean sent;
  private long rxPackets;
  private long rxBytes;
  private long txPackets;
  private long txBytes;
  private long txDropped;

  MemoryDevice(LaneContext lane, MemoryCable cable, MemoryCable.End end) {
    this.lane = lane;
    this.cable = cable;
    this.end = end;
  }

  private void plugIn() {
    if (incoming != null) {
      return;
    }
    CableDirection from = cable.from(end);
    outgoing = new Outgoing(from, keptSendRing, impairment());
    incoming = new Incoming(lane, cable.to(end), keptReceiveRing, held);
    keptSendRing = null;
    keptReceiveRing = null;
    keptImpairment = null;
  }

  private Impairment impairment() {
    if (outgoing != null) {
      return outgoing.impairment();
    }
    return keptImpairment != null
        ? keptImpairment
        : new Impairment(cable.settings().impairment(), cable.from(end).stream());
  }

  @Override
  public DeviceCapabilities capabilities() {
    return cable.capabilities();
  }

  @Override
  public int poll(FrameSink sink, int budget) {
    plugIn();
    upwards = sink;
    return incoming.poll(counting, budget, cable.settings().inFlightBytes());
  }

  private void onFrame(PacketBuffer frame) {
    rxPackets++;
    rxBytes += frame.length();
    upwards.onFrame(frame);
  }

  @Override
  public void transmit(PacketBuffer frame) {
    plugIn();
    MemoryCableSettings settings = cable.settings();
    DropReason reason = refusal(frame, settings);
    if (reason == null) {
      reason = outgoing.send(frame, lane.nowNanos(), settings);
    }
    if (reason != null) {
      txDropped++;
      lane.drops().drop(frame, reason);
      return;
    }
    sent = true;
    txPackets++;
    txBytes += frame.length();
    frame.release();
  }

  private static DropReason refusal(PacketBuffer frame, MemoryCableSettings settings) {
    int header = settings.bareIp() ? 0 : EthernetHeader.LENGTH;
    if (frame.length() <= header) {
      return DropReason.DEVICE_HEADER;
    }
    boolean tooLarge =
        frame.segmentationType() == PacketBuffer.SEGMENTATION_NONE
            ? frame.length() - header > settings.mtu()
            : frame.length() > PacketPool.LARGE_CAPACITY;
    return tooLarge ? DropReason.DEVICE_TOO_LARGE : null;
  }

  @Override
  public void flush() {
    if (sent) {
      sent = false;
      outgoing.wakeReceiver();
    }
  }

  @Override
  public int readinessDescriptor() {
    return -1;
  }

  @Override
  public DeviceInfo info() {
    plugIn();
    MemoryCableSettings settings = cable.settings();
    Map<String, Long> statistics = new LinkedHashMap<>();
    statistics.put("rxPackets", rxPackets);
    statistics.put("rxBytes", rxBytes);
    statistics.put("txPackets", txPackets);
    statistics.put("txBytes", txBytes);
    statistics.put("rxDropped", 0L);
    statistics.put("txDropped", txDropped);
    statistics.put("rxErrors", 0L);
    statistics.put("txErrors", 0L);
    statistics.put("heldFrames", (long) held.size());
    boolean up = outgoing.isPlugged();
    String other =
        cable.deviceName(
            end == MemoryCable.End.LEFT ? MemoryCable.End.RIGHT : MemoryCable.End.LEFT);
    return new DeviceInfo(
        cable.deviceName(end),
        "memory",
        up,
        up ? "up, cable " + settings.name() + " to " + other : "nobody uses " + other,
        capabilities(),
        statistics,
        settings.asMap());
  }

  @Override
  public void open(Handover kept) throws HandoverException {
    HandoverReader reader = kept.reader();
    letGo(false);
    boolean attached = !kept.attachments().isEmpty();
    while (reader.next()) {
      switch (reader.tag()) {
        case TAG_RX_PACKETS -> rxPackets = reader.longValue();
        case TAG_RX_BYTES -> rxBytes = reader.longValue();
        case TAG_TX_PACKETS -> txPackets = reader.longValue();
        case TAG_TX_BYTES -> txBytes = reader.longValue();
        case TAG_TX_DROPPED -> txDropped = reader.longValue();
        case TAG_HELD_FRAME -> held.add(heldFrame(reader.nested()));
        case TAG_RECEIVE_RING -> {
          if (attached) {
            keptReceiveRing = reader.attachment(kept, FrameRing.class);
          }
        }
        case TAG_SEND_RING -> {
          if (attached) {
            keptSendRing = reader.attachment(kept, FrameRing.class);
          }
        }
        case TAG_IMPAIRMENT -> {
          if (attached) {
            keptImpairment = reader.attachment(kept, Impairment.class);
          }
        }
        default -> {
          // of a later version, which works without it having been kept
        }
      }
    }
  }

  private PacketBuffer heldFrame(HandoverReader reader) throws HandoverException {
    long arrival = 0;
    long marks = 0;
    long place = 0;
    byte[] bytes = {};
    while (reader.next()) {
      switch (reader.tag()) {
        case HELD_ARRIVAL -> arrival = reader.longValue();
        case HELD_MARKS -> marks = reader.longValue();
        case HELD_CHECKSUM_PLACE -> place = reader.longValue();
        case HELD_BYTES -> bytes = reader.bytes();
        default -> {
          // of a later version
        }
      }
    }
    if (bytes.length > PacketPool.LARGE_CAPACITY) {
      throw new HandoverException("slot of " + cable.deviceName(end) + ": a frame too large");
    }
    PacketBuffer frame = lane.packets().allocate(bytes.length);
    frame.memory().put(frame.append(bytes.length), bytes);
    int state = (int) (marks & 0xff);
    if (state == PacketBuffer.CHECKSUM_PARTIAL) {
      frame.checksumPartial(frame.offset() + (int) (place >>> 32), (int) place);
    } else {
      frame.checksumState(state);
    }
    frame.segmentation((int) (marks >>> 8 & 0xff), (int) (marks >>> 32));
    // after a restart the clock has another origin
    long latest = lane.clock().nanoTime() + LONGEST_WAIT_NANOS;
    frame.timestampNanos(Math.min(arrival, latest));
    return frame;
  }

  @Override
  public Handover export() {
    HandoverWriter writer = new HandoverWriter(slotOf(), STATE_VERSION);
    writer.putLong(TAG_RX_PACKETS, rxPackets);
    writer.putLong(TAG_RX_BYTES, rxBytes);
    writer.putLong(TAG_TX_PACKETS, txPackets);
    writer.putLong(TAG_TX_BYTES, txBytes);
    writer.putLong(TAG_TX_DROPPED, txDropped);
    writer.putAttachment(TAG_RECEIVE_RING, receiveRing());
    writer.putAttachment(TAG_SEND_RING, sendRing());
    writer.putAttachment(TAG_IMPAIRMENT, impairment());
    for (int i = 0; i < held.size(); i++) {
      PacketBuffer frame = held.get(i);
      byte[] bytes = new byte[frame.length()];
      frame.memory().get(frame.offset(), bytes);
      long start = (long) frame.checksumStart() - frame.offset();
      boolean partial = frame.checksumState() == PacketBuffer.CHECKSUM_PARTIAL;
      writer
          .begin(TAG_HELD_FRAME)
          .putLong(HELD_ARRIVAL, frame.timestampNanos())
          .putLong(
              HELD_MARKS,
              frame.checksumState()
                  | frame.segmentationType() << 8
                  | (long) frame.segmentSize() << 32)
          .putLong(HELD_CHECKSUM_PLACE, partial ? start << 32 | frame.checksumOffset() : 0)
          .putBytes(HELD_BYTES, bytes)
          .end();
    }
    return writer.finish();
  }

  private String slotOf() {
    return NetworkDevice.slotOf(cable.deviceName(end));
  }

  private FrameRing receiveRing() {
    if (incoming != null) {
      return incoming.ring();
    }
    if (keptReceiveRing == null) {
      keptReceiveRing = new FrameRing(FrameRing.MINIMUM_BYTES);
    }
    return keptReceiveRing;
  }

  private FrameRing sendRing() {
    if (outgoing != null) {
      return outgoing.ring();
    }
    if (keptSendRing == null) {
      keptSendRing = new FrameRing(FrameRing.MINIMUM_BYTES);
    }
    return keptSendRing;
  }

  @Override
  public void close(CloseReason reason) {
    letGo(reason != CloseReason.HANDED_OVER);
  }

  private void letGo(boolean forGood) {
    if (incoming != null) {
      incoming.close(forGood);
      incoming = null;
      outgoing = null;
    }
    held.releaseAll();
  }
}
