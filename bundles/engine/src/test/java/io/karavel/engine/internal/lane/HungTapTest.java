package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.Timer;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.FrameTap;
import io.karavel.nic.TapPoint;
import io.karavel.packet.PacketBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Taps that do not come back, and modules that do not while a tap is on the way. */
@Timeout(600)
class HungTapTest extends HangingStack {
  private final FakeIp.Factory ip = new FakeIp.Factory();
  private final FakeDevice.Factory eth0 = new FakeDevice.Factory("eth0");

  /** Counts frames; what it does on the way is told. */
  private static class CountingTap implements FrameTap {
    final AtomicInteger frames = new AtomicInteger();
    Runnable before = () -> {};
    Runnable whenAsked = () -> {};

    @Override
    public int position() {
      return AT_WIRE;
    }

    @Override
    public boolean isFor(String interfaceName) {
      return true;
    }

    @Override
    public boolean onReceived(TapPoint point, PacketBuffer frame) {
      frames.incrementAndGet();
      before.run();
      return true;
    }

    @Override
    public boolean onTransmit(TapPoint point, PacketBuffer frame) {
      return onReceived(point, frame);
    }

    @Override
    public long deadlineNanos(TapPoint point) {
      whenAsked.run();
      return Timer.NOT_ARMED;
    }

    @Override
    public DeviceCapabilities limit(DeviceCapabilities capabilities) {
      whenAsked.run();
      return capabilities;
    }
  }

  private final CountingTap tap = new CountingTap();
  private final CountingTap other = new CountingTap();

  @BeforeEach
  void wire() {
    stack.arrive(ip);
    stack.arrive(eth0);
    stack.putInterface(DeviceRingTest.interfaceOn("lan", "eth0"));
  }

  private void receive() throws Exception {
    stack.query(
        "nic:eth0",
        FakeDevice.class,
        device -> {
          PacketBuffer frame = stack.lane().packets().allocate(4);
          frame.memory().putInt(frame.append(4), 1);
          device.incoming.add(frame);
          return null;
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTapThatHangsIsTakenOutAndNobodyElseIsAccused(boolean up) throws Exception {
    stack.attach(tap, other);
    tap.before = () -> hang(() -> {});
    if (up) {
      receive();
    } else {
      stack.query(
          "ip",
          FakeIp.class,
          module -> {
            module.context.post(
                () -> {
                  PacketBuffer frame = module.context.packets().allocate(4);
                  frame.memory().putInt(frame.append(4), 2);
                  module.send(frame);
                });
            return null;
          });
    }
    hungTimes(1);
    told("in a tap (io.karavel.engine.internal.lane.HungTapTest$CountingTap), which is taken out");
    assertThat(status("nic:eth0").crashes()).isZero();
    assertThat(status("ip").crashes()).isZero();
    assertThat(count("Lane.ModuleCrashes")).isZero();
    assertThat(reports).extracting(CrashReport::slot).containsExactly("tap");
    int seen = tap.frames.get();
    receive();
    until("the other tap sees frames", () -> other.frames.get() > 0);
    assertThat(tap.frames).hasValue(seen);
  }

  @Test
  void aTapThatPassedTheFrameOnStaysWhenIpHangs() throws Exception {
    stack.attach(tap);
    stack.query(
        "ip",
        FakeIp.class,
        module -> {
          module.failFrame =
              new RuntimeException() {
                @Override
                public String getMessage() {
                  hang(() -> {});
                  return "came back";
                }
              };
          return null;
        });
    tap.before = () -> {};
    receive();
    hungTimes(1);
    assertThat(status("ip").crashes()).isEqualTo(1);
    assertThat(reports).extracting(CrashReport::slot).containsExactly("ip");
    int seen = tap.frames.get();
    receive();
    until("it goes on seeing frames", () -> tap.frames.get() > seen);
  }

  @Test
  void aTapThatThrowsWhenItIsAskedIsTakenOut() throws Exception {
    stack.attach(tap, other);
    receive();
    until("frames come", () -> other.frames.get() == 1);
    tap.whenAsked =
        () -> {
          throw new IllegalStateException("bad tap");
        };
    receive();
    told("taken out");
    receive();
    until("frames come", () -> other.frames.get() == 3);
    assertThat(status("nic:eth0").crashes()).isZero();
    assertThat(status("ip").crashes()).isZero();
    assertThat(count("Lane.Failures")).isEqualTo(1);
  }
}
