package io.karavel.engine.internal.stack;

import io.karavel.control.ModuleAbsentException;
import io.karavel.control.TimerInfo;
import io.karavel.engine.Counters;
import io.karavel.engine.DropReason;
import io.karavel.engine.internal.lane.Culprit;
import io.karavel.engine.internal.lane.Lane;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be asked of a stack and the modules on its lanes. Any thread. */
final class StackQuestions {
  private static final Logger LOG = LoggerFactory.getLogger(StackQuestions.class);

  private final StackSetup setup;
  private final StackLanes lanes;
  private final LaneCalls calls;

  StackQuestions(StackSetup setup, StackLanes lanes, LaneCalls calls) {
    this.setup = setup;
    this.lanes = lanes;
    this.calls = calls;
  }

  /** See {@link Stack#query}. */
  <M, T> T query(String slot, Class<M> type, Function<? super M, ? extends T> question)
      throws ModuleAbsentException {
    Lane lane = lanes.first();
    if (lanes.isClosed()) {
      throw new ModuleAbsentException("stack " + setup.name() + " is closed");
    }
    if (lane.isOwner()) {
      return put(lane, slot, type, question);
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    Runnable task =
        () -> {
          try {
            answer.complete(put(lane, slot, type, question));
          } catch (Throwable t) {
            answer.completeExceptionally(t);
          }
        };
    int millis = setup.settings().get().queryMillis();
    try {
      lane.post(task);
      return answer.get(millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      throw new ModuleAbsentException(e.getMessage() + "; try again");
    } catch (TimeoutException e) {
      throw new ModuleAbsentException(
          "module "
              + slot
              + " of stack "
              + setup.name()
              + " did not answer within "
              + millis
              + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModuleAbsentException("interrupted while waiting for module " + slot);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ModuleAbsentException absent) {
        throw absent;
      }
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw new IllegalStateException(
          "module " + slot + " failed: " + Culprit.describe(e.getCause()), e.getCause());
    }
  }

  private <M, T> T put(
      Lane lane, String slot, Class<M> type, Function<? super M, ? extends T> question)
      throws ModuleAbsentException {
    M module = present(lane, slot, type);
    try {
      return question.apply(module);
    } catch (Throwable t) {
      lane.threw();
      throw t;
    }
  }

  private <M> M present(Lane lane, String slot, Class<M> type) throws ModuleAbsentException {
    M module = lane.module(slot, type);
    if (module == null) {
      String where = "module " + slot + " of stack " + setup.name() + ": ";
      Object any = lane.module(slot, Object.class);
      throw new ModuleAbsentException(
          any == null
              ? where + "not running; start its bundle (net:status shows what there is)"
              : where + "is no " + type.getSimpleName());
    }
    return module;
  }

  /** The armed timers of its lanes, grouped by kind. */
  List<TimerInfo> timers() {
    List<TimerInfo> all = new ArrayList<>();
    for (Lane lane : lanes.all()) {
      try {
        all.addAll(calls.onLane(lane, Lane::timerKinds, setup.settings().get().queryMillis()));
      } catch (TimeoutException e) {
        LOG.error("Stack {}: lane {} does not answer", setup.name(), lane.index());
      }
    }
    return all;
  }

  /** The counters, summed over the lanes. */
  Map<String, Long> counters() {
    Map<String, Long> sum = new TreeMap<>();
    for (Lane lane : lanes.all()) {
      Counters counters = lane.counters();
      counters.snapshot().forEach((name, value) -> sum.merge(name, value, Long::sum));
    }
    return sum;
  }

  /** The discards, summed over the lanes. */
  Map<DropReason, Long> drops() {
    Map<DropReason, Long> sum = new EnumMap<>(DropReason.class);
    for (Lane lane : lanes.all()) {
      lane.drops().snapshot().forEach((reason, count) -> sum.merge(reason, count, Long::sum));
    }
    return sum;
  }
}
