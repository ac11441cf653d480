package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.engine.DropReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.engine.Timer;
import io.karavel.ip.spi.IpModule;
import io.karavel.nic.FrameSink;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketQueue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a module has in its hand when it throws goes back to the pool; what it keeps does not. */
class PacketsInHandTest extends LaneFixture {
  private final List<Clumsy> made = new ArrayList<>();
  private final FakeDevice.Factory eth0 = new FakeDevice.Factory("eth0");
  private String throwsIn = "";

  /** Whether garbage is collected before a call throws. */
  private boolean collects;

  /** Makes a packet in each call, and throws in the one that it is told. */
  private final class Clumsy extends FakeIp {
    final PacketQueue queue = new PacketQueue();
    PacketBuffer field;

    Clumsy(LaneContext context) {
      super(context, new ArrayList<>());
    }

    void called(String name, PacketBuffer argument) {
      if (throwsIn.equals(name)) {
        throwsIn = "";
        packet(1).append(100);
        packet(2).retain();
        if (collects) {
          System.gc(); // what nobody refers to any more counts all the same
        }
        throw new IllegalStateException("clumsy in " + name);
      }
      if (argument != null) {
        argument.release();
      }
    }

    @Override
    public void onFrame(PacketBuffer frame) {
      called("onFrame", frame);
    }

    @Override
    public void onParked(PacketBuffer buffer) {
      called("onParked", buffer);
    }

    @Override
    public void onInterfacesChanged() {
      called("onInterfacesChanged", null);
    }

    @Override
    public void flush() {
      called("flush", null);
    }

    @Override
    public int routeRevision() {
      called("question", null);
      return 0;
    }

    @Override
    public Handover export() {
      return new HandoverWriter(SLOT, 1).putAttachment(1, queue).finish();
    }
  }

  private ModuleFactory factory() {
    return new ModuleFactory() {
      @Override
      public String slot() {
        return IpModule.SLOT;
      }

      @Override
      public StateVersions stateVersions() {
        return new StateVersions(1, 1);
      }

      @Override
      public Module create(LaneContext context) {
        Clumsy module = new Clumsy(context);
        made.add(module);
        return module;
      }
    };
  }

  private Clumsy last() {
    return made.get(made.size() - 1);
  }

  @BeforeEach
  void plug() {
    plugTimers();
    stack.arrive(factory());
    stack.arrive(eth0);
    stack.putInterface(DeviceRingTest.interfaceOn("lan", "eth0"));
    run();
    assertThat(lane.packets().outstanding()).isZero();
  }

  private void receive() {
    eth0.last().incoming.add(packet(7));
    run();
  }

  private void call(String name) {
    throwsIn = name;
    switch (name) {
      case "onFrame", "flush" -> receive();
      case "onParked" -> {
        ModuleSource source = lane.find("ip").source();
        stack.leave(source);
        receive();
        stack.arrive(source);
        run();
      }
      case "onInterfacesChanged" -> {
        stack.putInterface(DeviceRingTest.interfaceOn("wan", "eth1"));
        run();
      }
      case "timer" -> {
        Timer timer =
            new Timer() {
              @Override
              public String kind() {
                return "test";
              }

              @Override
              public void onExpiry(long nowNanos) {
                last().called("timer", packet(3));
              }
            };
        last().context.timers().arm(timer, now + MILLIS);
        advanceTo(now + 2 * MILLIS);
      }
      case "task" -> {
        last().context.post(() -> last().called("task", null));
        run();
      }
      default -> throw new IllegalArgumentException(name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onFrame", "flush"})
  void theyGoBackToThePoolThoughTheCollectorTookThemBefore(String name) {
    collects = true;
    theyGoBackToThePoolWhateverCallThrows(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"onFrame", "onParked", "onInterfacesChanged", "flush", "timer", "task"})
  void theyGoBackToThePoolWhateverCallThrows(String name) {
    call(name);
    assertThat(throwsIn).as("it threw").isEmpty();
    assertThat(count("Lane.ModuleCrashes")).isEqualTo(1);
    assertThat(lane.packets().outstanding()).isZero();
    receive();
    assertThat(lane.packets().outstanding()).isZero();
    assertThat(status("ip").state()).isEqualTo(SlotStatus.RUNNING);
  }

  @Test
  void everyOneCountsAsDiscardedOnce() {
    call("onFrame");
    assertThat(stack.drops()).containsEntry(DropReason.MODULE_CRASH, 3L);
  }

  @Test
  void whatIsInAQueueOrMarkedAsKeptStays() {
    Clumsy first = last();
    first.queue.add(packet(8));
    first.field = packet(9).keep();
    call("onFrame");
    assertThat(lane.packets().outstanding()).isEqualTo(2);
    first.queue.clear();
    first.field.release();
    assertThat(lane.packets().outstanding()).isZero();
  }

  @Test
  void whatWasKeptAndTakenUpAgainGoesBack() {
    Clumsy first = last();
    first.queue.add(packet(8));
    first.queue.poll();
    packet(9).keep().takeUp();
    call("onFrame");
    assertThat(lane.packets().outstanding()).isZero();
  }

  @Test
  void whatADeviceHasInItsHandWhilePolledIsLeftToIt() {
    List<PacketBuffer> its = new ArrayList<>();
    FakeDevice.Factory eth1 =
        new FakeDevice.Factory("eth1") {
          @Override
          public Module create(LaneContext context) {
            FakeDevice device =
                new FakeDevice(slot, said) {
                  @Override
                  public int poll(FrameSink sink, int budget) {
                    if (incoming.isEmpty()) {
                      return 0;
                    }
                    PacketBuffer spare = packet(5);
                    its.add(spare);
                    int taken = super.poll(sink, budget);
                    spare.release();
                    return taken;
                  }
                };
            made.add(device);
            return device;
          }
        };
    stack.arrive(eth1);
    stack.putInterface(DeviceRingTest.interfaceOn("wan", "eth1"));
    run();
    throwsIn = "onFrame";
    eth1.last().incoming.add(packet(1));
    eth1.last().incoming.add(packet(2));
    run();
    assertThat(its).isNotEmpty();
    assertThat(count("Lane.ModuleCrashes")).isEqualTo(1);
    assertThat(lane.packets().outstanding()).isZero();
  }

  @Test
  void aQuestionThatThrowsLeavesNoneBehind() {
    throwsIn = "question";
    assertThatThrownBy(() -> stack.query("ip", IpModule.class, IpModule::routeRevision))
        .hasMessage("clumsy in question");
    run();
    assertThat(lane.packets().outstanding()).isZero();
  }
}
