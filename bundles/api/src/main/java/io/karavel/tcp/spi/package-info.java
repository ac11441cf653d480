/**
 * Between sockets and the TCP module: the lasting objects and the module's face.
 *
 * <p>{@link io.karavel.tcp.spi.StackSocket}, {@link io.karavel.tcp.spi.StackListener}, their {@link
 * io.karavel.tcp.spi.ByteRing}s and {@link io.karavel.tcp.spi.TcpEndpoints} are concrete, belong to
 * the engine and outlast every {@link io.karavel.tcp.spi.TcpModule}. A socket's wishes are bits in
 * it ({@link io.karavel.tcp.spi.StackEndpoint}); a socket with wishes waits in the lane's {@link
 * io.karavel.tcp.spi.LaneMailbox} until a TCP module is there to take them.
 */
@Export
@Version("0.1.0")
package io.karavel.tcp.spi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
