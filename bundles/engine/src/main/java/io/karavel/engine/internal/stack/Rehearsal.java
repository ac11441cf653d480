package io.karavel.engine.internal.stack;

import io.karavel.engine.Handover;
import io.karavel.engine.internal.lane.Culprit;
import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.LaneSetup;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.SharedObjects;
import io.karavel.engine.internal.lane.StagedSwap;
import io.karavel.ip.spi.InterfaceTable;
import io.karavel.ip.spi.LocalAddresses;
import io.karavel.tcp.spi.LaneMailbox;
import io.karavel.tcp.spi.RingMemory;
import io.karavel.tcp.spi.SharesConnections;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.TcpEndpoints;
import io.karavel.tcp.spi.TransitionTap;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens a copy of the state of a module in a candidate for its slot, on a lane on which nothing
 * happens: no thread, no device, a clock that stands still. It runs the candidate's code, which
 * also warms it. Driven by the caller's thread, except {@link #sample}.
 */
final class Rehearsal {
  /** Embryos that stand for all. */
  private static final int EMBRYOS = 256;

  private final Lane lane;
  private final TcpEndpoints endpoints;
  private final ModuleSource candidate;
  private final List<String> problems = new ArrayList<>();

  private ModuleSource atWork;
  private Handover copy;
  private boolean isBegun;
  private int cursor;

  /** Like a lane of a stack, at its present time. */
  Rehearsal(Lane like, StackSetup setup, InterfaceTable interfaces, ModuleSource candidate) {
    this.candidate = candidate;
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

  /**
   * Takes a copy of the next piece of the state; on the lane whose state it is.
   *
   * @return whether there are more pieces
   */
  boolean sample(Lane own) {
    String slot = candidate.slot();
    if (!isBegun) {
      atWork = own.modules().atWork(slot);
    } else if (own.modules().atWork(slot) != atWork) {
      problems.add(atWork + " is not at work any more");
    }
    copy = null;
    if (atWork == null || atWork == candidate || !problems.isEmpty()) {
      return false;
    }
    StateCopy copies = new StateCopy(endpoints, lane.packets());
    SharesConnections sharing = own.module(slot, SharesConnections.class);
    if (sharing == null) {
      Handover state = own.modules().export(slot);
      copy = state == null ? null : copies.of(state);
      return false;
    }
    if (!isBegun) {
      isBegun = true;
      copy = copies.of(sharing.rest(EMBRYOS));
      return true;
    }
    SharesConnections.Portion portion = sharing.portion(cursor, StagedSwap.PORTION);
    copy = copies.of(portion.state());
    cursor = portion.next();
    return cursor != 0;
  }

  /** Rehearses with the piece that was taken last; false if something is wrong. */
  boolean isSound() {
    if (copy != null) {
      rehearse();
    }
    return problems.isEmpty();
  }

  /** What is wrong with the candidate; empty if nothing is. */
  List<String> problems() {
    return problems;
  }

  private void rehearse() {
    if (!candidate.factory().stateVersions().reads(copy.version())) {
      problems.add(
          "it reads "
              + candidate.factory().stateVersions().readable()
              + " of the state, the module at work writes version "
              + copy.version());
      return;
    }
    Handover exported = export(candidate, copy, "it");
    if (exported == null) {
      return;
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
      return;
    }
    Handover back = export(atWork, exported, atWork + ", going back,");
    if (back != null && problems.isEmpty()) {
      StateCopy.comparison()
          .missing(copy, back)
          .forEach(finding -> problems.add("the way back loses state: " + finding));
    }
  }

  private Handover export(ModuleSource source, Handover state, String who) {
    try {
      return lane.modules().tryOut(source, state);
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
