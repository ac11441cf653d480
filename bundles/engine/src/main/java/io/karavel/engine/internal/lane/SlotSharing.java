package io.karavel.engine.internal.lane;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.spi.FlowSet;
import io.karavel.tcp.spi.SharesConnections;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.TcpModule;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Two modules in the slot of TCP: how the second one comes, how connections go from one to the
 * other, and how one of them is left. Whatever fails on the way leaves all connections with the
 * version at work. Lane's thread.
 */
final class SlotSharing {
  private final Lane lane;
  private final SlotHolder slot;

  SlotSharing(Lane lane, SlotHolder slot) {
    this.lane = lane;
    this.slot = slot;
  }

  /**
   * Puts an empty guest beside the module at work.
   *
   * @return null on success, else why nothing has changed
   */
  String open(ModuleSource newcomer) {
    String refused = CanaryRules.problem(slot.module(), slot.source(), newcomer);
    if (refused != null) {
      return refused;
    }
    lane.flush();
    // the flush may have crashed it
    if (!(slot.module() instanceof SharesConnections)) {
      return slot.lastError();
    }
    ModuleContext host = slot.context();
    ModuleContext guests = new ModuleContext(lane, slot, host.counters().newPart());
    Handover nothing = Handover.empty(TcpModule.SLOT);
    TcpModule guest = (TcpModule) slot.opener().make(newcomer, guests, nothing, true);
    if (guest == null) {
      host.counters().absorb();
      return slot.lastError();
    }
    slot.share(new TcpCanary((TcpModule) slot.module(), host, guest, guests, newcomer));
    return null;
  }

  /**
   * Moves some connections to a newcomer, beside the module at work, which keeps the rest.
   *
   * @param percent how many of those that pass the filter: 1 to 100
   * @return null on success, else why nothing has changed
   */
  String begin(ModuleSource newcomer, Predicate<? super TcpConnectionInfo> filter, int percent) {
    String refused = CanaryRules.problem(slot.module(), slot.source(), newcomer);
    if (refused != null) {
      return refused;
    }
    lane.flush();
    // the flush may have crashed it
    if (!(slot.module() instanceof SharesConnections sharing)) {
      return slot.lastError();
    }
    FlowSet chosen;
    try {
      chosen = TcpCanary.choose(sharing.movable(filter), percent);
    } catch (Throwable t) {
      return slot.fail(slot.source() + " could not say its connections: " + Culprit.describe(t));
    }
    if (chosen.size() == 0) {
      return LaneSwaps.NOBODY_MOVES;
    }
    String problem = open(newcomer);
    TcpCanary canary = slot.canary();
    if (problem == null && canary != null) {
      try {
        move(canary, true, canary.portion(chosen));
        String moved = chosen.size() + " connections moved to " + newcomer;
        lane.event("module", slot.name(), moved);
      } catch (Throwable t) {
        problem = goBack(canary, t);
      }
    }
    return problem;
  }

  /** Moves a portion; if that fails the sockets are as they were. */
  void move(TcpCanary canary, boolean toGuest, SharesConnections.Portion portion)
      throws HandoverException {
    if (portion.flows().size() == 0) {
      return;
    }
    Map<StackEndpoint, Object> states = SocketDesk.moduleStates(portion.state());
    slot.sockets().atStake(states);
    lane.enter(slot);
    try {
      canary.move(toGuest, portion);
    } catch (Throwable t) {
      slot.sockets().restore(states);
      throw t;
    } finally {
      slot.sockets().atStake(null);
      lane.enter(null);
    }
  }

  /**
   * The last step: one of the two takes what is left of the other and is alone.
   *
   * @param watched whether the newcomer makes way if it throws
   */
  void settle(TcpCanary canary, boolean toGuest, boolean watched) throws HandoverException {
    lane.enter(slot);
    Handover rest = canary.rest(toGuest);
    Map<StackEndpoint, Object> states = SocketDesk.moduleStates(rest);
    slot.sockets().atStake(states);
    TcpModule alone;
    try {
      alone = canary.settle(toGuest, rest);
    } catch (Throwable t) {
      slot.sockets().restore(states);
      throw t;
    } finally {
      slot.sockets().atStake(null);
      lane.enter(null);
    }
    ModuleContext hosts = slot.context();
    if (toGuest) {
      slot.turnover().taken(alone, canary.guestContext(), canary.source(), watched);
      end(canary, true);
      hosts.retire();
      hosts.counters().succeed(canary.guestContext().counters());
    } else {
      slot.share(alone);
      end(canary, false);
      String back = "the connections of " + canary.source() + " are back";
      lane.event("module", slot.name(), back);
    }
  }

  private void end(TcpCanary canary, boolean toGuest) {
    ModuleSource whose = toGuest ? slot.wayBack().previous() : canary.source();
    lane.enter(slot);
    slot.opener().closing(whose);
    try {
      canary.end(toGuest);
    } catch (Throwable t) {
      slot.fail(whose + " failed to close: " + Culprit.describe(t));
    }
    slot.opener().closing(null);
    lane.enter(null);
  }

  /**
   * Connections could not go from one to the other: the version at work has all of them again.
   *
   * @return why they could not, and what became of the way back
   */
  String goBack(TcpCanary canary, Throwable thrown) {
    lane.faults().threw();
    String why =
        slot.fail(
            "connections could not go between "
                + slot.source()
                + " and "
                + canary.source()
                + ": "
                + Culprit.describe(thrown));
    if (canary.moved().size() == 0) {
      slot.share(canary.host());
      end(canary, false);
      return why;
    }
    String worse = new WholeSwap(lane, slot).exchange(slot.source());
    if (worse != null) {
      try {
        settle(canary, false, false);
      } catch (Throwable t) {
        return why + "; and going back: " + worse + "; " + Culprit.describe(t);
      }
    }
    lane.event("module", slot.name(), "the connections of " + canary.source() + " are back");
    return why;
  }

  /**
   * What the two say when one of them goes; the connections of one that cannot say its state fail.
   *
   * @param isGuests whose going it is
   */
  Handover salvage(TcpCanary canary, boolean isGuests) {
    return canary.salvage(
        (isUnsaidGuests, thrown) ->
            slot.fail(
                (isUnsaidGuests ? canary.source() : slot.source())
                    + (isUnsaidGuests == isGuests ? " goes" : " is beside one that goes")
                    + " and could not export its connections, which fail: "
                    + Culprit.describe(thrown)),
        lane.nowNanos());
  }

  /** Closes nothing and changes nothing: whether two modules are there that are these. */
  boolean isShared(TcpCanary canary) {
    return canary != null && slot.canary() == canary;
  }
}
