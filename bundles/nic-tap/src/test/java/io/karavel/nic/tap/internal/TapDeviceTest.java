package io.karavel.nic.tap.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.CloseReason;
import io.karavel.engine.DropReason;
import io.karavel.engine.Event;
import io.karavel.engine.Handover;
import io.karavel.linux.Errno;
import io.karavel.linux.VirtioNetHeader;
import io.karavel.nic.TapSettings;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The device against a kernel that the test plays; the real one is met in the interop tests. */
@EnabledOnOs(OS.LINUX) // closing a descriptor is a call of Linux
class TapDeviceTest {
  private static final long MILLI = 1_000_000;

  private final AtomicLong clock = new AtomicLong(5_000_000_000L);
  private final TestLane lane = new TestLane(clock);
  private final FakeTap kernel = new FakeTap();
  private final TapDeviceFactory factory;
  private TapDevice device;
  private final List<PacketBuffer> received = new ArrayList<>();

  TapDeviceTest() throws Exception {
    factory = new TapDeviceFactory(settings(), kernel);
    device = device(Handover.empty("nic:tap0"));
  }

  private static TapSettings settings(Object... keysAndValues) throws Exception {
    Map<String, Object> raw = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      raw.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return TapSettings.parse("tap0", raw);
  }

  private TapDevice device(Handover kept) throws Exception {
    TapDevice made = (TapDevice) factory.create(lane);
    made.open(kept);
    return made;
  }

  private int poll() {
    received.clear();
    return device.poll(received::add, 64);
  }

  private PacketBuffer frame(int length, int mark) {
    PacketBuffer frame = lane.packets().allocate(length);
    int at = frame.append(length);
    frame.memory().put(at, (byte) mark);
    return frame;
  }

  private byte[] fromKernel(int length, int flags, int gsoType, int gsoSize) {
    ByteBuffer bytes = ByteBuffer.allocate(10 + length);
    VirtioNetHeader.write(bytes, 0, flags, gsoType, 54, gsoSize, 34, 16);
    for (int i = 0; i < length; i++) {
      bytes.put(10 + i, (byte) (i * 31));
    }
    return bytes.array();
  }

  private static boolean isIntact(PacketBuffer frame, int length) {
    for (int i = 0; i < length; i++) {
      if (frame.memory().get(frame.offset() + i) != (byte) (i * 31)) {
        return false;
      }
    }
    return frame.length() == length;
  }

  private void advance(long nanos) {
    clock.addAndGet(nanos);
    lane.expire();
  }

  @Test
  void anInstanceThatIsOnlyTriedOutOpensNothing() {
    assertThat(kernel.opened).isEmpty();
    assertThat(device.readinessDescriptor()).isEqualTo(-1);
    poll();
    assertThat(kernel.opened).containsExactly("tap0");
    assertThat(device.info().status()).isEqualTo("up");
    assertThat(device.info().driver()).isEqualTo("tap");
  }

  @Test
  void framesOfEverySizeArriveInOnePieceInBuffersOfTheirSize() {
    int[] lengths = {60, 1514, PacketPool.SMALL_CAPACITY, PacketPool.SMALL_CAPACITY + 1, 65549};
    for (int length : lengths) {
      kernel.toRead.add(fromKernel(length, 0, VirtioNetHeader.GSO_NONE, 0));
    }
    assertThat(poll()).isEqualTo(5);
    for (int i = 0; i < lengths.length; i++) {
      PacketBuffer frame = received.get(i);
      assertThat(isIntact(frame, lengths[i])).as("length " + lengths[i]).isTrue();
      boolean small = lengths[i] <= PacketPool.SMALL_CAPACITY;
      assertThat(frame.memory().capacity())
          .isEqualTo(
              PacketPool.HEADROOM
                  + (small ? PacketPool.SMALL_CAPACITY : PacketPool.LARGE_CAPACITY));
      assertThat(frame.headroom()).isEqualTo(PacketPool.HEADROOM);
      assertThat(frame.checksumState()).isEqualTo(PacketBuffer.CHECKSUM_UNKNOWN);
      frame.release();
    }
    assertThat(lane.packets().outstanding()).isZero();
  }

