/** StackHarness, PacketScript, VirtualClock, VirtualNetwork: whole stacks in plain Java. */
package io.karavel.testkit;
