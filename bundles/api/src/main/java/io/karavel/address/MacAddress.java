package io.karavel.address;

import java.util.Locale;

/** A 48-bit Ethernet address as an immutable value. */
public final class MacAddress {
  /** All ones: the broadcast address. */
  public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);

  private final long bits;

  private MacAddress(long bits) {
    this.bits = bits;
  }

  /** The address whose six octets are the low 48 bits, first octet most significant. */
  public static MacAddress of(long bits) {
    return new MacAddress(bits & 0xffff_ffff_ffffL);
  }

  /**
   * Parses six pairs of hexadecimal digits separated by ':' or '-'.
   *
   * @throws IllegalArgumentException saying what is wrong with the text
   */
  public static MacAddress parse(String text) {
    if (!text.matches("[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}")) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not a MAC address: write six hexadecimal pairs, as in 02:00:00:00:00:01");
    }
    return of(Long.parseLong(text.replaceAll("[:-]", ""), 16));
  }

  /**
   * A locally administered unicast address made from a name, the same for the same name, so that an
   * interface keeps its address across drivers and restarts (IEEE 802 local bit set).
   */
  public static MacAddress derivedFrom(String name) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
    }
    hash ^= hash >>> 29;
    return of(hash & 0xfcff_ffff_ffffL | 0x0200_0000_0000L);
  }

  /** The 48 bits, first octet most significant. */
  public long bits() {
    return bits;
  }

  /** Whether the group bit is set: multicast or broadcast. */
  public boolean isGroup() {
    return (bits & 0x0100_0000_0000L) != 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MacAddress && ((MacAddress) other).bits == bits;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(bits);
  }

  @Override
  public String toString() {
    String hex = String.format(Locale.ROOT, "%012x", bits);
    return hex.replaceAll("(..)(?!$)", "$1:");
  }
}
