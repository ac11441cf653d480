/**
 * Linux TAP and TUN devices.
 *
 * <p>Each configuration of {@code io.karavel.nic.tap} registers a {@code TapDeviceFactory}; its
 * {@code TapDevice} is the module on the lane. What the kernel does is behind {@code TapPort}, with
 * {@code KernelTapPort} as the real one, so that everything else is tested on virtual time. The
 * open descriptor goes from a device to its successor.
 */
package io.karavel.nic.tap.internal;
