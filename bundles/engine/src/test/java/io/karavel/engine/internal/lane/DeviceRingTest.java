package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.engine.SettingsException;
import io.karavel.ip.InterfaceSettings;
import io.karavel.nic.DeviceCapabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Frames on their way from devices to IP, and who is to blame when something throws. */
class DeviceRingTest extends LaneFixture {
  private final FakeIp.Factory ip = new FakeIp.Factory();
  private final FakeTcp.Factory tcp = new FakeTcp.Factory();
  private final FakeDevice.Factory eth0 = new FakeDevice.Factory("eth0");
  private final FakeDevice.Factory eth1 = new FakeDevice.Factory("eth1");

  static InterfaceSettings interfaceOn(String name, String device) {
    try {
      return InterfaceSettings.parse(name, Map.of("device", device));
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  private void plugAll() {
    stack.arrive(ip);
    stack.arrive(eth0);
    stack.putInterface(interfaceOn("lan", "eth0"));
    run();
    ip.said.clear();
    eth0.said.clear();
  }

  private void receive(int... numbers) {
    for (int number : numbers) {
      eth0.last().incoming.add(packet(number));
    }
    run();
  }

  @Test
  void framesAreMarkedWithInterfaceAndTimeAndGivenToIpInOrder() {
    plugAll();
    now += 77;
    receive(1, 2);
    assertThat(ip.said)
        .containsExactly("frame 1 of interface 1 at " + now, "frame 2 of interface 1 at " + now);
    assertThat(eth0.said).contains("flushes");
  }

  @Test
  void framesWaitWhileIpIsAwayAndComeFirstWhenItIsBack() {
    plugAll();
    ModuleSource source = lane.find("ip").source();
    stack.leave(source);
    ip.said.clear();
    receive(1, 2);
    assertThat(status("ip").parked()).isEqualTo(2);
    stack.arrive(source);
    receive(3);
    assertThat(ip.said)
        .containsExactly(
            "opens",
            "interfaces: 1=lan mtu 1500",
            "frame 1 of interface 1 at " + now,
            "frame 2 of interface 1 at " + now,
            "frame 3 of interface 1 at " + now);
  }

  @Test
  void ipIsToldWhenDevicesComeGoOrChangeWhatTheyCan() {
    plugAll();
    eth0.last().capabilities = DeviceCapabilities.plain(false, 9000);
    lane.wake();
    run();
    assertThat(ip.said).containsExactly("interfaces: 1=lan mtu 9000");
    stack.leave(lane.find("nic:eth0").source());
    run();
    assertThat(ip.said).endsWith("interfaces: 1=lan down");
    stack.arrive(eth0);
    run();
    assertThat(ip.said).endsWith("interfaces: 1=lan mtu 1500");
    int told = ip.said.size();
    run();
    assertThat(ip.said).hasSize(told);
  }

  @Test
  void ipIsToldOfADeviceBeforeItsFirstFrame() {
    stack.arrive(ip);
    stack.putInterface(interfaceOn("lan", "eth0"));
    run();
    ip.said.clear();
    stack.arrive(eth0);
    receive(1);
    assertThat(ip.said)
        .containsExactly("interfaces: 1=lan mtu 1500", "frame 1 of interface 1 at " + now);
  }

  @Test
  void eachDeviceHasItsBudgetAndThereIsMoreToDo() {
    plugAll();
    settings("pollBudget", 2);
    for (int i = 1; i <= 5; i++) {
      eth0.last().incoming.add(packet(i));
    }
    assertThat(lane.turn()).isTrue();
    assertThat(ip.said).hasSize(2);
    run();
    assertThat(ip.said).hasSize(5);
  }

  @Test
  void severalDevicesArePolledAndKeepTheirInterfaceIndex() {
    plugAll();
    stack.arrive(eth1);
    stack.putInterface(interfaceOn("wan", "eth1"));
    stack.removeInterface("lan");
    stack.putInterface(interfaceOn("lan", "eth0"));
    run();
    ip.said.clear();
    eth1.last().incoming.add(packet(7));
    receive(8);
    assertThat(ip.said)
        .containsExactlyInAnyOrder(
            "frame 7 of interface 2 at " + now, "frame 8 of interface 3 at " + now);
  }

  @Test
  void aDeviceThatThrowsWhenPolledIsReplacedAndItsFramesGoOn() {
    plugAll();
    eth0.last().failPoll = new IllegalStateException("broken");
    lane.wake();
    run();
    assertThat(eth0.made).hasSize(2);
    assertThat(eth0.said).contains("closes, HANDED_OVER", "goes on");
    receive(4);
    assertThat(ip.said).endsWith("frame 4 of interface 1 at " + now);
  }

  @Test
  void ipThatThrowsIsReplacedAndTheNextFramesOfTheBurstWaitForIt() {
    plugAll();
    ip.last().failFrame = new IllegalStateException("bad frame");
    receive(1, 2, 3);
    assertThat(ip.made).hasSize(2);
    assertThat(ip.said)
        .containsExactly(
            "closes, HANDED_OVER",
            "opens",
            "interfaces: 1=lan mtu 1500",
            "frame 2 of interface 1 at " + now,
            "frame 3 of interface 1 at " + now);
    assertThat(lane.drops().dropped(DropReason.MODULE_CRASH)).isEqualTo(1);
    assertThat(eth0.made).hasSize(1);
  }

  @Test
  void whatTcpThrowsThroughIpIsTcpsCrash() {
    plugAll();
    stack.arrive(tcp);
    ip.last().toTcp = true;
    tcp.last().failDatagram = new IllegalStateException("in tcp");
    receive(1, 2);
    assertThat(tcp.made).hasSize(2);
    assertThat(ip.made).hasSize(1);
    assertThat(tcp.said).containsExactly("datagram 2");
    assertThat(status("tcp").lastError()).contains("in tcp");
  }

  @Test
  void theFrameThatCrashedAModuleIsReportedWithIt() {
    List<CrashReport> reports = new ArrayList<>();
    stack.crashReports(reports::add);
    plugAll();
    stack.arrive(tcp);
    ip.last().toTcp = true;
    tcp.last().failDatagram = new IllegalStateException("in tcp");
    receive(7, 8);
    assertThat(reports).hasSize(1);
    CrashReport report = reports.get(0);
    assertThat(report.slot()).isEqualTo("tcp");
    assertThat(report.interfaceName()).isEqualTo("lan");
    assertThat(report.frame().getInt(0)).isEqualTo(7);
    assertThat(report.trace()).contains("in tcp");
    assertThat(report.outcome()).contains("a fresh instance goes on");
    eth0.last().failPoll = new IllegalStateException("broken");
    lane.wake();
    run();
    assertThat(reports.get(1).slot()).isEqualTo("nic:eth0");
    assertThat(reports.get(1).frame()).as("no frame was being served").isNull();
  }

  @Test
  void whatADeviceThrowsWhileItIsPolledIsItsCrashOnceThePollIsOver() {
    plugAll();
    stack.arrive(tcp);
    ip.last().toTcp = true;
    eth0.last().failTransmit = new IllegalStateException("cannot send");
    receive(1, 2);
    assertThat(status("nic:eth0").crashes()).isEqualTo(1);
    assertThat(status("ip").crashes()).isZero();
    assertThat(status("tcp").crashes()).isZero();
    assertThat(eth0.made).hasSize(2);
    assertThat(eth0.made.get(0).sent).containsExactly(2);
  }

  @Test
  void framesSentToADeviceThatIsAwayAreSentWhenItIsBack() {
    plugAll();
    ModuleSource source = lane.find("nic:eth0").source();
    stack.leave(source);
    lane.holder("nic:eth0").park(packet(5));
    stack.arrive(source);
    assertThat(eth0.last().sent).containsExactly(5);
  }

  @Test
  void anIdleTurnAllocatesNothing() {
    plugAll();
    plugTimers();
    stack.arrive(tcp);
    run();
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    for (int i = 0; i < 20_000; i++) {
      lane.turn();
    }
    eth0.said.clear();
    long before = threads.getThreadAllocatedBytes(self);
    for (int i = 0; i < 10_000; i++) {
      lane.turn();
    }
    long allocated = threads.getThreadAllocatedBytes(self) - before;
    assertThat(allocated).as("bytes over 10,000 idle turns").isLessThan(10_000);
  }
}
