package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.CloseReason;
import io.karavel.engine.FencedLaneError;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.engine.Timer;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.spi.StackSocket;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Modules and handlers that do not come back, on real threads. */
@Timeout(600)
class HungLaneTest extends HangingStack {
  private static final IpEndpoint PEER = new IpEndpoint(IpAddress.parse("10.0.0.9"), 80);

  private final FakeTcp.Factory tcp = new FakeTcp.Factory();

  @Test
  void aTimerThatNeverEndsIsLeftBehindAndAFreshInstanceGoesOnWithTheState() throws Exception {
    stack.arrive(line.source("a", 0, 1));
    value(7);
    Lane before = stack.lane();
    hangInATimer(() -> {});
    hungTimes(1);
    assertThat(stack.lane()).isNotSameAs(before);
    assertThat(value()).isEqualTo(7);
    assertThat(status(SLOT).generation()).isEqualTo(2);
    assertThat(status(SLOT).crashes()).isEqualTo(1);
    assertThat(status(SLOT).lastError()).contains("hung").contains("no way back from this call");
    assertThat(stuck.isAlive()).isTrue();
    assertThat(stuck.getName()).isEqualTo("karavel-main-0-abandoned");
    assertThat(stack.lane().threadName()).isEqualTo("karavel-main-0");
    assertThat(count("Lane.AbandonedThreads")).isEqualTo(1);
    told("slot x (bundle-a 1.0.1); thread karavel-main-0-abandoned is left behind");
    assertThat(reports).hasSize(1);
    assertThat(reports.get(0).slot()).isEqualTo(SLOT);
    assertThat(reports.get(0).trace()).contains("HangingStack.hang");
    assertThat(reports.get(0).outcome()).contains("a fresh instance goes on");
  }

  @Test
  void aThreadThatComesBackGetsThroughNoDoorAndEnds() throws Exception {
    stack.arrive(line.source("a", 0, 1));
    Recorder[] old = {null};
    stack.query(SLOT, Recorder.class, module -> old[0] = module);
    hangInATimer(() -> old[0].timer("too late", 0));
    hungTimes(1);
    released = true;
    assertThat(cameBack.get(30, TimeUnit.SECONDS)).isInstanceOf(FencedLaneError.class);
    stuck.join(60_000);
    assertThat(stuck.isAlive()).isFalse();
    until("nobody is left behind", () -> count("Lane.AbandonedThreads") == 0);
    told("has ended");
    assertThat(count("Lane.Hangs")).isEqualTo(1);
    assertThat(status(SLOT).crashes()).isEqualTo(1);
    assertThat(line.said).noneMatch(said -> said.startsWith("too late"));
  }

  @Test
  void aLoopThatComesToDoorsAllTheTimeIsStoppedAtOne() throws Exception {
    stack.arrive(line.source("a", 0, 1));
    value(5);
    stack.query(
        SLOT,
        Recorder.class,
        module -> {
          Timer endless =
              new Timer() {
                @Override
                public String kind() {
                  return "endless";
                }

                @Override
                public void onExpiry(long nowNanos) {
                  stuck = Thread.currentThread();
                  while (!released) {
                    module.context.nowNanos();
                  }
                }
              };
          module.context.timers().arm(endless, module.context.nowNanos());
          return null;
        });
    hungTimes(1);
    stuck.join(60_000);
    assertThat(stuck.isAlive()).isFalse();
    assertThat(value()).isEqualTo(5);
  }

  @Test
  void theThirdTimeTheSlotIsParkedAndSaysSo() throws Exception {
    stack.arrive(line.source("a", 0, 1));
    value(3);
    for (int i = 1; i <= 3; i++) {
      hangInATimer(() -> {});
      hungTimes(i);
    }
    until("parked", () -> status(SLOT).state().equals(SlotStatus.CRASHED));
    assertThat(status(SLOT).lastError())
        .contains("hung 3 times within 60 s and is not started again");
    assertThat(count("Lane.AbandonedThreads")).isEqualTo(3);
    released = true;
    until("nobody is left behind", () -> count("Lane.AbandonedThreads") == 0);
    // its bundle comes anew
    stack.arrive(line.source("b", 0, 2));
    assertThat(value()).isEqualTo(3);
  }