  @Test
  void aSuperSegmentArrivesWithItsMarksAndAMalformedHeaderIsADrop() {
    kernel.toRead.add(
        fromKernel(30_000, VirtioNetHeader.FLAG_NEEDS_CSUM, VirtioNetHeader.GSO_TCPV4, 1448));
    kernel.toRead.add(fromKernel(40, VirtioNetHeader.FLAG_NEEDS_CSUM, 0, 0)); // field outside
    kernel.toRead.add(new byte[10]); // nothing behind the header
    kernel.toRead.add(new byte[4]); // not even a header
    assertThat(poll()).isEqualTo(4);
    assertThat(received).hasSize(1);
    PacketBuffer frame = received.get(0);
    assertThat(frame.segmentationType()).isEqualTo(PacketBuffer.SEGMENTATION_TCP4);
    assertThat(frame.segmentSize()).isEqualTo(1448);
    assertThat(frame.checksumState()).isEqualTo(PacketBuffer.CHECKSUM_PARTIAL);
    assertThat(frame.checksumStart()).isEqualTo(frame.offset() + 34);
    frame.release();
    assertThat(lane.drops().dropped(DropReason.DEVICE_HEADER)).isEqualTo(3);
    assertThat(device.info().statistics())
        .containsEntry("rxPackets", 1L)
        .containsEntry("rxBytes", 30_000L)
        .containsEntry("rxErrors", 3L);
    assertThat(lane.packets().outstanding()).isZero();
  }

  @Test
  void theBudgetIsHonoured() {
    for (int i = 0; i < 5; i++) {
      kernel.toRead.add(fromKernel(60, 0, 0, 0));
    }
    assertThat(device.poll(PacketBuffer::release, 3)).isEqualTo(3);
    assertThat(device.poll(PacketBuffer::release, 3)).isEqualTo(2);
  }

  @Test
  void writesAFrameWithItsSlicesAndLetsItGo() {
    PacketBuffer frame = frame(54, 7);
    ByteBuffer payload = ByteBuffer.allocateDirect(100).put(99, (byte) 9);
    frame.addSlice(payload, 50, 50);
    device.transmit(frame);
    assertThat(kernel.written).hasSize(1);
    assertThat(kernel.written.get(0)).hasSize(104).startsWith(7).endsWith(9);
    assertThat(lane.packets().outstanding()).isZero();
    assertThat(device.info().statistics())
        .containsEntry("txPackets", 1L)
        .containsEntry("txBytes", 104L);
  }

  @Test
  void capabilitiesAreWhatTheKernelAgreedTo() throws Exception {
    poll();
    assertThat(device.capabilities().transmitChecksum()).isTrue();
    assertThat(device.capabilities().segmentationBytes()).isEqualTo(65535);
    factory.settings(settings("offloads", false, "mtu", 9000));
    assertThat(device.capabilities().transmitChecksum()).isFalse();
    assertThat(device.capabilities().segmentationBytes()).isZero();
    assertThat(device.capabilities().mtu()).isEqualTo(9000);
    assertThat(kernel.opened).as("not opened anew").hasSize(1);
    kernel.kernelHasOffloads = false;
    factory.settings(settings("offloads", true));
    assertThat(device.capabilities().transmitChecksum()).isFalse();
  }

