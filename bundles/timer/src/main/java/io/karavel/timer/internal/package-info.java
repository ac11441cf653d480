/**
 * The timer service: {@link io.karavel.timer.internal.TimingWheel} finds the timers of a lane that
 * are due, {@link io.karavel.timer.internal.SettingsKeepalivePolicy} says whether idle connections
 * are probed. The two factories make them per lane; the two components turn configuration into
 * settings and register the factories.
 *
 * <p>The armed timers themselves are the engine's: a wheel can be thrown away at any time and is
 * filled again by the engine. All calls of modules come on the lane's thread.
 */
package io.karavel.timer.internal;
