package io.karavel.wire;

import java.nio.ByteBuffer;

/** An ICMP message (RFC 792, RFC 1191, RFC 1122 §3.2.2), the bytes that follow the IPv4 header. */
public final class IcmpMessage {
  /** Length in bytes of the fixed part, which every type used here has. */
  public static final int LENGTH = 8;

  /** Type: echo reply. */
  public static final int ECHO_REPLY = 0;

  /** Type: destination unreachable. */
  public static final int UNREACHABLE = 3;

  /** Type: source quench, obsolete (RFC 6633) and ignored. */
  public static final int SOURCE_QUENCH = 4;

  /** Type: redirect. */
  public static final int REDIRECT = 5;

  /** Type: echo request. */
  public static final int ECHO_REQUEST = 8;

  /** Type: time exceeded. */
  public static final int TIME_EXCEEDED = 11;

  /** Type: parameter problem. */
  public static final int PARAMETER_PROBLEM = 12;

  /** Code of {@link #UNREACHABLE}: net unreachable. */
  public static final int NET_UNREACHABLE = 0;

  /** Code of {@link #UNREACHABLE}: host unreachable. */
  public static final int HOST_UNREACHABLE = 1;

  /** Code of {@link #UNREACHABLE}: protocol unreachable. */
  public static final int PROTOCOL_UNREACHABLE = 2;

  /** Code of {@link #UNREACHABLE}: port unreachable. */
  public static final int PORT_UNREACHABLE = 3;

  /** Code of {@link #UNREACHABLE}: fragmentation needed and DF set; carries the next-hop MTU. */
  public static final int FRAGMENTATION_NEEDED = 4;

  /** Code of {@link #UNREACHABLE}: source route failed. */
  public static final int SOURCE_ROUTE_FAILED = 5;

  /** Code of {@link #UNREACHABLE}: communication administratively prohibited (RFC 1812). */
  public static final int ADMINISTRATIVELY_PROHIBITED = 13;

  /** Code of {@link #TIME_EXCEEDED}: the time to live ran out on the way. */
  public static final int TTL_EXCEEDED = 0;

  /** Code of {@link #TIME_EXCEEDED}: reassembly took too long. */
  public static final int REASSEMBLY_TIME_EXCEEDED = 1;

  private IcmpMessage() {}

  /** Whether the bytes hold the fixed part of an ICMP message. The type is not judged. */
  public static HeaderVerdict validate(ByteBuffer buffer, int offset, int length) {
    return length < LENGTH || offset < 0 || buffer.limit() - offset < length
        ? HeaderVerdict.TRUNCATED
        : HeaderVerdict.OK;
  }

  /** The type. */
  public static int type(ByteBuffer buffer, int offset) {
    return buffer.get(offset) & 0xFF;
  }

  /** Sets the type. */
  public static void type(ByteBuffer buffer, int offset, int value) {
    buffer.put(offset, (byte) value);
  }

  /** The code. */
  public static int code(ByteBuffer buffer, int offset) {
    return buffer.get(offset + 1) & 0xFF;
  }

  /** Sets the code. */
  public static void code(ByteBuffer buffer, int offset, int value) {
    buffer.put(offset + 1, (byte) value);
  }

  /** The checksum as it stands. */
  public static int checksum(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 2) & 0xFFFF;
  }

  /** Sets the checksum. */
  public static void checksum(ByteBuffer buffer, int offset, int value) {
    buffer.putShort(offset + 2, (short) value);
  }

  /** The identifier of an echo. */
  public static int identifier(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 4) & 0xFFFF;
  }

  /** Sets the identifier of an echo. */
  public static void identifier(ByteBuffer buffer, int offset, int value) {
    buffer.putShort(offset + 4, (short) value);
  }

  /** The sequence number of an echo. */
  public static int sequence(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 6) & 0xFFFF;
  }

  /** Sets the sequence number of an echo. */
  public static void sequence(ByteBuffer buffer, int offset, int value) {
    buffer.putShort(offset + 6, (short) value);
  }

  /** The next-hop MTU in bytes of a fragmentation-needed message; 0 from an old router. */
  public static int nextHopMtu(ByteBuffer buffer, int offset) {
    return buffer.getShort(offset + 6) & 0xFFFF;
  }

  /** Sets the next-hop MTU in bytes. */
  public static void nextHopMtu(ByteBuffer buffer, int offset, int value) {
    buffer.putShort(offset + 6, (short) value);
  }

  /** The pointer of a parameter problem: which byte of the datagram was wrong. */
  public static int pointer(ByteBuffer buffer, int offset) {
    return buffer.get(offset + 4) & 0xFF;
  }

  /** Sets the pointer of a parameter problem. */
  public static void pointer(ByteBuffer buffer, int offset, int value) {
    buffer.put(offset + 4, (byte) value);
  }

  /** Whether messages of this type report an error and quote the datagram that caused it. */
  public static boolean isError(int type) {
    return switch (type) {
      case UNREACHABLE, SOURCE_QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM -> true;
      default -> false;
    };
  }

  /**
   * Writes the fixed part with a zero checksum.
   *
   * @param rest the four bytes after the checksum (identifier and sequence, MTU, pointer …)
   */
  public static void write(ByteBuffer buffer, int offset, int type, int code, int rest) {
    buffer.putInt(offset, type << 24 | (code & 0xFF) << 16);
    buffer.putInt(offset + 4, rest);
  }

  /** Whether the checksum over the whole message of {@code length} bytes is right. */
  public static boolean checksumIsValid(ByteBuffer buffer, int offset, int length) {
    return InternetChecksum.sum(buffer, offset, length) == 0xFFFF;
  }

  /** Computes the checksum over the whole message of {@code length} bytes and writes it. */
  public static void updateChecksum(ByteBuffer buffer, int offset, int length) {
    buffer.putShort(offset + 2, (short) 0);
    buffer.putShort(offset + 2, (short) ~InternetChecksum.sum(buffer, offset, length));
  }
}
