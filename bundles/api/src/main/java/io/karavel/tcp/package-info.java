/**
 * TCP for applications: sockets and listeners that outlast the TCP module.
 *
 * <p>{@link io.karavel.tcp.TcpService} is an OSGi service, one per stack (property {@code stack}).
 * Three ways to use it: non-blocking calls on {@link io.karavel.tcp.TcpSocket}; the blocking {@code
 * await…} calls and streams; or a {@link io.karavel.tcp.TcpHandler}, application code that runs on
 * the lane itself. None of them ever enters protocol code: they exchange bytes through rings and
 * post wishes, which the TCP module takes up in its next turn, whichever version of it is at work.
 */
@Export
@Version("0.1.0")
package io.karavel.tcp;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
