/**
 * An independent checker of TCP, written from RFC 9293 and the RFCs around it: it reads the packets
 * at a stack's wires and what its applications call, follows each connection with a state machine,
 * parser and sequence arithmetic of its own, and throws a {@link
 * io.karavel.simulation.rfc9293.Violation} where a stack does what it must not, or leaves undone
 * what it must do.
 *
 * <p>Nothing here knows the core or the wire classes it is made with. Begin with {@link
 * io.karavel.simulation.rfc9293.Checker}; {@link io.karavel.simulation.rfc9293.End} is the state of
 * one end. Numbers of sequence space are {@code long}s from the initial sequence number on.
 */
package io.karavel.simulation.rfc9293;
