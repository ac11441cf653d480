/**
 * A drill: before a newcomer takes over anything, it exchanges bytes with the module at work, over
 * a cable that is only in memory and in a time that is only counted.
 *
 * <p>The way in: {@link io.karavel.engine.internal.drill.Drill}. Nothing here touches the running
 * stacks; everything happens on the caller's thread.
 */
package io.karavel.engine.internal.drill;
