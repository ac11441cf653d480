package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.engine.Timer;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.FrameTap;
import io.karavel.nic.TapPoint;
import io.karavel.packet.PacketBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Taps between devices and IP: what they see, hold back and discard, and that they can fail. */
class TapChainTest extends LaneFixture {
  private final FakeIp.Factory ip = new FakeIp.Factory();
  private final FakeDevice.Factory eth0 = new FakeDevice.Factory("eth0");
  private final List<String> seen = new ArrayList<>();

  /** Writes down what it sees; holds, discards or fails when told. */
  private class NotingTap implements FrameTap {
    final String name;
    final int position;
    int discard = -1;
    int hold = -1;
    int fail = -1;
    boolean plain;
    PacketBuffer held;
    long heldUntil = Timer.NOT_ARMED;
    TapPoint last;

    NotingTap(String name, int position) {
      this.name = name;
      this.position = position;
    }

    @Override
    public int position() {
      return position;
    }

    @Override
    public boolean isFor(String interfaceName) {
      return interfaceName.equals("lan");
    }

    private boolean judge(String way, TapPoint point, PacketBuffer frame) {
      int number = frame.memory().getInt(frame.offset());
      seen.add(name + way + number);
      last = point;
      if (number == fail) {
        throw new IllegalStateException("tap is broken");
      }
      if (number == discard) {
        point.drops().drop(frame, DropReason.IMPAIRMENT_LOSS);
        return false;
      }
      if (number == hold) {
        held = frame;
        heldUntil = point.nowNanos() + 10 * MILLIS;
        return false;
      }
      return true;
    }

    @Override
    public boolean onReceived(TapPoint point, PacketBuffer frame) {
      return judge("<", point, frame);
    }

    @Override
    public void onGiven(TapPoint point, DropReason dropped) {
      if (dropped != null) {
        seen.add(name + " " + dropped);
      }
    }

    @Override
    public boolean onTransmit(TapPoint point, PacketBuffer frame) {
      return judge(">", point, frame);
    }

    @Override
    public DeviceCapabilities limit(DeviceCapabilities capabilities) {
      return plain
          ? DeviceCapabilities.plain(capabilities.bareIp(), capabilities.mtu())
          : capabilities;
    }

    @Override
    public long deadlineNanos(TapPoint point) {
      return heldUntil;
    }

    @Override
    public void expire(TapPoint point, long nowNanos) {
      letGo(point);
    }

    private void letGo(TapPoint point) {
      heldUntil = Timer.NOT_ARMED;
      if (held != null) {
        PacketBuffer frame = held;
        held = null;
        point.deliver(frame);
      }
    }

    @Override
    public void onTurnEnd(TapPoint point) {
      seen.add(name + ".");
    }

    @Override
    public void onDetached(TapPoint point) {
      seen.add(name + " out");
      letGo(point);
    }
  }

  private final NotingTap wire = new NotingTap("wire", FrameTap.AT_DEVICE);
  private final NotingTap top = new NotingTap("top", FrameTap.AT_IP);

  private void plugAll() {
    stack.arrive(ip);
    stack.arrive(eth0);
    stack.putInterface(DeviceRingTest.interfaceOn("lan", "eth0"));
    run();
    ip.said.clear();
  }

  private void receive(int... numbers) {
    for (int number : numbers) {
      eth0.last().incoming.add(packet(number));
    }
    run();
  }

  private List<String> frames() {
    return ip.said.stream().filter(said -> said.startsWith("frame")).toList();
  }

  @Test
  void tapsSeeFramesInOrderOfTheirPositionBothWays() {
    plugAll();
    stack.attach(top);
    stack.attach(wire);
    receive(1);
    ip.last().send(packet(2));
    assertThat(seen).containsExactly("wire<1", "top<1", "wire.", "top.", "top>2", "wire>2");
    assertThat(eth0.last().sent).containsExactly(2);
    assertThat(frames()).containsExactly("frame 1 of interface 1 at " + now);
  }

