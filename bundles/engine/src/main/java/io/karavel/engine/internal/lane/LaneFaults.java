package io.karavel.engine.internal.lane;

import io.karavel.engine.DropReason;
import io.karavel.engine.Event;
import io.karavel.engine.LaneFence;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a lane does when something on it throws: finds whose it was, has that one gone on with, and
 * takes back what the call had in its hand, as soon as no module is being called. Lane's thread.
 */
final class LaneFaults {
  private static final Logger LOG = LoggerFactory.getLogger(LaneFaults.class);
  private static final int REPORTED_EVENTS = 50;

  private final Lane lane;

  /** Whether a slot may have to be filled once no module is being called. */
  private boolean replug;

  /** Whether a call has thrown since packets were taken back last. */
  private boolean hasThrown;

  /** Frames in hand that were counted as discarded already. */
  private int framesLost;

  LaneFaults(Lane lane) {
    this.lane = lane;
  }

  /** A module threw, most likely the one of {@code entered}. */
  void crashed(SlotHolder entered, Throwable thrown) {
    LaneFence.pass();
    SlotHolder culprit = Culprit.of(thrown, lane.slotTable().ordered(), entered);
    if (!lane.devices().isPolled(culprit, thrown)) {
      crashedIn(culprit, thrown);
    }
  }

  /** The module of this very slot threw. */
  void crashedIn(SlotHolder culprit, Throwable thrown) {
    LaneFence.pass();
    lane.counts().moduleCrashes.increment();
    hasThrown = true;
    lane.markBusy();
    culprit.faults().crash(thrown);
    replug = true;
  }

  /** The frame that was served when a module threw counts as discarded. */
  void frameLost() {
    framesLost++;
    lane.drops().count(DropReason.MODULE_CRASH);
  }

  /** A call into a module threw, and its caller is told. */
  void threw() {
    hasThrown = true;
  }

  /** Something threw that is no module's. */
  void failed(String what, Throwable thrown) {
    LaneFence.pass();
    hasThrown = true;
    lane.counts().failures.increment();
    lane.event("lane", lane.stack(), what + " failed: " + Culprit.describe(thrown));
    LOG.error("Stack {}: {} failed: {}", lane.stack(), what, Culprit.trace(thrown));
  }

  /** What a slot waited for is there: the next turn looks. */
  void replug() {
    replug = true;
    lane.leaveOver();
  }

  /** Whether {@link #settle} would look for slots to be filled. */
  boolean wantsReplug() {
    return replug;
  }

  /** Plugs fresh instances where modules crashed, now that none of them is being called. */
  void settle() {
    takeBackPackets();
    while (replug) {
      replug = false;
      for (SlotHolder slot : lane.slotTable().ordered()) {
        if (slot.turnover().wantsPlug()) {
          slot.turnover().plug();
        }
      }
      takeBackPackets();
    }
  }

  /** Returns to the pool what a call that threw had in its hand. */
  private void takeBackPackets() {
    if (!hasThrown) {
      return;
    }
    hasThrown = false;
    for (int left = lane.packets().reclaim() - framesLost; left > 0; left--) {
      lane.drops().count(DropReason.MODULE_CRASH);
    }
    framesLost = 0;
  }

  /** Has a fault written down with the frame that was served meanwhile, if anybody does that. */
  void report(String slot, String culprit, Throwable thrown, String outcome, SuspectFrame suspect) {
    CrashReports reports = lane.setup().shared().find(CrashReports.class);
    if (reports == null) {
      return;
    }
    List<String> latest = new ArrayList<>();
    for (Event event : lane.events().since(lane.events().nextSequence() - REPORTED_EVENTS)) {
      latest.add(event.kind() + " " + event.subject() + ": " + event.text());
    }
    reports.crashed(
        new CrashReport(
            lane.stack(),
            lane.index(),
            slot,
            culprit,
            Culprit.trace(thrown),
            outcome,
            suspect.bytes(),
            suspect.interfaceName(),
            suspect.ethernet(),
            latest));
  }
}
