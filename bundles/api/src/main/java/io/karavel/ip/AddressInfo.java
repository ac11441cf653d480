package io.karavel.ip;

import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;

/**
 * An address as {@code ip:address-list} shows it.
 *
 * @param interfaceName its interface
 * @param device the device of the interface
 * @param address address and prefix length
 * @param mac MAC address of the interface
 * @param mtu MTU in force, bytes
 * @param up whether the interface can carry traffic now
 * @param state "valid", "tentative" (being probed) or "conflict"
 * @param origin "configured" or "added"
 */
public record AddressInfo(
    String interfaceName,
    String device,
    IpPrefix address,
    MacAddress mac,
    int mtu,
    boolean up,
    String state,
    String origin) {}