  @Test
  void aFrameThatATapDiscardsIsCountedOnceAndThoseBelowAreTold() {
    plugAll();
    stack.attach(top);
    stack.attach(wire);
    top.discard = 1;
    receive(1, 2);
    assertThat(frames()).containsExactly("frame 2 of interface 1 at " + now);
    assertThat(seen).contains("wire IMPAIRMENT_LOSS").doesNotContain("top IMPAIRMENT_LOSS");
    assertThat(lane.drops().dropped(DropReason.IMPAIRMENT_LOSS)).isEqualTo(1);
    assertThat(lane.packets().outstanding()).isZero();
  }

  @Test
  void aFrameForTheDeviceThatATapBelowDiscardsIsToldToThoseAbove() {
    plugAll();
    stack.attach(top);
    stack.attach(wire);
    wire.discard = 1;
    ip.last().send(packet(1));
    assertThat(seen).containsExactly("top>1", "wire>1", "top IMPAIRMENT_LOSS");
    assertThat(eth0.last().sent).isEmpty();
  }

  @Test
  void aFrameHeldBackGoesOnWhenItsTimeHasComeAndBelongsToItsInterface() {
    plugAll();
    stack.attach(wire);
    wire.hold = 1;
    receive(1, 2);
    assertThat(frames()).containsExactly("frame 2 of interface 1 at " + now);
    assertThat(lane.nextDeadlineNanos()).isEqualTo(now + 10 * MILLIS);
    advanceTo(now + 20 * MILLIS);
    assertThat(frames()).hasSize(2);
    assertThat(frames().get(1)).startsWith("frame 1 of interface 1");
  }

  @Test
  void aTapThatThrowsIsTakenOutTheFrameGoesOnAndNoModuleIsBlamed() {
    plugAll();
    stack.attach(wire);
    stack.attach(top);
    wire.fail = 1;
    receive(1, 2);
    assertThat(frames()).hasSize(2);
    assertThat(seen).containsExactly("wire<1", "wire out", "top<1", "top<2", "top.");
    assertThat(status("nic:eth0").crashes() + status("ip").crashes()).isZero();
    top.fail = 3;
    ip.last().send(packet(3));
    assertThat(eth0.last().sent).containsExactly(3);
    receive(4);
    assertThat(seen).doesNotContain("top<4");
    assertThat(lane.events().since(0)).anyMatch(event -> event.text().contains("tap is broken"));
  }

  @Test
  void whatATapHoldsGoesOnWhenItIsTakenOut() {
    plugAll();
    stack.attach(wire);
    wire.hold = 1;
    receive(1);
    stack.detach(wire);
    run();
    assertThat(frames()).hasSize(1);
    receive(2);
    assertThat(seen).containsExactly("wire<1", "wire.", "wire out");
  }

  @Test
  void tapsStayWhenTheDriverIsReplacedAndFramesForIt() {
    plugAll();
    stack.attach(wire);
    ModuleSource source = lane.find("nic:eth0").source();
    stack.leave(source);
    run();
    stack.arrive(source);
    receive(5);
    assertThat(eth0.made).hasSize(2);
    assertThat(seen).contains("wire<5");
  }

  @Test
  void tapsComeToInterfacesThatComeLaterAndLeaveWithThem() {
    stack.arrive(ip);
    stack.arrive(eth0);
    stack.attach(wire);
    run();
    stack.putInterface(DeviceRingTest.interfaceOn("lan", "eth0"));
    run();
    receive(1);
    assertThat(seen).startsWith("wire<1");
    assertThat(wire.last.interfaceName()).isEqualTo("lan");
    stack.removeInterface("lan");
    run();
    assertThat(seen).endsWith("wire out");
    stack.putInterface(DeviceRingTest.interfaceOn("other", "eth0"));
    run();
    receive(2);
    assertThat(seen).doesNotContain("wire<2");
  }

  @Test
  void ipIsToldWhatATapLeavesOfADevicesAbilities() {
    plugAll();
    eth0.last().capabilities = new DeviceCapabilities(false, 1500, true, 65535, false);
    wire.plain = true;
    stack.attach(wire);
    run();
    assertThat(ip.said).contains("interfaces: 1=lan mtu 1500");
    assertThat(seenByIp().segmentationBytes()).isZero();
    stack.detach(wire);
    run();
    assertThat(seenByIp().segmentationBytes()).isEqualTo(65535);
  }

  private DeviceCapabilities seenByIp() {
    return lane.module("nic:eth0", io.karavel.nic.NetworkDevice.class).capabilities();
  }
}
