package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.engine.Timer;
import io.karavel.packet.PacketBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A module that writes down what happens to it and carries a number as its state. */
class Recorder implements Module {
  static final int VALUE = 1;

  final LaneContext context;
  final Line line;
  final String label;
  int value;
  int flushes;

  /** What can be told to fail, and what happened, over all instances of a slot. */
  static final class Line {
    final String slot;
    final List<String> said = new ArrayList<>();
    final List<Recorder> made = new ArrayList<>();
    StateVersions versions = new StateVersions(1, 1);
    Throwable failOpen;
    Throwable failExport;
    Throwable failParked;
    Throwable failFlush;

    /** Closings of several slots in the order they came. */
    List<String> closings = new ArrayList<>();

    Line(String slot) {
      this.slot = slot;
    }

    Recorder last() {
      return made.get(made.size() - 1);
    }

    ModuleFactory factory(String label) {
      return factory(label, null);
    }

    ModuleFactory factory(String label, Supplier<RuntimeException> failCreate) {
      return new ModuleFactory() {
        @Override
        public String slot() {
          return slot;
        }

        @Override
        public StateVersions stateVersions() {
          return versions;
        }

        @Override
        public Module create(LaneContext context) {
          if (failCreate != null) {
            throw failCreate.get();
          }
          Recorder module = new Recorder(context, Line.this, label);
          made.add(module);
          return module;
        }
      };
    }

    ModuleSource source(String label, int ranking, long id) {
      return new ModuleSource(factory(label), "bundle-" + label, "1.0." + id, ranking, id);
    }
  }

  Recorder(LaneContext context, Line line, String label) {
    this.context = context;
    this.line = line;
    this.label = label;
  }

  static void raise(Throwable thrown) {
    if (thrown instanceof Error error) {
      error.setStackTrace(new StackTraceElement[0]);
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
  }

  @Override
  public void open(Handover kept) throws HandoverException {
    raise(line.failOpen);
    HandoverReader reader = kept.reader();
    while (reader.next()) {
      if (reader.tag() == VALUE) {
        value = reader.intValue();
      }
    }
    line.said.add(label + " opens with " + value);
  }

  @Override
  public Handover export() {
    raise(line.failExport);
    line.said.add(label + " exports " + value);
    return new HandoverWriter(line.slot, 1).putInt(VALUE, value).finish();
  }

  @Override
  public void close(CloseReason reason) {
    line.said.add(label + " closes, " + reason);
    line.closings.add(line.slot);
  }

  @Override
  public void onParked(PacketBuffer buffer) {
    Throwable failure = line.failParked;
    line.failParked = null;
    raise(failure);
    line.said.add(label + " gets " + buffer.memory().getInt(buffer.offset()));
    buffer.release();
  }

  @Override
  public void flush() {
    flushes++;
    Throwable failure = line.failFlush;
    line.failFlush = null;
    raise(failure);
  }

  /** Arms a timer that says its name when it expires. */
  Timer timer(String name, long deadlineNanos) {
    Timer timer =
        new Timer() {
          @Override
          public String kind() {
            return "test";
          }

          @Override
          public void onExpiry(long nowNanos) {
            line.said.add(name + " at " + nowNanos);
          }
        };
    context.timers().arm(timer, deadlineNanos);
    return timer;
  }
}
