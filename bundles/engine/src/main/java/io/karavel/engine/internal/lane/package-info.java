/**
 * One lane: its cycle, its slots and what lasts while modules come and go. Plain Java without OSGi.
 *
 * <p>The way in: {@link io.karavel.engine.internal.lane.Lane} does one cycle per {@code turn()} and
 * can be driven by a test; {@link io.karavel.engine.internal.lane.LaneLoop} is the thread around
 * it. What is done to a lane between two turns is asked of its parts: {@link
 * io.karavel.engine.internal.lane.LaneModules} for modules that come and go, {@link
 * io.karavel.engine.internal.lane.LaneSwaps} for swaps, canaries and ways back, {@link
 * io.karavel.engine.internal.lane.Standstill} for a restart that keeps connections; what is done
 * when something throws, of {@link io.karavel.engine.internal.lane.LaneFaults}. {@link
 * io.karavel.engine.internal.lane.ArmedTimers} is the truth about timers, whatever wheel indexes
 * them.
 *
 * <p>A slot is a {@link io.karavel.engine.internal.lane.SlotHolder}: the module at work and what
 * outlasts it. Each part of the protocol by which modules change there has a class of its own:
 * {@link io.karavel.engine.internal.lane.Turnover} (arriving, standing by, leaving), {@link
 * io.karavel.engine.internal.lane.Stay} (at work after the bundle has gone), {@link
 * io.karavel.engine.internal.lane.WholeSwap} and {@link io.karavel.engine.internal.lane.StagedSwap}
 * (taking over, in one turn or in portions), {@link io.karavel.engine.internal.lane.SlotSharing}
 * (two modules in one slot), {@link io.karavel.engine.internal.lane.WayBack} and {@link
 * io.karavel.engine.internal.lane.SlotFaults} (crashes and hangs). {@link
 * io.karavel.engine.internal.lane.Succession} is about whole lanes: one goes on in the place of one
 * that hangs.
 *
 * <p>Threads: everything is the lane's thread's, unless its Javadoc says "any thread". A lane that
 * no loop has bound belongs to whoever drives it.
 */
package io.karavel.engine.internal.lane;
