/**
 * The built-in services and the local forwarder.
 *
 * <p>{@link io.karavel.services.internal.ServicesComponent} is the one DS component; it hands
 * settings and stacks to {@link io.karavel.services.internal.Services}, which is plain Java. Each
 * {@link io.karavel.services.internal.BuiltIn} owns listeners and connections under one owner name
 * such as {@code io.karavel.services:echo}; a {@link
 * io.karavel.services.internal.ServiceConnection} is a handler on the lane. What a connection must
 * not forget when this bundle is replaced lies in its socket's attachment as JDK classes, so that
 * the next version goes on with it. {@link io.karavel.services.internal.Forwarder} is one selector
 * thread between kernel sockets and a stack.
 */
package io.karavel.services.internal;