  @Test
  void whoDoesNotComeBackFromOpeningIsNotTriedAgainAndTheModuleAtWorkGoesOn() throws Exception {
    stack.arrive(line.source("a", 0, 1));
    value(9);
    ModuleSource bad =
        ModuleSource.of(
            new Opening(
                context ->
                    new Recorder(context, line, "bad") {
                      @Override
                      public void open(Handover kept) throws HandoverException {
                        hang(() -> {});
                      }
                    }));
    CompletableFuture<String> swap = CompletableFuture.supplyAsync(() -> stack.swap(bad));
    hungTimes(1);
    assertThat(swap.get(30, TimeUnit.SECONDS)).contains("does not answer");
    assertThat(value()).isEqualTo(9);
    assertThat(status(SLOT).bundle()).isEqualTo("bundle-a");
    assertThat(status(SLOT).lastError()).contains("hung while it was opened");
  }

  @Test
  void whoDoesNotComeBackFromOpeningInAnEmptySlotMakesWayForTheNext() throws Exception {
    ModuleSource bad =
        new ModuleSource(
            new Opening(
                context -> {
                  hang(() -> {});
                  throw new IllegalStateException("came back");
                }),
            "bad",
            "1",
            10,
            1);
    stack.arrive(bad);
    assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
    stack.arrive(line.source("a", 0, 2));
    hungTimes(1);
    until("the other one works", () -> status(SLOT).bundle().equals("bundle-a"));
  }

  private record Opening(Function<LaneContext, Module> maker) implements ModuleFactory {
    @Override
    public String slot() {
      return SLOT;
    }

    @Override
    public StateVersions stateVersions() {
      return new StateVersions(1, 1);
    }

    @Override
    public Module create(LaneContext context) {
      return maker.apply(context);
    }
  }

  @Test
  void whatALockKeepsFromBeingSaidIsLostAndTheOthersGoOn() throws Exception {
    stack.arrive(line.source("a", 0, 1));
    Object lock = new Object();
    stack.arrive(
        new ModuleFactory() {
          @Override
          public String slot() {
            return "locked";
          }

          @Override
          public StateVersions stateVersions() {
            return new StateVersions(1, 1);
          }

          @Override
          public Module create(LaneContext context) {
            return new Recorder(context, new Recorder.Line("locked"), "locked") {
              @Override
              public Handover export() {
                synchronized (lock) {
                  return super.export();
                }
              }
            };
          }
        });
    value(4);
    stack.query(
        "locked",
        Recorder.class,
        module -> {
          module.value = 6;
          Timer timer =
              new Timer() {
                @Override
                public String kind() {
                  return "locked";
                }

                @Override
                public void onExpiry(long nowNanos) {
                  synchronized (lock) {
                    hang(() -> {});
                  }
                }
              };
          module.context.timers().arm(timer, module.context.nowNanos());
          return null;
        });
    hungTimes(1);
    assertThat(value()).isEqualTo(4);
    assertThat(stack.<Recorder, Integer>query("locked", Recorder.class, module -> module.value))
        .isZero();
    told("could not be asked for its state, because its lane hung: no answer within");
  }

  /** Cancels its timer when it goes, as modules do; the timer module may have gone before. */
  private final class Careful extends Recorder {
    private final Timer timer = hangingTimer(() -> {});

    Careful(LaneContext context) {
      super(context, new Recorder.Line("careful"), "careful");
    }

    @Override
    public void open(Handover kept) throws HandoverException {
      super.open(kept);
      context.timers().arm(timer, Timer.NOT_ARMED - 1);
    }

    @Override
    public void close(CloseReason reason) {
      indices.get(0).failNext = new IllegalStateException("asked after it left");
      context.timers().cancel(timer);
      super.close(reason);
    }
  }

  @Test
  void whoCancelsATimerWhenItGoesAsksNoTimerModuleThatHasGone() throws Exception {
    stack.arrive(line.source("a", 0, 1));
    stack.arrive(
        new ModuleFactory() {
          @Override
          public String slot() {
            return "careful";
          }

          @Override
          public StateVersions stateVersions() {
            return new StateVersions(1, 1);
          }

          @Override
          public Module create(LaneContext context) {
            return new Careful(context);
          }
        });
    hangInATimer(() -> {});
    hungTimes(1);
    assertThat(reports).extracting(CrashReport::slot).containsExactly(SLOT);
  }

