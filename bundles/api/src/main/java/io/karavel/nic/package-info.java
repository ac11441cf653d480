/**
 * Network devices as the stack sees them, whatever drives them: a TAP, a cable in memory, a port.
 *
 * <p>A driver bundle has one DS component for its factory PID; each configuration {@code ~NAME}
 * becomes a {@link io.karavel.engine.ModuleFactory} for the slot {@code nic:NAME}, whose modules
 * implement {@link io.karavel.nic.NetworkDevice}. The engine plugs it into the lane of the stack
 * whose interface names the device. {@link io.karavel.nic.Impairment} is the seeded model of a bad
 * wire that cables, the testkit and diagnostics share.
 */
@Export
@Version("0.1.0")
package io.karavel.nic;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
