package io.karavel.nic.tap.internal;

import io.karavel.engine.CloseReason;
import io.karavel.engine.DropReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.linux.Descriptor;
import io.karavel.linux.Errno;
import io.karavel.linux.VirtioNetHeader;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.DeviceInfo;
import io.karavel.nic.FrameSink;
import io.karavel.nic.NetworkDevice;
import io.karavel.nic.TapSettings;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import io.karavel.packet.PacketQueue;
import io.karavel.wire.EthernetHeader;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TAP or TUN on its lane. It opens the interface with the first call after {@link #open}, so that
 * an instance which is only tried out takes nothing from the one at work.
 */
final class TapDevice implements NetworkDevice {
  /** Version of the kept state. */
  static final int STATE_VERSION = 1;

  private static final Logger LOG = LoggerFactory.getLogger(TapDevice.class);

  private static final int TAG_STATISTIC = 1;
  private static final int TAG_DESCRIPTOR = 2;
  private static final int TAG_QUEUE = 3;
  private static final int TAG_OUTLASTING = 4;

  /** Stands in the place of a descriptor while there is none. */
  private static final String NO_DESCRIPTOR = "none";

  private final LaneContext lane;
  private final TapPort.Opener opener;
  private final Consumer<TapDevice> onClose;
  private final TapStatistics statistics = new TapStatistics();
  private final DeviceTimer reopen;
  private final DeviceTimer retry;
  private TapSettings settings;
  private PacketQueue queue = new PacketQueue();
  private Descriptor kept;
  private TapPort port;
  private PacketBuffer small;
  private PacketBuffer large;
  private boolean started;
  private boolean exported;
  private boolean linkDown;

  /** Whether the interface stays in Linux though the settings do not say so. */
  private boolean outlasting;

  private long backOffNanos;
  private String status = "not opened yet";
  private DeviceCapabilities capabilities;

  TapDevice(
      LaneContext lane, TapSettings settings, TapPort.Opener opener, Consumer<TapDevice> onClose) {
    this.lane = lane;
    this.settings = settings;
    this.opener = opener;
    this.onClose = onClose;
    capabilities = DeviceCapabilities.plain(settings.bareIp(), settings.mtu());
    reopen = new DeviceTimer("reopen", this::tryOpen);
    retry = new DeviceTimer("transmit", lane::again);
  }

  LaneContext lane() {
    return lane;
  }

  // ---- opening, closing, settings ----

  private void start() {
    if (started) {
      return;
    }
    started = true;
    backOffNanos = settings.reopenMinNanos();
    if (kept != null) {
      Descriptor descriptor = kept;
      kept = null;
      try {
        TapPort adopted = opener.adopt(descriptor);
        if (adopted.matches(settings)) {
          use(adopted);
          return;
        }
        descriptor.close();
      } catch (IOException e) {
        descriptor.close();
        report("the descriptor that was handed over is of no use: " + e.getMessage());
      }
    }
    tryOpen();
  }

  private void tryOpen() {
    try {
      use(opener.open(settings));
    } catch (IOException e) {
      fail(e.getMessage());
    }
  }

  private void use(TapPort opened) {
    port = opened;
    linkDown = false;
    backOffNanos = settings.reopenMinNanos();
    configure();
    if (outlasting) {
      outlast(false);
    }
    lane.again();
  }

  @Override
  public void outlast(boolean wanted) {
    if (wanted == outlasting) {
      return;
    }
    if (port != null && !settings.persistent()) {
      try {
        port.persistent(wanted);
      } catch (IOException e) {
        report("its interface cannot " + (wanted ? "stay: " : "be let go: ") + e.getMessage());
      }
    }
    outlasting = wanted;
  }

  private void configure() {
    List<String> problems = port.configure(settings);
    boolean offloads = port.hasOffloads();
    capabilities =
        new DeviceCapabilities(
            settings.bareIp(), port.mtu(), offloads, offloads ? 65535 : 0, false);
    report(problems.isEmpty() ? "up" : "up; " + String.join("; ", problems));
  }

  /** No device for now: says why, once, and tries again later. */
  private void fail(String why) {
    report(why);
    lane.timers().arm(reopen, lane.nowNanos() + backOffNanos);
    backOffNanos = Math.min(backOffNanos * 2, settings.reopenMaxNanos());
  }

  private void report(String text) {
    if (!text.equals(status)) {
      status = text;
      lane.events().add(lane.nowNanos(), "device", settings.name(), text);
      if (text.equals("up")) {
        LOG.info("Device {} is up as {}", settings.name(), settings.interfaceName());
      } else {
        LOG.warn("Device {}: {}", settings.name(), text);
      }
    }
  }

  private void shut() {
    if (port != null) {
      port.descriptor().close();
      port = null;
    }
    for (PacketBuffer frame = queue.poll(); frame != null; frame = queue.poll()) {
      refuse(frame, DropReason.DEVICE_DOWN);
    }
    lane.timers().cancel(retry);
  }

  private void vanished(long errno) {
    shut();
    backOffNanos = settings.reopenMinNanos();
    fail(
        "interface "
            + settings.interfaceName()
            + " vanished ("
            + Errno.describe((int) -errno)
            + "); it is opened again");
  }

  /** New settings; what needs it opens the interface anew. */
  void settings(TapSettings value) {
    settings = value;
    if (!started) {
      return;
    }
    if (port != null && port.matches(value)) {
      configure();
      return;
    }
    shut();
    backOffNanos = value.reopenMinNanos();
    capabilities = DeviceCapabilities.plain(value.bareIp(), value.mtu());
    lane.timers().cancel(reopen);
    tryOpen();
  }

  // ---- frames ----

  @Override
  public int poll(FrameSink sink, int budget) {
    start();
    if (port == null || budget <= 0) {
      return 0;
    }
    PacketPool pool = lane.packets();
    large = pool.allocate(PacketPool.LARGE_CAPACITY);
    small = pool.allocate(PacketPool.SMALL_CAPACITY);
    int taken = 0;
    try {
      while (taken < budget && port != null) {
        long read = port.read(small, large);
        if (read < 0) {
          readFailed(read);
          return taken;
        }
        taken++;
        receive((int) read - port.headerBytes(), sink);
      }
    } finally {
      small.release();
      large.release();
    }
    return taken;
  }

  private void receive(int length, FrameSink sink) {
    PacketBuffer header = small;
    if (length > PacketPool.SMALL_CAPACITY) {
      PacketBuffer frame = large;
      large = lane.packets().allocate(PacketPool.LARGE_CAPACITY);
      frame
          .memory()
          .put(
              PacketPool.HEADROOM, header.memory(), PacketPool.HEADROOM, PacketPool.SMALL_CAPACITY);
      frame.frame(PacketPool.HEADROOM, length);
      receive(frame, header, sink);
    } else {
      small = lane.packets().allocate(PacketPool.SMALL_CAPACITY);
      header.frame(PacketPool.HEADROOM, Math.max(0, length));
      receive(header, header, sink);
    }
  }

  private void receive(PacketBuffer frame, PacketBuffer header, FrameSink sink) {
    int headerBytes = port.headerBytes();
    boolean wellFormed =
        frame.length() > 0
            && (headerBytes == 0
                || VirtioNetHeader.decode(
                    header.memory(), PacketPool.HEADROOM - headerBytes, frame));
    if (!wellFormed) {
      statistics.rxErrors++;
      lane.drops().drop(frame, DropReason.DEVICE_HEADER);
      return;
    }
    statistics.rxPackets++;
    statistics.rxBytes += frame.length();
    sink.onFrame(frame);
  }

  private void readFailed(long failure) {
    int errno = (int) -failure;
    if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
      statistics.rxErrors++;
      vanished(failure);
    }
  }

  @Override
  public void transmit(PacketBuffer frame) {
    start();
    if (port == null) {
      refuse(frame, DropReason.DEVICE_DOWN);
    } else if (isTooLarge(frame)) {
      refuse(frame, DropReason.DEVICE_TOO_LARGE);
    } else if (!queue.isEmpty()) {
      enqueue(frame);
    } else if (!write(frame)) {
      enqueue(frame);
    }
  }

  private boolean isTooLarge(PacketBuffer frame) {
    if (frame.segmentationType() != PacketBuffer.SEGMENTATION_NONE) {
      return port.headerBytes() == 0 || frame.length() > PacketPool.LARGE_CAPACITY;
    }
    int header = settings.bareIp() ? 0 : EthernetHeader.LENGTH;
    return frame.length() - header > capabilities.mtu();
  }

  private void enqueue(PacketBuffer frame) {
    if (queue.size() >= settings.queueFrames()) {
      refuse(frame, DropReason.DEVICE_QUEUE_FULL);
      return;
    }
    queue.add(frame);
    armRetry();
  }

  private void armRetry() {
    if (!retry.isArmed()) {
      lane.timers().arm(retry, lane.nowNanos() + settings.retryNanos());
    }
  }

  private void refuse(PacketBuffer frame, DropReason reason) {
    statistics.txDropped++;
    lane.drops().drop(frame, reason);
  }

  /** Writes a frame and lets it go; false if the kernel has no room at the moment. */
  private boolean write(PacketBuffer frame) {
    if (port.headerBytes() == 0 && frame.checksumState() == PacketBuffer.CHECKSUM_PARTIAL) {
      refuse(frame, DropReason.DEVICE_HEADER);
      return true;
    }
    int length = frame.length();
    long written = port.write(frame);
    if (written >= 0) {
      if (linkDown) {
        linkDown = false;
        report("up");
      }
      statistics.txPackets++;
      statistics.txBytes += length;
      frame.release();
      return true;
    }
    int errno = (int) -written;
    switch (errno) {
      case Errno.EAGAIN, Errno.EINTR -> {
        return false;
      }
      case Errno.EIO -> {
        linkDown = true;
        report("Linux has set interface " + settings.interfaceName() + " down");
        refuse(frame, DropReason.DEVICE_DOWN);
      }
      case Errno.ENOMEM, Errno.ENOBUFS -> refuse(frame, DropReason.DEVICE_QUEUE_FULL);
      case Errno.EINVAL, Errno.EMSGSIZE, Errno.EFAULT -> {
        statistics.txErrors++;
        refuse(frame, DropReason.DEVICE_HEADER);
      }
      default -> {
        statistics.txErrors++;
        refuse(frame, DropReason.DEVICE_DOWN);
        vanished(written);
      }
    }
    return true;
  }

  @Override
  public void flush() {
    while (port != null && !queue.isEmpty()) {
      PacketBuffer frame = queue.poll();
      if (!write(frame)) {
        queue.addFirst(frame);
        armRetry();
        return;
      }
    }
  }

  // ---- for engine and shell ----

  @Override
  public DeviceCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public int readinessDescriptor() {
    return port == null ? -1 : port.descriptor().number();
  }

  @Override
  public DeviceInfo info() {
    boolean up = port != null && port.isUp();
    String text =
        port != null && !up && !linkDown
            ? "Linux has set interface " + settings.interfaceName() + " down"
            : status;
    if (reopen.isArmed()) {
      long millis = Math.max(0, reopen.deadlineNanos() - lane.nowNanos()) / 1_000_000;
      text += ", next try in " + millis + " ms";
    }
    return new DeviceInfo(
        settings.name(),
        settings.bareIp() ? "tun" : "tap",
        up,
        text,
        capabilities,
        statistics.asMap(queue.size()),
        settings.asMap());
  }

  // ---- hand-over ----

  @Override
  public void open(Handover handover) throws HandoverException {
    HandoverReader reader = handover.reader();
    boolean attached = !handover.attachments().isEmpty();
    int statistic = 0;
    while (reader.next()) {
      switch (reader.tag()) {
        case TAG_STATISTIC -> statistics.restore(statistic++, reader.longValue());
        case TAG_DESCRIPTOR -> {
          Object attachment = attached ? handover.attachment(reader.intValue()) : NO_DESCRIPTOR;
          kept = attachment instanceof Descriptor ? (Descriptor) attachment : null;
        }
        case TAG_OUTLASTING -> outlasting = reader.booleanValue();
        case TAG_QUEUE -> {
          if (attached) {
            queue = reader.attachment(handover, PacketQueue.class);
          }
        }
        default -> {
          // of a later version, which works without it having been kept
        }
      }
    }
  }

  @Override
  public Handover export() {
    HandoverWriter writer = new HandoverWriter(slot(), STATE_VERSION);
    for (int i = 0; i < TapStatistics.COUNT; i++) {
      writer.putLong(TAG_STATISTIC, statistics.value(i));
    }
    Descriptor open = port != null ? port.descriptor() : kept;
    writer.putAttachment(TAG_DESCRIPTOR, open == null ? NO_DESCRIPTOR : open);
    writer.putAttachment(TAG_QUEUE, queue);
    if (outlasting) {
      writer.putBoolean(TAG_OUTLASTING, true);
    }
    exported = true;
    return writer.finish();
  }

  private String slot() {
    return NetworkDevice.slotOf(settings.name());
  }

  @Override
  public void close(CloseReason reason) {
    onClose.accept(this);
    lane.timers().cancel(reopen);
    lane.timers().cancel(retry);
    if (reason != CloseReason.HANDED_OVER || !exported) {
      shut();
    }
    port = null;
    queue = new PacketQueue();
    started = true;
    kept = null;
  }
}
