/**
 * Stacks: named sets of lanes with what lasts between them, the services over them, and which stack
 * gets which factories and interfaces. Plain Java without OSGi.
 *
 * <p>The way in: {@link io.karavel.engine.internal.stack.Stack} is one stack, driven by a test or,
 * after {@code start}, by a thread per lane; {@link io.karavel.engine.internal.stack.StackRegistry}
 * is all of an appliance. Of a stack, {@link io.karavel.engine.internal.stack.StackLanes} has the
 * lanes and threads, {@link io.karavel.engine.internal.stack.LaneCalls} has things done there,
 * {@link io.karavel.engine.internal.stack.StackQuestions} asks, and {@link
 * io.karavel.engine.internal.stack.StackRestart} takes it over a restart. Everything here may be
 * called by any thread.
 */
package io.karavel.engine.internal.stack;
