package io.karavel.engine.internal.stack;

import io.karavel.engine.Handover;
import io.karavel.engine.internal.lane.Culprit;
import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.LaneSetup;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.SharedObjects;
import io.karavel.ip.spi.InterfaceTable;
import io.karavel.ip.spi.LocalAddresses;
import io.karavel.tcp.spi.LaneMailbox;
import io.karavel.tcp.spi.RingMemory;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.TcpEndpoints;
import io.karavel.tcp.spi.TransitionTap;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens a copy of the state of a module in a candidate for its slot, on a lane on which nothing
 * happens: no thread, no device, a clock that stands still. It runs the candidate's code once,
 * which also warms it. Driven by the caller's thread, except {@link #copy}.
 */
final class Rehearsal {
  private final Lane lane;
  private final TcpEndpoints endpoints;

  /** Like a lane of a stack, at its present time. */
  Rehearsal(Lane like, StackSetup setup, InterfaceTable interfaces) {
    long nowNanos = setup.clock().nanoTime();
    RingMemory memory = new RingMemory(Long.MAX_VALUE);
    endpoints = new TcpEndpoints(new NoMailbox(), memory, address -> true, bound -> 0);
    SharedObjects shared =
        new SharedObjects()
            .put(InterfaceTable.class, interfaces)
            .put(LocalAddresses.class, new LocalAddresses())
            .put(RingMemory.class, memory)
            .put(TransitionTap.class, new TransitionTap())
            .put(TcpEndpoints.class, endpoints);
    lane =
        new Lane(
            new LaneSetup(
                like.stack(),
                like.index(),
                setup.configured(),
                () -> nowNanos,
                setup.settings(),
                shared,
                setup.secrets(),
                setup.seed()));
  }

  /** The state by value; on the lane whose state it is. */
  Handover copy(Handover state) {
    return new StateCopy(endpoints, lane.packets()).of(state);
  }

  /** What is wrong with the candidate, given a copy of the state of the module at work. */
  List<String> problems(ModuleSource atWork, ModuleSource candidate, Handover copy) {
    List<String> problems = new ArrayList<>();
    if (!candidate.factory().stateVersions().reads(copy.version())) {
      problems.add(
          "it reads "
              + candidate.factory().stateVersions().readable()
              + " of the state, the module at work writes version "
              + copy.version());
      return problems;
    }
    Handover exported = export(candidate, copy, "it", problems);
    if (exported == null) {
      return problems;
    }
    if (exported.version() == copy.version()) {
      StateCopy.comparison()
          .missing(copy, exported)
          .forEach(finding -> problems.add("it does not export what it opened: " + finding));
    }
    if (!atWork.factory().stateVersions().reads(exported.version())) {
      problems.add(
          "there would be no way back: it writes state of version "
              + exported.version()
              + ", which "
              + atWork
              + " cannot read");
      return problems;
    }
    Handover back = export(atWork, exported, atWork + ", going back,", problems);
    if (back != null && problems.isEmpty()) {
      StateCopy.comparison()
          .missing(copy, back)
          .forEach(finding -> problems.add("the way back loses state: " + finding));
    }
    return problems;
  }

  private Handover export(ModuleSource source, Handover state, String who, List<String> problems) {
    try {
      return lane.tryOut(source, state);
    } catch (Throwable t) {
      problems.add(who + " cannot open the state: " + Culprit.describe(t));
      return null;
    }
  }

  /** Where wishes of copied sockets would go; there are none. */
  private static final class NoMailbox implements LaneMailbox {
    @Override
    public void attention(StackEndpoint endpoint) {}

    @Override
    public void ready(StackEndpoint endpoint) {}

    @Override
    public boolean onLane() {
      return true;
    }
  }
}