  @Test
  void whoSaysNoStateLosesItAndTheOthersGoOn() throws Exception {
    stack.arrive(line.source("a", 0, 1));
    stack.arrive(
        new ModuleFactory() {
          @Override
          public String slot() {
            return "silent";
          }

          @Override
          public StateVersions stateVersions() {
            return new StateVersions(1, 1);
          }

          @Override
          public Module create(LaneContext context) {
            return new Recorder(context, new Recorder.Line("silent"), "silent") {
              @Override
              public Handover export() {
                return null;
              }
            };
          }
        });
    value(4);
    hangInATimer(() -> {});
    hungTimes(1);
    assertThat(value()).isEqualTo(4);
    assertThat(status("silent").state()).isEqualTo("running");
    told("could not be asked for its state, because its lane hung: it said none");
  }

  @Test
  void anOperationForALaneThatTwoHaveFollowedIsDone() throws Exception {
    stack.arrive(line.source("a", 0, 1));
    Lane first = stack.lane();
    hangInATimer(() -> {});
    hungTimes(1);
    hangInATimer(() -> {});
    hungTimes(2);
    CountDownLatch done = new CountDownLatch(1);
    first.operate(lane -> done.countDown());
    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
  }

  private StackSocket connected() throws TcpException {
    StackSocket socket = (StackSocket) stack.tcp().connect(PEER);
    socket.awaitConnected(Duration.ofSeconds(30));
    return socket;
  }

  @Test
  void aHandlerThatNeverEndsLosesItsConnectionAndNoOther() throws Exception {
    stack.arrive(tcp);
    StackSocket good = connected();
    StackSocket bad = connected();
    CountDownLatch calls = new CountDownLatch(2);
    good.handler(socket -> calls.countDown());
    bad.handler(socket -> hang(() -> {}));
    bad.callAgain();
    hungTimes(1);
    good.callAgain();
    assertThat(calls.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(bad.isAborted()).isTrue();
    assertThat(good.isAborted()).isFalse();
    until("the other one is over", bad::isOver);
    assertThat(good.isOver()).isFalse();
    assertThat(status("tcp").crashes()).isZero();
    assertThat(status("tcp").generation()).isEqualTo(2);
    told("in the handler of");
    assertThat(count("Lane.HandlerFailures")).isEqualTo(1);
  }

  @Test
  void wishesThatWaitedAtTheHungLaneAreServedByTheNext() throws Exception {
    stack.arrive(tcp);
    stack.arrive(line.source("a", 0, 1));
    hangInATimer(() -> {});
    assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
    StackSocket socket = connected();
    assertThat(count("Lane.Hangs")).isEqualTo(1);
    assertThat(socket.isOpened()).isTrue();
  }

  @Test
  void whatWasToBeDoneOnTheHungLaneIsDoneOnTheNext() throws Exception {
    ModuleSource source = line.source("a", 0, 1);
    stack.arrive(source);
    value(11);
    hangInATimer(() -> {});
    assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
    stack.leave(source);
    hungTimes(1);
    until("it has left", () -> status(SLOT).state().equals(SlotStatus.PARKED));
    stack.arrive(line.source("b", 0, 2));
    assertThat(value()).isEqualTo(11);
  }

  @Test
  void theFrameInServiceIsInTheReport() throws Exception {
    FakeIp.Factory ip = new FakeIp.Factory();
    FakeDevice.Factory eth0 = new FakeDevice.Factory("eth0");
    stack.arrive(ip);
    stack.arrive(eth0);
    stack.putInterface(DeviceRingTest.interfaceOn("lan", "eth0"));
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
    stack.query(
        "nic:eth0",
        FakeDevice.class,
        device -> {
          for (int i = 1; i <= 2; i++) {
            PacketBuffer frame = stack.lane().packets().allocate(4);
            frame.memory().putInt(frame.append(4), i);
            device.incoming.add(frame);
          }
          return null;
        });
    hungTimes(1);
    assertThat(reports).hasSize(1);
    assertThat(reports.get(0).frame().getInt(0)).isEqualTo(1);
    assertThat(reports.get(0).interfaceName()).isEqualTo("lan");
    assertThat(status("ip").crashes()).isEqualTo(1);
    until("the next one is at work", () -> status("ip").generation() == 2);
  }

  @Test
  void hangMillisTakesEffectLiveAnd0IsForEver() throws Exception {
    settings = with(0);
    stack.wake();
    stack.arrive(line.source("a", 0, 1));
    hangInATimer(() -> {});
    assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    until(
        "ten times the limit of below is used up",
        () -> threads.getThreadCpuTime(stuck.getId()) > 1_000_000_000L);
    assertThat(count("Lane.Hangs")).isZero();
    settings = with(100);
    stack.wake();
    hungTimes(1);
  }
}