  @Test
  void withoutVirtioHeaderOnlyPlainFramesAreWritten() {
    kernel.headerBytes = 0;
    poll();
    assertThat(device.capabilities().transmitChecksum()).isFalse();
    PacketBuffer partial = frame(60, 1);
    partial.checksumPartial(partial.offset() + 34, 16);
    device.transmit(partial);
    assertThat(lane.drops().dropped(DropReason.DEVICE_HEADER)).isEqualTo(1);
    PacketBuffer superSegment = frame(9000, 1);
    superSegment.segmentation(PacketBuffer.SEGMENTATION_TCP4, 1448);
    device.transmit(superSegment);
    assertThat(lane.drops().dropped(DropReason.DEVICE_TOO_LARGE)).isEqualTo(1);
    device.transmit(frame(60, 2));
    assertThat(kernel.written).hasSize(1);
  }

  @Test
  void aFrameLargerThanTheMtuIsDropped() throws Exception {
    device.transmit(frame(1514, 1));
    device.transmit(frame(1515, 1));
    assertThat(kernel.written).hasSize(1);
    assertThat(lane.drops().dropped(DropReason.DEVICE_TOO_LARGE)).isEqualTo(1);
    factory.settings(settings("mode", "tun"));
    device.transmit(frame(1501, 1));
    device.transmit(frame(1500, 1));
    assertThat(kernel.written).hasSize(2);
  }

  @Test
  void framesWaitInOrderWhileTheKernelTakesNoneAndTheRestIsDropped() throws Exception {
    factory.settings(settings("queueFrames", 3, "retryMs", 2));
    poll();
    kernel.writeErrno = Errno.EAGAIN;
    for (int i = 0; i < 5; i++) {
      device.transmit(frame(60, i));
    }
    assertThat(lane.drops().dropped(DropReason.DEVICE_QUEUE_FULL)).isEqualTo(2);
    assertThat(device.info().statistics()).containsEntry("txQueued", 3L);
    assertThat(lane.nextDeadlineNanos()).isEqualTo(clock.get() + 2 * MILLI);
    advance(2 * MILLI);
    assertThat(lane.again).isPositive();
    device.flush();
    assertThat(kernel.written).isEmpty();
    assertThat(lane.nextDeadlineNanos()).isEqualTo(clock.get() + 2 * MILLI);
    kernel.writeErrno = 0;
    device.transmit(frame(60, 9));
    device.flush();
    assertThat(kernel.written).extracting(bytes -> (int) bytes[0]).containsExactly(0, 1, 2);
    device.transmit(frame(60, 9));
    assertThat(kernel.written).hasSize(4);
    assertThat(lane.packets().outstanding()).isZero();
  }

  @Test
  void anInterfaceThatLinuxHasSetDownDropsAndComesBackByItself() {
    poll();
    kernel.writeErrno = Errno.EIO;
    device.transmit(frame(60, 1));
    assertThat(lane.drops().dropped(DropReason.DEVICE_DOWN)).isEqualTo(1);
    assertThat(device.info().status()).isEqualTo("Linux has set interface tap0 down");
    assertThat(kernel.current.descriptor.isClosed()).isFalse();
    kernel.writeErrno = 0;
    device.transmit(frame(60, 1));
    assertThat(device.info().status()).isEqualTo("up");
  }

  @Test
  void aRefusedFrameIsCountedAndHarmsNothing() {
    poll();
    kernel.writeErrno = Errno.EINVAL;
    device.transmit(frame(60, 1));
    assertThat(lane.drops().dropped(DropReason.DEVICE_HEADER)).isEqualTo(1);
    assertThat(device.info().statistics()).containsEntry("txErrors", 1L);
    kernel.writeErrno = 0;
    device.transmit(frame(60, 1));
    assertThat(kernel.written).hasSize(1);
  }

