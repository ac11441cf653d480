/**
 * The TCP core: connections as values that know no thread, clock, socket or logger. Segments, time
 * and commands go in ({@link io.karavel.tcp.internal.connection.TcpConnection#onSegment}, {@code
 * onDeadline}, {@code written} …); segments ({@code pollTransmit}), events ({@code takeEvents}) and
 * the next deadline come out. The same inputs give the same bytes.
 *
 * <p>A connection is one {@code ControlBlock} of plain variables, kept small because there are very
 * many of them; each concern is a class of functions over it ({@code SegmentAcceptance}, {@code
 * AckProcessing}, {@code Receiver}, {@code Sender} …), in a file of its own. What only an active
 * connection needs (the map of sent segments, the ranges out of order) is made when it is first
 * needed and let go when idle. Openings and TIME-WAIT are types of their own, {@link
 * io.karavel.tcp.internal.connection.Embryo} and {@link
 * io.karavel.tcp.internal.connection.TimeWaitRecord}.
 *
 * <p>Sequence numbers are ints; position 0 of the send ring is ISS+1, of the receive ring IRS+1.
 */
package io.karavel.tcp.internal.connection;
