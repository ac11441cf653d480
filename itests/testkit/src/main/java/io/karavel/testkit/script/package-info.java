/**
 * Packet scripts: a test says which packets arrive at a stack when, which the stack must answer
 * with, and what applications do in between; whatever is sent and was not expected fails.
 *
 * <p>{@link io.karavel.testkit.script.PacketScript} is what tests use. {@link
 * io.karavel.testkit.script.Notation} reads the notation of packets; {@link
 * io.karavel.testkit.script.Flow} keeps what makes numbers relative. The engine behind it knows a
 * {@link io.karavel.testkit.StackHarness} and nothing of how TCP is made.
 */
package io.karavel.testkit.script;
