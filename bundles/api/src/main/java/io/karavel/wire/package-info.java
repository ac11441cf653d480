/**
 * Views of protocol headers: where each field lies, and nothing of what it means.
 *
 * <p>Every class here is a set of static accessors over a {@link java.nio.ByteBuffer} (heap or
 * direct, big-endian, which is a new buffer's order) and an absolute offset at which the header
 * begins. Nothing is allocated, no position or limit is touched, and no state is kept, so any
 * thread may call any of them. The only objects are {@link io.karavel.wire.TcpOptionParser} and
 * {@link io.karavel.wire.TcpOptionWriter}, made once and used again for every segment.
 *
 * <p>The pattern is: call {@code validate(buffer, offset, length)} first; it answers with a {@link
 * io.karavel.wire.HeaderVerdict} and never throws, whatever the bytes are. After {@code OK} all
 * accessors of that header are safe. Accessors return unsigned quantities in the next wider type
 * ({@code int} for 8 and 16 bits), except that 32-bit quantities with arithmetic of their own stay
 * {@code int}: IPv4 addresses (as {@code ByteBuffer.getInt} reads them) and sequence numbers
 * (compared with {@link io.karavel.wire.Seq}). MAC addresses are {@code long}, of which the low 48
 * bits are used.
 */
@Export
@Version("0.1.0")
package io.karavel.wire;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
