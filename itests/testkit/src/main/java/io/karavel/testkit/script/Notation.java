package io.karavel.testkit.script;

import io.karavel.testkit.IcmpName;
import io.karavel.testkit.PacketFormat;
import io.karavel.testkit.SegmentOption;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads packets in the notation that packetdrill made known:
 *
 * <pre>
 * S 0:0(0) win 65535 &lt;mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7&gt;
 * P. 1:1001(1000) ack 1 win 500
 * R. 0:0(0) ack 1
 * . 1:1(0) ack 1001 &lt;sack 2001:3001 4001:5001&gt;
 * [ttl 1, ect0] F. 1:1(0) ack 1
 * icmp fragmentation-needed mtu 1200 [1:1461(1460)]
 * </pre>
 *
 * <p>Flags are S, F, R, P, U, E (ECE), W (CWR) and {@code .} (ACK). Expected, a P that is not
 * written may be there, and so may the ACK of an R. A segment is {@code first:next(length)},
 * sequence numbers relative to the initial one. In options a number may be {@code *} or be left
 * out, which stands for any; {@code ...} lets other options follow. The fields in front are {@code
 * ttl N}, {@code tos N}, {@code ect0}, {@code ect1}, {@code ce}, {@code noecn}, {@code df}, {@code
 * nodf}, {@code reserved N}, {@code badsum}, {@code badipsum}.
 */
public final class Notation {
  private static final Pattern SEGMENT =
      Pattern.compile(
          "(?<flags>[SFRPUEW.]+|-)\\s+(?<seq>\\d+):(?<end>\\d+)\\((?<len>\\d+)\\)"
              + "(?:\\s+ack\\s+(?<ack>\\d+))?(?:\\s+win\\s+(?<win>\\d+))?"
              + "(?:\\s+urg\\s+(?<urg>\\d+))?(?:\\s*<(?<options>[^>]*)>)?");
  private static final Pattern ICMP =
      Pattern.compile(
          "icmp\\s+(?<name>[a-z-]+)(?:\\s+mtu\\s+(?<mtu>\\d+))?"
              + "(?:\\s*\\[\\s*(?<seq>\\d+):(?<end>\\d+)\\((?<len>\\d+)\\)\\s*\\])?");
  private static final Pattern FIELDS = Pattern.compile("\\[(?<fields>[^\\]]*)\\]\\s*(?<rest>.*)");
  private static final long LARGEST = 0xffff_ffffL;

  private Notation() {}

  /**
   * Reads one packet.
   *
   * @throws IllegalArgumentException saying what is wrong with the text
   */
  public static SegmentPattern parse(String text) {
    String rest = text.trim();
    SegmentPattern.IpFields fields = SegmentPattern.IpFields.NONE;
    Matcher before = FIELDS.matcher(rest);
    if (before.matches()) {
      fields = fields(text, before.group("fields"));
      rest = before.group("rest");
    }
    return rest.startsWith("icmp") ? icmp(text, rest, fields) : segment(text, rest, fields);
  }

  private static SegmentPattern segment(String text, String rest, SegmentPattern.IpFields fields) {
    Matcher matcher = SEGMENT.matcher(rest);
    if (!matcher.matches()) {
      throw wrong(
          text,
          "write FLAGS first:next(length) [ack N] [win N] [urg N] [<options>], in this order");
    }
    int flags = 0;
    for (char letter : matcher.group("flags").toCharArray()) {
      flags |= PacketFormat.flag(letter);
    }
    String options = matcher.group("options");
    List<SegmentOption> list = null;
    boolean more = false;
    if (options != null) {
      list = new ArrayList<>();
      for (String option : options.split(",")) {
        if (option.trim().equals("...")) {
          more = true;
        } else if (!option.isBlank()) {
          list.add(option(text, option.trim()));
        }
      }
    }
    boolean acknowledges = (flags & TcpHeader.ACK) != 0;
    if (matcher.group("ack") != null && !acknowledges) {
      throw wrong(text, "it has an ack but not the flag '.'");
    }
    return new SegmentPattern(
        text.trim(),
        fields,
        null,
        flags & ~TcpHeader.PSH,
        (flags & TcpHeader.PSH) != 0,
        range(text, matcher),
        Integer.parseInt(matcher.group("len")),
        matcher.group("ack") == null ? null : number(text, matcher.group("ack"), LARGEST),
        small(text, matcher.group("win")),
        small(text, matcher.group("urg")),
        list,
        more);
  }

  private static long range(String text, Matcher matcher) {
    long first = number(text, matcher.group("seq"), LARGEST);
    long next = number(text, matcher.group("end"), LARGEST);
    long length = number(text, matcher.group("len"), 65535);
    if (((first + length) & LARGEST) != next) {
      throw wrong(text, first + " and " + length + " bytes make " + (first + length));
    }
    return first;
  }

