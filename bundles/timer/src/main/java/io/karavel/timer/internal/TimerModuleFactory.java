package io.karavel.timer.internal;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.engine.TimerIndex;
import io.karavel.engine.TimerSettings;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Makes a timing wheel per lane and brings new settings to those that are at work. Any thread. */
public final class TimerModuleFactory implements ModuleFactory {
  private final Map<TimingWheel, LaneContext> atWork = new ConcurrentHashMap<>();
  private volatile TimerSettings settings;

  /** A factory of wheels with these settings. */
  public TimerModuleFactory(TimerSettings settings) {
    this.settings = settings;
  }

  @Override
  public String slot() {
    return TimerIndex.SLOT;
  }

  @Override
  public StateVersions stateVersions() {
    return new StateVersions(1, 1);
  }

  @Override
  public Module create(LaneContext context) {
    return new TimingWheel(context, this, settingsFor(context));
  }

  /** New settings rule, for the wheels at work from a coming turn on. */
  public void settings(TimerSettings newSettings) {
    settings = newSettings;
    atWork.forEach(
        (wheel, context) -> {
          if (context.configured()) {
            context.post(() -> wheel.settings(newSettings));
          }
        });
  }

  private TimerSettings settingsFor(LaneContext context) {
    return context.configured() ? settings : TimerSettings.defaults();
  }

  /** A module goes to work; returns the settings that rule now, so that it misses none. */
  TimerSettings opened(TimingWheel wheel, LaneContext context) {
    atWork.put(wheel, context);
    return settingsFor(context);
  }

  void closed(TimingWheel wheel) {
    atWork.remove(wheel);
  }
}
