/**
 * The connection manager around the TCP core ({@code io.karavel.tcp.internal.connection}): it owns
 * everything that is not one connection's own arithmetic.
 *
 * <p>{@link io.karavel.tcp.internal.TcpProtocol} is the module of a lane and puts the parts
 * together, which share {@link io.karavel.tcp.internal.TcpLane}. Up: {@code TcpInput} finds a
 * {@code Flow} in {@code Flows} ({@code FlowTable}) and hands the segment to a {@code Connection}
 * (the core with its socket and timer), a {@code QueuedEmbryo} or a listener ({@code Listeners}),
 * or a {@code TimeWaitFlow} ({@code TimeWaits}). Down: sockets' wishes go through {@code
 * SocketWishes} (connects: {@code ActiveOpens}); whoever called into a core says {@code
 * TcpFlusher.owe}, and {@code TcpFlusher.flush}, at the end of the burst, is the only place where
 * connections transmit, through {@code TcpOutput}.
 *
 * <p>Aside: {@code TcpHandover} (export and open), {@code LiveSweep} (settings in force for what
 * exists), {@code TcpErrors} (ICMP), {@code MemoryWaiters} (writers without memory), {@code
 * TcpInspection} (the shell). Everything runs on the lane's thread but {@code TcpComponent} and
 * {@code TcpModuleFactory}.
 */
package io.karavel.tcp.internal;
