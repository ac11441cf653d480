package io.karavel.address;

/**
 * An address with a prefix length, as in {@code 10.77.0.2/24} (RFC 4632). It keeps the host bits:
 * an interface address is a prefix too; {@link #network()} clears them.
 *
 * @param address the address
 * @param length the prefix length, 0 to 32
 */
public record IpPrefix(IpAddress address, int length) {
  /** The prefix of everything, 0.0.0.0/0: the default route. */
  public static final IpPrefix DEFAULT = new IpPrefix(IpAddress.ANY, 0);

  /** Checks the range of the length. */
  public IpPrefix {
    if (length < 0 || length > 32) {
      throw new IllegalArgumentException("prefix length " + length + " is not within 0 to 32");
    }
  }

  /**
   * Parses {@code address/length}; without a length, /32.
   *
   * @throws IllegalArgumentException saying what is wrong with the text
   */
  public static IpPrefix parse(String text) {
    if (text.equals("default")) {
      return DEFAULT;
    }
    int slash = text.indexOf('/');
    if (slash < 0) {
      return new IpPrefix(IpAddress.parse(text), 32);
    }
    String length = text.substring(slash + 1);
    if (!length.matches("[0-9]{1,2}") || Integer.parseInt(length) > 32) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a prefix: the length after '/' is a number of 0 to 32");
    }
    return new IpPrefix(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(length));
  }

  /** The netmask as bits, most significant octet first. */
  public int maskBits() {
    return length == 0 ? 0 : -1 << (32 - length);
  }

  /** This prefix with the host bits cleared. */
  public IpPrefix network() {
    return new IpPrefix(IpAddress.ipv4(address.ipv4Bits() & maskBits()), length);
  }

  /** Whether {@code other} lies within this prefix. */
  public boolean contains(IpAddress other) {
    return ((address.ipv4Bits() ^ other.ipv4Bits()) & maskBits()) == 0;
  }

  /** The directed broadcast address (RFC 919); for /31 (RFC 3021) and /32 there is none: any. */
  public IpAddress broadcast() {
    return length >= 31 ? IpAddress.ANY : IpAddress.ipv4(address.ipv4Bits() | ~maskBits());
  }

  @Override
  public String toString() {
    return address + "/" + length;
  }
}
