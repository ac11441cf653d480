/**
 * Whole stacks in plain Java on virtual time, for every test above the level of one class.
 *
 * <p>{@link io.karavel.testkit.StackHarness} is one stack without threads whose devices the test
 * holds in its hands. {@link io.karavel.testkit.VirtualNetwork} joins several of them by bad cables
 * and drives them in the order of virtual time. {@link io.karavel.testkit.SocketDriver} shows a
 * harness to programs that speak BSD sockets. {@link io.karavel.testkit.script.PacketScript} is the
 * language of packet tests on top of a harness. {@link io.karavel.testkit.Rfc} marks what a test
 * covers.
 *
 * <p>Nothing here sleeps, starts a thread or reads the computer's clock, and everything random is
 * seeded: a run replays bit for bit. An ordinary jar, not a bundle; production code never uses it.
 */
package io.karavel.testkit;
