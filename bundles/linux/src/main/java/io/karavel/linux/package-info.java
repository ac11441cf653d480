/**
 * The few Linux calls that the engine and the drivers share, through JNA direct mapping.
 *
 * <p>{@link io.karavel.linux.Linux} says whether this works here and holds the bare calls; those of
 * the hot path take addresses as {@code long}, allocate nothing and answer with a negative {@link
 * io.karavel.linux.Errno} instead of throwing. {@link io.karavel.linux.DescriptorWaiter} is what a
 * lane sleeps in, {@link io.karavel.linux.TunTap} and {@link io.karavel.linux.HostInterface} set
 * devices up, {@link io.karavel.linux.VirtioNetHeader} is the header in front of frames with
 * offloads. Constants are those of x86-64, aarch64 and riscv64.
 *
 * <p>Native code is bound to this bundle, which is why it is part of the ground and never swapped.
 */
@Export
@Version("0.1.0")
package io.karavel.linux;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
