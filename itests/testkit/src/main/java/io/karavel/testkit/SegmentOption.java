package io.karavel.testkit;

import io.karavel.wire.TcpOptionParser;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * One option of a TCP segment as it stands on the wire, or, with absent values, as a script expects
 * it.
 *
 * @param kind the option's kind
 * @param values its numbers: MSS; window scale; edges of SACK blocks, left and right in turn; TSval
 *     and TSecr; user timeout. In a pattern a number may be null, which stands for any, and an
 *     empty list for any numbers
 * @param hex the bytes behind kind and length of a Fast Open or unknown option, else null
 */
public record SegmentOption(int kind, List<Long> values, String hex) {
  /** {@link #hex} of a pattern: any bytes, at least one. */
  public static final String ANY = "*";

  /** An option with numbers. */
  public static SegmentOption of(int kind, Long... values) {
    List<Long> list = new ArrayList<>();
    for (Long value : values) {
      list.add(value);
    }
    return new SegmentOption(kind, list, null);
  }

  /** Whether it is padding. */
  public boolean isPadding() {
    return kind == TcpOptionParser.NO_OPERATION || kind == TcpOptionParser.END;
  }

  /** Reads the options in a region; what is malformed becomes one option with kind -1. */
  static List<SegmentOption> read(ByteBuffer buffer, int offset, int length) {
    List<SegmentOption> options = new ArrayList<>();
    int at = offset;
    int end = offset + length;
    while (at < end) {
      int kind = buffer.get(at) & 0xff;
      if (kind == TcpOptionParser.NO_OPERATION) {
        options.add(of(kind));
        at++;
        continue;
      }
      if (kind == TcpOptionParser.END) {
        options.add(of(kind));
        return options;
      }
      int size = at + 1 < end ? buffer.get(at + 1) & 0xff : 0;
      if (size < 2 || at + size > end) {
        options.add(new SegmentOption(-1, List.of(), hex(buffer, at, end - at)));
        return options;
      }
      options.add(read(buffer, at, kind, size));
      at += size;
    }
    return options;
  }

  private static SegmentOption read(ByteBuffer buffer, int at, int kind, int size) {
    switch (kind) {
      case TcpOptionParser.MAXIMUM_SEGMENT_SIZE, TcpOptionParser.USER_TIMEOUT:
        if (size == 4) {
          return of(kind, (long) (buffer.getShort(at + 2) & 0xffff));
        }
        break;
      case TcpOptionParser.WINDOW_SCALE:
        if (size == 3) {
          return of(kind, (long) (buffer.get(at + 2) & 0xff));
        }
        break;
      case TcpOptionParser.SACK_PERMITTED:
        if (size == 2) {
          return of(kind);
        }
        break;
      case TcpOptionParser.TIMESTAMPS:
        if (size == 10) {
          return of(kind, unsigned(buffer, at + 2), unsigned(buffer, at + 6));
        }
        break;
      case TcpOptionParser.SACK:
        if (size > 2 && (size - 2) % 8 == 0) {
          List<Long> edges = new ArrayList<>();
          for (int i = at + 2; i < at + size; i += 4) {
            edges.add(unsigned(buffer, i));
          }
          return new SegmentOption(kind, edges, null);
        }
        break;
      default:
        break;
    }
    return new SegmentOption(kind, List.of(), hex(buffer, at + 2, size - 2));
  }

  private static long unsigned(ByteBuffer buffer, int at) {
    return buffer.getInt(at) & 0xffff_ffffL;
  }

  private static String hex(ByteBuffer buffer, int at, int length) {
    byte[] bytes = new byte[length];
    buffer.get(at, bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** The option's bytes. Absent numbers are an error: a pattern cannot be sent. */
  byte[] bytes() {
    if (kind == -1) {
      return HexFormat.of().parseHex(hex);
    }
    if (isPadding()) {
      return new byte[] {(byte) kind};
    }
    if (hex != null) {
      byte[] body = HexFormat.of().parseHex(hex);
      return ByteBuffer.allocate(2 + body.length)
          .put((byte) kind)
          .put((byte) (2 + body.length))
          .put(body)
          .array();
    }
    ByteBuffer out = ByteBuffer.allocate(40);
    out.put((byte) kind).put((byte) 0);
    for (Long value : values) {
      if (value == null) {
        throw new IllegalArgumentException("option " + this + " has no value to send");
      }
      switch (kind) {
        case TcpOptionParser.MAXIMUM_SEGMENT_SIZE, TcpOptionParser.USER_TIMEOUT ->
            out.putShort(value.shortValue());
        case TcpOptionParser.WINDOW_SCALE -> out.put(value.byteValue());
        default -> out.putInt(value.intValue());
      }
    }
    out.put(1, (byte) out.position());
    byte[] bytes = new byte[out.position()];
    out.get(0, bytes);
    return bytes;
  }

  /** As scripts write it: {@code mss 1460}, {@code sack 1001:2001 3001:4001}. */
  @Override
  public String toString() {
    return switch (kind) {
      case -1 -> "malformed " + hex;
      case TcpOptionParser.END -> "eol";
      case TcpOptionParser.NO_OPERATION -> "nop";
      case TcpOptionParser.MAXIMUM_SEGMENT_SIZE -> "mss" + numbers();
      case TcpOptionParser.WINDOW_SCALE -> "wscale" + numbers();
      case TcpOptionParser.SACK_PERMITTED -> "sackOK";
      case TcpOptionParser.USER_TIMEOUT -> "uto" + numbers();
      case TcpOptionParser.SACK -> "sack" + blocks();
      case TcpOptionParser.TIMESTAMPS ->
          values.isEmpty() ? "TS" : "TS val " + show(0) + " ecr " + show(1);
      case TcpOptionParser.FAST_OPEN -> "FO" + (hex.isEmpty() ? "" : " " + hex);
      default -> String.format(Locale.ROOT, "kind %d %s", kind, hex == null ? "*" : hex);
    };
  }

  private String show(int index) {
    Long value = values.get(index);
    return value == null ? "*" : value.toString();
  }

  private String numbers() {
    return values.isEmpty() ? "" : " " + show(0);
  }

  private String blocks() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i + 1 < values.size(); i += 2) {
      text.append(' ').append(show(i)).append(':').append(show(i + 1));
    }
    return text.toString();
  }
}
