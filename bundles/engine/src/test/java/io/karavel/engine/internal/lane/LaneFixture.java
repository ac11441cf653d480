package io.karavel.engine.internal.lane;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.SettingsException;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackSetup;
import io.karavel.packet.PacketBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A stack on virtual time that the test drives. */
class LaneFixture {
  static final long MILLIS = 1_000_000L;
  static final long SECONDS = 1_000_000_000L;

  long now = 5 * SECONDS;
  EngineSettings settings = EngineSettings.defaults();
  final Stack stack = new Stack(StackSetup.seeded("main", () -> now, () -> settings, 42));
  final Lane lane = stack.lane();
  final List<SortedTimerIndex> timerModules = new ArrayList<>();

  ModuleSource plugTimers() {
    return stack.arrive(SortedTimerIndex.factory(timerModules));
  }

  void settings(String key, Object value) {
    try {
      settings = EngineSettings.parse(Map.of(key, value));
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  PacketBuffer packet(int number) {
    return packet(number, 4);
  }

  PacketBuffer packet(int number, int bytes) {
    PacketBuffer buffer = lane.packets().allocate(bytes);
    buffer.memory().putInt(buffer.append(bytes), number);
    return buffer;
  }

  void run() {
    lane.runUntilQuiescent(1000);
  }

  /** Moves the clock from deadline to deadline up to a time. */
  void advanceTo(long nanos) {
    run();
    while (lane.nextDeadlineNanos() <= nanos) {
      now = Math.max(now, lane.nextDeadlineNanos());
      run();
    }
    now = nanos;
    run();
  }

  SlotStatus status(String slot) {
    return lane.find(slot).status();
  }

  long count(String counter) {
    return lane.counters().counter(counter).value();
  }
}