  private static SegmentPattern icmp(String text, String rest, SegmentPattern.IpFields fields) {
    Matcher matcher = ICMP.matcher(rest);
    if (!matcher.matches()) {
      throw wrong(text, "write icmp NAME [mtu N] [first:next(length)]");
    }
    Long quoted = matcher.group("seq") == null ? null : range(text, matcher);
    Integer mtu = small(text, matcher.group("mtu"));
    SegmentPattern.IcmpPart part =
        new SegmentPattern.IcmpPart(
            IcmpName.parse(matcher.group("name")),
            mtu == null ? 0 : mtu,
            quoted,
            quoted == null ? 0 : Integer.parseInt(matcher.group("len")));
    return new SegmentPattern(
        text.trim(), fields, part, 0, false, 0, 0, null, null, null, null, false);
  }

  private static SegmentPattern.IpFields fields(String text, String fields) {
    Integer ttl = null;
    Integer tos = null;
    Integer ecn = null;
    Boolean dontFragment = null;
    int reserved = 0;
    boolean badTcp = false;
    boolean badIp = false;
    for (String field : fields.split(",")) {
      String[] words = field.trim().split("\\s+");
      switch (words[0]) {
        case "ttl" -> ttl = integer(text, words);
        case "tos" -> tos = integer(text, words);
        case "noecn" -> ecn = 0;
        case "ect1" -> ecn = 1;
        case "ect0" -> ecn = 2;
        case "ce" -> ecn = 3;
        case "df" -> dontFragment = true;
        case "nodf" -> dontFragment = false;
        case "reserved" -> reserved = integer(text, words);
        case "badsum" -> badTcp = true;
        case "badipsum" -> badIp = true;
        default ->
            throw wrong(
                text,
                "'"
                    + field.trim()
                    + "' is none of ttl, tos, noecn, ect0, ect1, ce, df, nodf, reserved, badsum,"
                    + " badipsum");
      }
    }
    return new SegmentPattern.IpFields(ttl, tos, ecn, dontFragment, reserved, badTcp, badIp);
  }

  private static int integer(String text, String[] words) {
    try {
      return Integer.decode(words[1]);
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new IllegalArgumentException(
          "packet '" + text + "': '" + words[0] + "' takes a number", e);
    }
  }

  private static SegmentOption option(String text, String option) {
    String[] words = option.split("[\\s:]+");
    return switch (words[0]) {
      case "nop" -> SegmentOption.of(TcpOptionParser.NO_OPERATION);
      case "eol" -> SegmentOption.of(TcpOptionParser.END);
      case "sackOK" -> SegmentOption.of(TcpOptionParser.SACK_PERMITTED);
      case "mss" -> numbers(text, TcpOptionParser.MAXIMUM_SEGMENT_SIZE, words, 1);
      case "wscale" -> numbers(text, TcpOptionParser.WINDOW_SCALE, words, 1);
      case "uto" -> numbers(text, TcpOptionParser.USER_TIMEOUT, words, 1);
      case "TS" -> timestamps(text, words);
      case "sack" -> numbers(text, TcpOptionParser.SACK, words, words.length - 1);
      case "FO" ->
          new SegmentOption(
              TcpOptionParser.FAST_OPEN, List.of(), words.length > 1 ? hex(text, words[1]) : "");
      case "kind" -> {
        if (words.length < 2) {
          throw wrong(text, "write kind N HEX");
        }
        yield new SegmentOption(
            (int) number(text, words[1], 255),
            List.of(),
            words.length > 2 ? hex(text, words[2]) : "");
      }
      default ->
          throw wrong(
              text,
              "option '"
                  + option
                  + "' is none of mss, wscale, sackOK, sack, TS, FO, uto, nop, eol, kind");
    };
  }

  private static SegmentOption timestamps(String text, String[] words) {
    if (words.length == 1) {
      return SegmentOption.of(TcpOptionParser.TIMESTAMPS);
    }
    if (words.length != 5 || !words[1].equals("val") || !words[3].equals("ecr")) {
      throw wrong(text, "write TS val N ecr N, or TS alone for any");
    }
    return SegmentOption.of(
        TcpOptionParser.TIMESTAMPS, value(text, words[2]), value(text, words[4]));
  }

  private static SegmentOption numbers(String text, int kind, String[] words, int count) {
    List<Long> values = new ArrayList<>();
    for (int i = 1; i <= count && i < words.length; i++) {
      values.add(value(text, words[i]));
    }
    if (words.length > count + 1 || kind == TcpOptionParser.SACK && values.size() % 2 != 0) {
      throw wrong(text, "option '" + String.join(" ", words) + "' has too many or too few numbers");
    }
    return new SegmentOption(kind, values, null);
  }

  private static String hex(String text, String digits) {
    if (digits.equals(SegmentOption.ANY)) {
      return digits;
    }
    String lower = digits.toLowerCase(Locale.ROOT);
    if (!lower.matches("([0-9a-f]{2})*")) {
      throw wrong(text, "'" + digits + "' is not bytes in hexadecimal");
    }
    return lower;
  }

  private static Long value(String text, String word) {
    return word.equals("*") ? null : (Long) number(text, word, LARGEST);
  }

  private static Integer small(String text, String word) {
    return word == null ? null : (Integer) (int) number(text, word, 65535);
  }

  private static long number(String text, String word, long largest) {
    if (!word.matches("\\d{1,10}") || Long.parseLong(word) > largest) {
      throw wrong(text, "'" + word + "' is not a number of 0 to " + largest);
    }
    return Long.parseLong(word);
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException("packet '" + text.trim() + "': " + why);
  }
}
