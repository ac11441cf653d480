package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.engine.Timer;
import io.karavel.ip.spi.IpModule;

/** A careless module: it leaves timers, tasks, counters and a look at its neighbour behind. */
class LeavingModule implements Module {
  static final long CRASH_AFTER_NANOS = 1_000_000;

  private final LaneContext context;

  LeavingModule(LaneContext context) {
    this.context = context;
  }

  /** Public, so that the test can make it through another class loader. */
  public static final class Factory implements ModuleFactory {
    /** For the test. */
    public Factory() {}

    @Override
    public String slot() {
      return "tcp";
    }

    @Override
    public StateVersions stateVersions() {
      return new StateVersions(1, 1);
    }

    @Override
    public Module create(LaneContext context) {
      return new LeavingModule(context);
    }
  }

  /** A module whose timer expires in every turn, many times. */
  public static final class BusyFactory implements ModuleFactory {
    private static final int EXPIRIES = 100_000;

    /** For the test. */
    public BusyFactory() {}

    @Override
    public String slot() {
      return "tcp";
    }

    @Override
    public StateVersions stateVersions() {
      return new StateVersions(1, 1);
    }

    @Override
    public Module create(LaneContext context) {
      return new LeavingModule(context) {
        @Override
        public void open(Handover kept) {
          context.timers().arm(new Ticker(context, EXPIRIES), context.nowNanos());
        }
      };
    }
  }

  private static final class Ticker extends Timer {
    private final LaneContext context;
    private int left;

    Ticker(LaneContext context, int left) {
      this.context = context;
      this.left = left;
    }

    @Override
    public String kind() {
      return "ticker";
    }

    @Override
    public void onExpiry(long nowNanos) {
      if (--left > 0) {
        context.timers().arm(this, nowNanos);
      } else {
        context.counters().counter("Leaving.Ticked").increment();
      }
    }
  }

  private static final class Bomb extends Timer {
    @Override
    public String kind() {
      return "bomb";
    }

    @Override
    public void onExpiry(long nowNanos) {
      throw new LeavingException();
    }
  }

  private static final class LeavingException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public void open(Handover kept) {
    context.slot("ip", IpModule.class);
    context.counters().counter("Leaving.Opens").increment();
    context.events().add(context.nowNanos(), "test", "leaving", "opens");
    if (kept.isEmpty()) {
      context.timers().arm(new Bomb(), context.nowNanos() + CRASH_AFTER_NANOS);
    }
    context.timers().arm(new Bomb(), Timer.NOT_ARMED - 1);
    context.post(() -> context.counters().counter("Leaving.Tasks").increment());
  }

  @Override
  public Handover export() {
    return new HandoverWriter("tcp", 1).putInt(1, 5).finish();
  }

  @Override
  public void close(CloseReason reason) {
    context.post(() -> context.counters().counter("Leaving.Late").increment());
  }
}