  @Test
  void aDeviceThatVanishesIsReportedAndOpenedAgainWithBackOff() throws Exception {
    factory.settings(settings("reopenMinMs", 100, "reopenMaxMs", 300));
    poll();
    kernel.readErrno = Errno.EBADFD;
    kernel.refusal = "TUNSETIFF tap0: EBUSY, device or resource busy";
    FakeTap.Port gone = kernel.current;
    poll();
    assertThat(gone.descriptor.isClosed()).isTrue();
    assertThat(device.readinessDescriptor()).isEqualTo(-1);
    assertThat(device.info().up()).isFalse();
    assertThat(device.info().status())
        .contains("interface tap0 vanished (EBADFD")
        .endsWith("next try in 100 ms");
    device.transmit(frame(60, 1));
    assertThat(lane.drops().dropped(DropReason.DEVICE_DOWN)).isEqualTo(1);

    // 100, 200, 300, 300: doubled up to the longest
    for (long millis : new long[] {100, 200, 300, 300}) {
      assertThat(lane.nextDeadlineNanos()).isEqualTo(clock.get() + millis * MILLI);
      advance(millis * MILLI);
      assertThat(device.info().status()).contains("EBUSY");
    }
    kernel.refusal = null;
    kernel.readErrno = Errno.EAGAIN;
    advance(300 * MILLI);
    assertThat(device.info().status()).isEqualTo("up");
    kernel.toRead.add(fromKernel(60, 0, 0, 0));
    assertThat(poll()).isEqualTo(1);
    received.forEach(PacketBuffer::release);
    // said once each, not with every try
    assertThat(lane.events().since(0))
        .extracting(Event::text)
        .satisfiesExactly(
            text -> assertThat(text).isEqualTo("up"),
            text -> assertThat(text).contains("vanished"),
            text -> assertThat(text).contains("EBUSY"),
            text -> assertThat(text).isEqualTo("up"));
  }

  @Test
  void aDeviceThatCannotBeOpenedStaysInItsSlotAndTriesAgain() {
    kernel.refusal = "open /dev/net/tun: ENOENT, no such file";
    poll();
    assertThat(device.info().up()).isFalse();
    assertThat(device.info().status()).startsWith("open /dev/net/tun: ENOENT, no such file");
    assertThat(device.capabilities().mtu()).isEqualTo(1500);
    kernel.refusal = null;
    advance(100 * MILLI);
    assertThat(device.info().up()).isTrue();
  }

  @Test
  void anotherNameOrModeOpensTheInterfaceAnewAtOnce() throws Exception {
    poll();
    FakeTap.Port first = kernel.current;
    factory.settings(settings("interfaceName", "other"));
    assertThat(first.descriptor.isClosed()).isTrue();
    assertThat(kernel.opened).containsExactly("tap0", "other");
    factory.settings(settings("interfaceName", "other", "mode", "tun"));
    assertThat(kernel.opened).containsExactly("tap0", "other", "other");
    assertThat(device.capabilities().bareIp()).isTrue();
    assertThat(device.info().driver()).isEqualTo("tun");
  }

  @Test
  void aShorterBackOffHelpsADeviceThatWaits() throws Exception {
    kernel.refusal = "busy";
    poll();
    advance(100 * MILLI);
    assertThat(lane.nextDeadlineNanos()).isEqualTo(clock.get() + 200 * MILLI);
    factory.settings(settings("reopenMinMs", 10));
    assertThat(lane.nextDeadlineNanos()).isEqualTo(clock.get() + 10 * MILLI);
  }

  @Test
  void whatCouldNotBeConfiguredIsSaidAndTheDeviceWorks() {
    kernel.configureProblems = List.of("tap0 mtu 1500: EPERM, operation not permitted");
    poll();
    assertThat(device.info().up()).isTrue();
    assertThat(device.info().status())
        .isEqualTo("up; tap0 mtu 1500: EPERM, operation not permitted");
  }

