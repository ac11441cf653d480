package io.karavel.nic;

import java.util.Map;

/**
 * What {@code nic:list} and {@code nic:show} show of a device.
 *
 * @param name its name
 * @param driver the driver: "tap", "tun", "memory"
 * @param up whether frames can flow
 * @param status in words: "up", "no such device, next try in 4 s" …
 * @param capabilities what it can do now
 * @param statistics its own counts: rxPackets, rxBytes, txPackets, txBytes, rxDropped, txDropped,
 *     rxErrors, txErrors and whatever the driver adds
 * @param settings the driver's settings in force
 */
public record DeviceInfo(
    String name,
    String driver,
    boolean up,
    String status,
    DeviceCapabilities capabilities,
    Map<String, Long> statistics,
    Map<String, Object> settings) {}
