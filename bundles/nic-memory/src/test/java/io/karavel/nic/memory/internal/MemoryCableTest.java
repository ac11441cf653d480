package io.karavel.nic.memory.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.karavel.engine.CloseReason;
import io.karavel.engine.DropReason;
import io.karavel.engine.Handover;
import io.karavel.engine.Timer;
import io.karavel.nic.FrameSink;
import io.karavel.nic.MemoryCableSettings;
import io.karavel.packet.PacketBuffer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MemoryCableTest {
  private static final long MILLI = 1_000_000;

  private final AtomicLong clock = new AtomicLong(1_000_000_000_000L);
  private final TestLane leftLane = new TestLane(clock);
  private final TestLane rightLane = new TestLane(clock);
  private MemoryCable cable;
  private MemoryDevice left;
  private MemoryDevice right;
  private final List<Integer> arrived = new ArrayList<>();

  private static MemoryCableSettings settings(Object... keysAndValues) throws Exception {
    Map<String, Object> raw = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      raw.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return MemoryCableSettings.parse("c", raw);
  }

  @BeforeEach
  void plugInBothEnds() throws Exception {
    cable = new MemoryCable(settings());
    left = device(leftLane, MemoryCable.End.LEFT, Handover.empty("nic:c-left"));
    right = device(rightLane, MemoryCable.End.RIGHT, Handover.empty("nic:c-right"));
    receive(left);
    receive(right);
  }

  private MemoryDevice device(TestLane lane, MemoryCable.End end, Handover kept) throws Exception {
    MemoryDevice device = new MemoryDevice(lane, cable, end);
    device.open(kept);
    return device;
  }

  private static PacketBuffer frame(TestLane lane, int length, int number) {
    PacketBuffer frame = lane.packets().allocate(length);
    int at = frame.append(length);
    frame.memory().putInt(at + 14, number);
    return frame;
  }

  private void send(int number) {
    left.transmit(frame(leftLane, 100, number));
    left.flush();
  }

  /** Everything that a device hands up now, as numbers. */
  private List<Integer> receive(MemoryDevice device) {
    arrived.clear();
    while (device.poll(
            frame -> {
              arrived.add(frame.memory().getInt(frame.offset() + 14));
              frame.release();
            },
            16)
        == 16) {
      // more to come
    }
    return new ArrayList<>(arrived);
  }

  @Test
  void aFrameReachesTheOtherLaneInItsOwnBufferAndWakesIt() {
    int wakes = rightLane.wakes.get();
    left.transmit(frame(leftLane, 100, 7));
    assertThat(rightLane.wakes.get()).isEqualTo(wakes);
    left.flush();
    assertThat(rightLane.wakes.get()).isEqualTo(wakes + 1);
    assertThat(leftLane.packets().outstanding()).isZero();
    assertThat(receive(right)).containsExactly(7);
    assertThat(rightLane.packets().outstanding()).isZero();
    assertThat(receive(left)).isEmpty();
  }

  @Test
  void bothDirectionsWorkAndCount() {
    send(1);
    send(2);
    assertThat(receive(right)).containsExactly(1, 2);
    right.transmit(frame(rightLane, 60, 3));
    right.flush();
    assertThat(receive(left)).containsExactly(3);
    assertThat(left.info().statistics())
        .containsEntry("txPackets", 2L)
        .containsEntry("txBytes", 200L)
        .containsEntry("rxPackets", 1L)
        .containsEntry("rxBytes", 60L);
    assertThat(left.info().driver()).isEqualTo("memory");
    assertThat(left.info().up()).isTrue();
  }

  @Test
  void theBudgetIsHonoured() {
    for (int i = 0; i < 10; i++) {
      send(i);
    }
    assertThat(right.poll(PacketBuffer::release, 4)).isEqualTo(4);
    assertThat(receive(right)).containsExactly(4, 5, 6, 7, 8, 9);
  }

  @Test
  void aDelayedFrameArrivesWhenTheTimerOfTheReceivingLaneSaysSo() throws Exception {
    cable.settings(settings("delayMs", 5));
    send(1);
    clock.addAndGet(MILLI);
    send(2);
    assertThat(receive(right)).isEmpty();
    assertThat(rightLane.nextDeadlineNanos()).isEqualTo(clock.get() + 4 * MILLI);
    clock.addAndGet(4 * MILLI);
    rightLane.expire();
    assertThat(rightLane.again).isEqualTo(1);
    assertThat(receive(right)).containsExactly(1);
    assertThat(rightLane.nextDeadlineNanos()).isEqualTo(clock.get() + MILLI);
    clock.addAndGet(MILLI);
    assertThat(receive(right)).containsExactly(2);
    assertThat(rightLane.nextDeadlineNanos()).isEqualTo(Timer.NOT_ARMED);
  }

  @Test
  void jitterMsIsLiveAndVariesTheDelayByNoMoreThanItself() throws Exception {
    cable.settings(settings("delayMs", 10, "jitterMs", 4));
    for (int i = 0; i < 50; i++) {
      send(i);
      long sent = clock.get();
      assertThat(receive(right)).isEmpty();
      long due = rightLane.nextDeadlineNanos();
      assertThat(due - sent).isBetween(6 * MILLI, 14 * MILLI);
      clock.set(due);
      rightLane.expire();
      assertThat(receive(right)).containsExactly(i);
    }
    cable.settings(settings("delayMs", 10));
    send(51);
    assertThat(receive(right)).isEmpty();
    assertThat(rightLane.nextDeadlineNanos()).isEqualTo(clock.get() + 10 * MILLI);
  }

  @Test
  void framesHeldBackAreOvertaken() throws Exception {
    cable.settings(settings("reorderPercent", 100, "reorderDelayMs", 2));
    send(1);
    cable.settings(settings());
    send(2);
    send(3);
    assertThat(receive(right)).containsExactly(2, 3);
    clock.addAndGet(2 * MILLI);
    assertThat(receive(right)).containsExactly(1);
  }

  @Test
  void impairmentOfEachKindIsLive() throws Exception {
    cable.settings(settings("lossPercent", 100));
    send(1);
    assertThat(receive(right)).isEmpty();
    assertThat(leftLane.drops().dropped(DropReason.IMPAIRMENT_LOSS)).isEqualTo(1);
    cable.settings(settings("duplicatePercent", 100));
    send(2);
    assertThat(receive(right)).containsExactly(2, 2);
    cable.settings(settings("corruptPercent", 100));
    send(0);
    PacketBuffer[] damaged = new PacketBuffer[1];
    right.poll(frame -> damaged[0] = frame, 1);
    int bits = 0;
    for (int i = 0; i < 100; i++) {
      bits += Integer.bitCount(damaged[0].memory().get(damaged[0].offset() + i) & 0xff);
    }
    assertThat(bits).isEqualTo(1);
    damaged[0].release();
    // 100 bytes at 1 Mbit/s take 0.8 ms; the queue holds one
    cable.settings(settings("rateBitsPerSecond", 1_000_000, "queueFrames", 1));
    send(4);
    send(5);
    assertThat(leftLane.drops().dropped(DropReason.IMPAIRMENT_QUEUE)).isEqualTo(1);
    assertThat(receive(right)).isEmpty();
    clock.addAndGet(800_000);
    assertThat(receive(right)).containsExactly(4);
    cable.settings(settings());
    send(6);
    assertThat(receive(right)).containsExactly(6);
  }

  @Test
  void aFrameLargerThanTheMtuIsDroppedUnlessItIsASuperSegment() throws Exception {
    left.transmit(frame(leftLane, 1514, 1));
    left.transmit(frame(leftLane, 1515, 2));
    PacketBuffer superSegment = frame(leftLane, 60_000, 3);
    superSegment.checksumPartial(superSegment.offset() + 34, 16);
    superSegment.segmentation(PacketBuffer.SEGMENTATION_TCP4, 1460);
    left.transmit(superSegment);
    assertThat(receive(right)).containsExactly(1, 3);
    assertThat(leftLane.drops().dropped(DropReason.DEVICE_TOO_LARGE)).isEqualTo(1);
    cable.settings(settings("mtu", 9000));
    left.transmit(frame(leftLane, 9014, 4));
    assertThat(receive(right)).containsExactly(4);
    cable.settings(settings("mode", "ip"));
    assertThat(left.capabilities().bareIp()).isTrue();
    left.transmit(frame(leftLane, 1501, 5));
    assertThat(receive(right)).isEmpty();
  }

  @Test
  void capabilitiesFollowTheConfiguration() throws Exception {
    assertThat(left.capabilities().transmitChecksum()).isTrue();
    assertThat(left.capabilities().segmentationBytes()).isEqualTo(65535);
    assertThat(left.capabilities().needsPolling()).isFalse();
    int wakes = leftLane.wakes.get();
    cable.settings(settings("offloads", false, "mtu", 1280));
    assertThat(leftLane.wakes.get()).isGreaterThan(wakes);
    assertThat(left.capabilities().transmitChecksum()).isFalse();
    assertThat(left.capabilities().segmentationBytes()).isZero();
    assertThat(left.capabilities().mtu()).isEqualTo(1280);
    assertThat(left.info().settings()).containsEntry("offloads", false).containsEntry("mtu", 1280L);
    assertThat(left.capabilities().bareIp()).isFalse();
    cable.settings(settings("mode", "ip"));
    assertThat(left.capabilities().bareIp()).isTrue();
    assertThat(right.capabilities().bareIp()).isTrue();
  }

  @Test
  void theCableGrowsToItsLimitAndDropsWhatIsMore() throws Exception {
    cable.settings(settings("inFlightBytes", 1024 * 1024, "mtu", 9000));
    int sent = 0;
    while (leftLane.drops().dropped(DropReason.DEVICE_QUEUE_FULL) == 0 && sent < 1000) {
      left.transmit(frame(leftLane, 9000, sent++));
    }
    assertThat(sent * 9000).isBetween(1024 * 1024 - 300_000, 1024 * 1024 + 9000);
    List<Integer> received = receive(right);
    assertThat(received).hasSize(sent - 1);
    for (int i = 0; i < received.size(); i++) {
      assertThat(received.get(i)).isEqualTo(i);
    }
    send(9999);
    assertThat(receive(right)).containsExactly(9999);
    assertThat(leftLane.packets().outstanding()).isZero();
  }

  @Test
  void whatIsSentBeforeTheOtherEndIsThereWaitsForIt() throws Exception {
    cable = new MemoryCable(settings());
    left = device(leftLane, MemoryCable.End.LEFT, Handover.empty("nic:c-left"));
    send(1);
    assertThat(left.info().up()).isFalse();
    assertThat(left.info().status()).isEqualTo("nobody uses c-right");
    right = device(rightLane, MemoryCable.End.RIGHT, Handover.empty("nic:c-right"));
    assertThat(receive(right)).containsExactly(1);
    assertThat(left.info().up()).isTrue();
  }

  @Test
  void anEndThatIsGoneForGoodTakesTheLinkDownUntilItComesBack() throws Exception {
    right.close(CloseReason.DISPOSED);
    send(1);
    assertThat(leftLane.drops().dropped(DropReason.DEVICE_DOWN)).isEqualTo(1);
    assertThat(left.info().up()).isFalse();
    right = device(rightLane, MemoryCable.End.RIGHT, Handover.empty("nic:c-right"));
    receive(right);
    send(2);
    assertThat(receive(right)).containsExactly(2);
  }

  @Test
  void keptStateThatIsDisposedOfTakesTheLinkDownUntilTheEndComesBack() throws Exception {
    Handover kept = right.export();
    right.close(CloseReason.HANDED_OVER);
    send(1);
    assertThat(leftLane.drops().snapshot()).isEmpty();
    for (Object attachment : kept.attachments()) {
      if (attachment instanceof AutoCloseable closeable) {
        closeable.close(); // as the engine does with state that nobody comes for
      }
    }
    send(2);
    assertThat(leftLane.drops().dropped(DropReason.DEVICE_DOWN)).isEqualTo(1);
    assertThat(left.info().up()).isFalse();
    right = device(rightLane, MemoryCable.End.RIGHT, Handover.empty("nic:c-right"));
    receive(right);
    send(3);
    assertThat(receive(right)).containsExactly(3);
    right.transmit(frame(rightLane, 60, 4));
    assertThat(receive(left)).containsExactly(4);
    assertThat(left.info().up()).isTrue();
  }

  private void sendFiveOfWhichTwoAreHeldBack() throws Exception {
    cable.settings(settings("delayMs", 1, "reorderPercent", 100, "reorderDelayMs", 2));
    send(1);
    send(2);
    receive(right); // takes the two into its own keeping
    cable.settings(settings("delayMs", 1));
    send(3);
    send(4);
    send(5);
  }

  @Test
  void framesInFlightOutliveTheReceivingDevice() throws Exception {
    sendFiveOfWhichTwoAreHeldBack();
    Handover kept = right.export();
    right.close(CloseReason.HANDED_OVER);
    assertThat(rightLane.packets().outstanding()).isZero();
    assertThat(rightLane.timers().armed()).isZero();
    send(6);
    right = device(rightLane, MemoryCable.End.RIGHT, kept);
    assertThat(receive(right)).isEmpty();
    clock.addAndGet(MILLI);
    assertThat(receive(right)).containsExactly(3, 4, 5, 6);
    clock.addAndGet(2 * MILLI);
    assertThat(receive(right)).containsExactly(1, 2);
    assertThat(right.info().statistics()).containsEntry("rxPackets", 6L);
  }

  @Test
  void framesInFlightOutliveTheWholeDriverWhicheverEndLeavesFirst() throws Exception {
    for (boolean leftFirst : new boolean[] {true, false}) {
      plugInBothEnds();
      sendFiveOfWhichTwoAreHeldBack();
      MemoryDevice oldLeft = left;
      Handover keptRight = right.export();
      right.close(CloseReason.HANDED_OVER);
      send(6); // the old sender goes on while the old receiver is gone

      // another version of the bundle: other objects all over
      cable = new MemoryCable(cable.settings());
      if (leftFirst) {
        Handover keptLeft = oldLeft.export();
        oldLeft.close(CloseReason.HANDED_OVER);
        left = device(leftLane, MemoryCable.End.LEFT, keptLeft);
        send(7);
        right = device(rightLane, MemoryCable.End.RIGHT, keptRight);
        receive(right);
      } else {
        right = device(rightLane, MemoryCable.End.RIGHT, keptRight);
        receive(right);
        int wakes = rightLane.wakes.get();
        send(7);
        assertThat(rightLane.wakes.get()).as("the new receiver").isEqualTo(wakes + 1);
        Handover keptLeft = oldLeft.export();
        oldLeft.close(CloseReason.HANDED_OVER);
        left = device(leftLane, MemoryCable.End.LEFT, keptLeft);
      }
      send(8);
      clock.addAndGet(MILLI);
      assertThat(receive(right)).as("left first: " + leftFirst).containsExactly(3, 4, 5, 6, 7, 8);
      clock.addAndGet(2 * MILLI);
      assertThat(receive(right)).containsExactly(1, 2);
      right.transmit(frame(rightLane, 60, 9));
      clock.addAndGet(MILLI);
      assertThat(receive(left)).containsExactly(9);
    }
  }

  @Test
  void chanceGoesOnWhereItWasAcrossASwap() throws Exception {
    MemoryCableSettings lossy = settings("lossPercent", 50);
    cable.settings(lossy);
    for (int i = 0; i < 200; i++) {
      send(i);
    }
    final List<Integer> unswapped = receive(right);
    plugInBothEnds();
    cable.settings(lossy);
    for (int i = 0; i < 200; i++) {
      if (i % 20 == 10) {
        Handover kept = left.export();
        left.close(CloseReason.HANDED_OVER);
        left = device(leftLane, MemoryCable.End.LEFT, kept);
      }
      send(i);
    }
    assertThat(receive(right)).isEqualTo(unswapped);
  }

  @Test
  void aCopyOpenedFromBytesExportsTheSameAndTakesNothing() throws Exception {
    sendFiveOfWhichTwoAreHeldBack();
    Handover kept = right.export();
    TestLane scratch = new TestLane(clock);
    MemoryDevice copy =
        device(
            scratch,
            MemoryCable.End.RIGHT,
            Handover.restored(kept.slot(), kept.version(), kept.form()));
    assertThat(copy.export().sameForm(kept)).isTrue();
    copy.close(CloseReason.HANDED_OVER);
    assertThat(scratch.packets().outstanding()).isZero();
    clock.addAndGet(3 * MILLI);
    assertThat(receive(right)).containsExactly(3, 4, 5, 1, 2);
  }

  @Test
  void aFrameAcrossTheCableMakesNoGarbage() throws Exception {
    cable.settings(settings("delayMs", 0.01, "reorderPercent", 10, "duplicatePercent", 5));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    FrameSink sink = PacketBuffer::release;
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < 1000; i++) {
        left.transmit(frame(leftLane, 1000, i));
        left.flush();
        clock.addAndGet(20_000);
        right.poll(sink, 16);
      }
      least = Math.min(least, (threads.getThreadAllocatedBytes(id) - before) / 1000);
    }
    assertThat(least).isZero();
  }

  @Test
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void twoThreadsExchangeFramesInBothDirections() throws Exception {
    int frames = 50_000;
    int[] wrong = new int[2];
    Thread other = new Thread(() -> exchange(right, rightLane, frames, wrong, 1));
    other.start();
    exchange(left, leftLane, frames, wrong, 0);
    other.join();
    assertThat(wrong).containsExactly(0, 0);
    assertThat(leftLane.drops().snapshot()).isEmpty();
    assertThat(leftLane.packets().outstanding()).isZero();
    assertThat(rightLane.packets().outstanding()).isZero();
  }

  private static void exchange(
      MemoryDevice device, TestLane lane, int frames, int[] wrong, int me) {
    int[] next = {0};
    int sent = 0;
    while (next[0] < frames || sent < frames) {
      // never more than a window ahead of what has come in, so that nothing is dropped
      if (sent < frames && sent - next[0] < 1000) {
        device.transmit(frame(lane, 60 + sent % 1000, sent++));
        device.flush();
      }
      device.poll(
          frame -> {
            int number = frame.memory().getInt(frame.offset() + 14);
            wrong[me] += number == next[0] && frame.length() == 60 + number % 1000 ? 0 : 1;
            next[0]++;
            frame.release();
          },
          64);
    }
  }

  @Test
  void readsTheGoldenFileOfVersion1() throws Exception {
    sendFiveOfWhichTwoAreHeldBack();
    assertThat(HexFormat.of().formatHex(right.export().form()))
        .isEqualTo(HexFormat.of().formatHex(golden()));
    MemoryDevice copy =
        device(
            new TestLane(clock),
            MemoryCable.End.RIGHT,
            Handover.restored("nic:c-right", 1, golden()));
    assertThat(copy.export().form()).isEqualTo(golden());
  }

  private static byte[] golden() throws IOException {
    try (InputStream in = MemoryCableTest.class.getResourceAsStream("memory-state-v1.hex")) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }
  }
}
