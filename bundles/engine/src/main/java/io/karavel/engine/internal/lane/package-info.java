/**
 * One lane: its cycle, its slots and what lasts while modules come and go. Plain Java without OSGi.
 *
 * <p>The way in: {@link io.karavel.engine.internal.lane.Lane} does one cycle per {@code turn()} and
 * can be driven by a test; {@link io.karavel.engine.internal.lane.LaneLoop} is the thread around
 * it. {@link io.karavel.engine.internal.lane.SlotHolder} is the protocol by which modules arrive,
 * leave, are swapped and crash. {@link io.karavel.engine.internal.lane.ArmedTimers} is the truth
 * about timers, whatever wheel indexes them.
 *
 * <p>Threads: everything is the lane's thread's, unless its Javadoc says "any thread". A lane that
 * no loop has bound belongs to whoever drives it.
 */
package io.karavel.engine.internal.lane;
