package io.karavel.address;

/**
 * An IP address as an immutable value. IPv4 is what the stack speaks today; the type is kept apart
 * from {@code int} so that IPv6 can join it without changing the callers.
 */
public final class IpAddress implements Comparable<IpAddress> {
  /** The unspecified IPv4 address, 0.0.0.0: "any" when binding. */
  public static final IpAddress ANY = new IpAddress(0);

  /** The first loopback address, 127.0.0.1. */
  public static final IpAddress LOOPBACK = new IpAddress(0x7f000001);

  private final int bits;

  private IpAddress(int bits) {
    this.bits = bits;
  }

  /** The IPv4 address whose four octets are, most significant first, the bytes of {@code bits}. */
  public static IpAddress ipv4(int bits) {
    return bits == 0 ? ANY : new IpAddress(bits);
  }

  /**
   * Parses dotted-decimal notation, exactly four numbers of 0 to 255 without leading zeros (RFC
   * 6943 §3.1.1: looser forms are ambiguous).
   *
   * @throws IllegalArgumentException saying what is wrong with the text
   */
  public static IpAddress parse(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      throw wrong(text);
    }
    int bits = 0;
    for (String part : parts) {
      if (part.isEmpty()
          || part.length() > 3
          || (part.length() > 1 && part.charAt(0) == '0')
          || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
        throw wrong(text);
      }
      int octet = Integer.parseInt(part);
      if (octet > 255) {
        throw wrong(text);
      }
      bits = bits << 8 | octet;
    }
    return ipv4(bits);
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is not an IPv4 address: write four numbers of 0 to 255, as in 10.77.0.2");
  }

  /** The 32 bits of an IPv4 address, first octet in the most significant byte. */
  public int ipv4Bits() {
    return bits;
  }

  /** Whether this is 0.0.0.0. */
  public boolean isAny() {
    return bits == 0;
  }

  /** Whether this lies in 127.0.0.0/8 (RFC 1122 §3.2.1.3). */
  public boolean isLoopback() {
    return bits >>> 24 == 127;
  }

  /** Whether this lies in 224.0.0.0/4 (RFC 1112). */
  public boolean isMulticast() {
    return bits >>> 28 == 0xe;
  }

  /** Whether this is 255.255.255.255 (RFC 919). */
  public boolean isLimitedBroadcast() {
    return bits == -1;
  }

  /** Whether a host can own this address: neither any, multicast, broadcast nor class E. */
  public boolean isUnicast() {
    return bits != 0 && bits >>> 28 < 0xe;
  }

  @Override
  public int compareTo(IpAddress other) {
    return Integer.compareUnsigned(bits, other.bits);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IpAddress && ((IpAddress) other).bits == bits;
  }

  @Override
  public int hashCode() {
    return bits * 0x9e3779b1;
  }

  /** Dotted-decimal notation of IPv4 {@code bits}. */
  public static String format(int bits) {
    return (bits >>> 24)
        + "."
        + (bits >>> 16 & 255)
        + "."
        + (bits >>> 8 & 255)
        + "."
        + (bits & 255);
  }

  @Override
  public String toString() {
    return format(bits);
  }
}
