package io.karavel.wire;

/**
 * What a header's {@code validate} method found. Anything but {@link #OK} means that the accessors
 * of that header must not be used; the caller maps it to the one reason under which it drops.
 */
public enum HeaderVerdict {
  /** The header is whole and its lengths agree with each other. */
  OK,
  /** There are fewer bytes than the header, or than a length in it, claims. */
  TRUNCATED,
  /** The version or the type of the protocol is not the one expected here. */
  BAD_VERSION,
  /** The header length (IHL, data offset, hardware or protocol address length) is impossible. */
  BAD_HEADER_LENGTH,
  /** The total length is smaller than the header. */
  BAD_TOTAL_LENGTH
}
