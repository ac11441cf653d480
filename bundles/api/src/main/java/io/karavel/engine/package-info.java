/**
 * What the engine and its modules agree on: modules and their factories, slots, the hand-over of
 * state, lanes, timers, counters, drop reasons, settings and events.
 *
 * <p>The way in: a protocol bundle registers a {@link io.karavel.engine.ModuleFactory} as an OSGi
 * service. The engine makes one {@link io.karavel.engine.Module} of it per lane, {@linkplain
 * io.karavel.engine.Module#open opens} it with the state its predecessor left, and sets it into its
 * {@link io.karavel.engine.Slot}. When the factory goes, the engine {@linkplain
 * io.karavel.engine.Module#export exports} the state, keeps it, and parks the packets that arrive
 * until a successor comes. Everything a module may use is in its {@link
 * io.karavel.engine.LaneContext}.
 *
 * <p>Threads: a lane is one thread at a time. Every method of a module is called on its lane's
 * thread, unless its Javadoc says "any thread".
 */
@Export
@Version("0.1.0")
package io.karavel.engine;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