  @Test
  void theSuccessorGoesOnWithTheSameDescriptorQueueAndCounts() throws Exception {
    poll();
    device.transmit(frame(60, 1));
    kernel.writeErrno = Errno.EAGAIN;
    device.transmit(frame(60, 2));
    Handover kept = device.export();
    TapDevice old = device;
    device = device(kept);
    old.close(CloseReason.HANDED_OVER);
    assertThat(lane.timers().armed()).isZero();
    kernel.writeErrno = 0;
    poll();
    device.flush();
    assertThat(kernel.adopted).isEqualTo(1);
    assertThat(kernel.opened).hasSize(1);
    assertThat(kernel.current.descriptor.isClosed()).isFalse();
    assertThat(kernel.written).extracting(bytes -> (int) bytes[0]).containsExactly(1, 2);
    assertThat(device.info().statistics()).containsEntry("txPackets", 2L);
    assertThat(lane.packets().outstanding()).isZero();
  }

  @Test
  void itsInterfaceStaysOverARestartAndNoLonger() throws Exception {
    device.poll(frame -> {}, 1);
    device.outlast(true);
    assertThat(kernel.persistence).containsExactly(true);
    Handover kept = device.export();
    device.close(CloseReason.HANDED_OVER);
    TapDevice next = device(Handover.restored(kept.slot(), kept.version(), kept.form()));
    next.poll(frame -> {}, 1);
    assertThat(kernel.persistence).containsExactly(true, false);
    assertThat(next.info().up()).isTrue();
  }

  @Test
  void anInterfaceThatDoesNotHaveToStayAfterAllDoesNot() {
    device.poll(frame -> {}, 1);
    device.outlast(true);
    device.outlast(false);
    device.outlast(false);
    assertThat(kernel.persistence).containsExactly(true, false);
  }

  @Test
  void aSuccessorForAnotherInterfaceClosesWhatItWasGiven() throws Exception {
    poll();
    FakeTap.Port first = kernel.current;
    Handover kept = device.export();
    device.close(CloseReason.HANDED_OVER);
    factory.settings(settings("interfaceName", "other"));
    device = device(kept);
    poll();
    assertThat(first.descriptor.isClosed()).isTrue();
    assertThat(kernel.opened).containsExactly("tap0", "other");
  }

  @Test
  void aCopyOpenedFromBytesExportsTheSameAndTakesNothing() throws Exception {
    poll();
    device.transmit(frame(60, 1));
    Handover kept = device.export();
    TapDevice copy = device(Handover.restored(kept.slot(), kept.version(), kept.form()));
    assertThat(copy.export().sameForm(kept)).isTrue();
    copy.close(CloseReason.HANDED_OVER);
    assertThat(kernel.opened).hasSize(1);
    assertThat(kernel.current.descriptor.isClosed()).isFalse();
    device.transmit(frame(60, 1));
    assertThat(kernel.written).hasSize(2);
  }

  @Test
  void theInterfaceIsClosedWhenTheDeviceIsDisposedOfOrItsKeptStateIs() throws Exception {
    poll();
    FakeTap.Port first = kernel.current;
    device.close(CloseReason.DISPOSED);
    assertThat(first.descriptor.isClosed()).isTrue();

    device = device(Handover.empty("nic:tap0"));
    poll();
    Handover kept = device.export();
    device.close(CloseReason.HANDED_OVER);
    assertThat(kernel.current.descriptor.isClosed()).isFalse();
    for (Object attachment : kept.attachments()) {
      if (attachment instanceof AutoCloseable closeable) {
        closeable.close(); // as the engine does with state that nobody comes for
      }
    }
    assertThat(kernel.current.descriptor.isClosed()).isTrue();
  }

  @Test
  void readsTheGoldenFileOfVersion1() throws Exception {
    poll();
    device.transmit(frame(60, 1));
    assertThat(HexFormat.of().formatHex(device.export().form()))
        .isEqualTo(HexFormat.of().formatHex(golden()));
    TapDevice copy = device(Handover.restored("nic:tap0", 1, golden()));
    assertThat(copy.export().form()).isEqualTo(golden());
  }

  private static byte[] golden() throws IOException {
    try (InputStream in = TapDeviceTest.class.getResourceAsStream("tap-state-v1.hex")) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }
  }
}
