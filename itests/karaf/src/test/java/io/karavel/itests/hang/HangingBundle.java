package io.karavel.itests.hang;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * A module in a slot of its own that does not come back from its first task on stack {@code main}
 * until the bundle is stopped.
 */
public final class HangingBundle implements BundleActivator, ModuleFactory {
  private final AtomicBoolean hangs = new AtomicBoolean(true);
  private volatile boolean stopped;

  @Override
  public void start(BundleContext context) {
    context.registerService(ModuleFactory.class, this, null);
  }

  @Override
  public void stop(BundleContext context) {
    stopped = true;
  }

  @Override
  public String slot() {
    return "hanging";
  }

  @Override
  public StateVersions stateVersions() {
    return new StateVersions(1, 1);
  }

  @Override
  public Module create(LaneContext context) {
    return new Hanging(context);
  }

  private final class Hanging implements Module {
    private final LaneContext context;

    Hanging(LaneContext context) {
      this.context = context;
    }

    @Override
    public void open(Handover kept) {
      if (context.stack().equals("main") && hangs.getAndSet(false)) {
        context.post(this::hang);
      }
    }

    private void hang() {
      while (!stopped) {
        Thread.onSpinWait();
      }
    }

    @Override
    public Handover export() {
      return Handover.empty(slot());
    }

    @Override
    public void close(CloseReason reason) {}
  }
}
