package io.karavel.diagnostics.internal.capture;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.address.IpPrefix;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.Ipv4Header;
import io.karavel.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which frames to record, in a part of tcpdump's language: {@code [src|dst] host A}, {@code
 * [src|dst] net A/L}, {@code [src|dst] port N}, {@code arp}, {@code ip}, {@code icmp}, {@code tcp},
 * {@code udp}, {@code proto N}, {@code syn}, {@code fin}, {@code rst}, {@code less N}, {@code
 * greater N}, {@code connection A:P B:Q}, joined by {@code and}, {@code or}, {@code not} and
 * parentheses. Immutable.
 */
public final class FrameFilter {
  /** What a filter may begin with, for messages. */
  static final String PRIMITIVES =
      "host, net, port, src, dst, arp, ip, icmp, tcp, udp, proto, syn, fin, rst, less, greater,"
          + " connection, not, (";

  private static final FrameFilter ALL = new FrameFilter(view -> true, "");

  @FunctionalInterface
  private interface Test {
    boolean matches(FrameView view);
  }

  private final Test test;
  private final String text;

  private FrameFilter(Test test, String text) {
    this.test = test;
    this.text = text;
  }

  /**
   * Reads a filter; an empty text is every frame.
   *
   * @throws IllegalArgumentException saying which word is not understood and what could stand there
   */
  public static FrameFilter parse(String text) {
    if (text.isBlank()) {
      return ALL;
    }
    Parser parser = new Parser(text);
    Test test = parser.either();
    parser.end();
    return new FrameFilter(test, text.trim());
  }

  /** Whether a frame is wanted. */
  public boolean matches(FrameView view) {
    return test.matches(view);
  }

  /** Whether it wants every frame. */
  public boolean isAll() {
    return this == ALL;
  }

  @Override
  public String toString() {
    return text;
  }

  private static final class Parser {
    private final List<String> words = new ArrayList<>();
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
      String spaced = text.replace("(", " ( ").replace(")", " ) ").replace("!", " not ");
      for (String word : spaced.trim().split("\\s+")) {
        words.add(word);
      }
    }

    private IllegalArgumentException refused(String expected) {
      String where = at < words.size() ? "'" + words.get(at) + "'" : "its end";
      return new IllegalArgumentException(
          "filter '" + text + "' is not understood at " + where + ": expected " + expected);
    }

    private boolean take(String... any) {
      if (at < words.size()) {
        for (String word : any) {
          if (words.get(at).toLowerCase(Locale.ROOT).equals(word)) {
            at++;
            return true;
          }
        }
      }
      return false;
    }

    private String next(String expected) {
      if (at >= words.size()) {
        throw refused(expected);
      }
      return words.get(at++);
    }

    void end() {
      if (at < words.size()) {
        throw refused("and, or, or nothing more");
      }
    }

    Test either() {
      Test left = both();
      while (take("or", "||")) {
        Test one = left;
        Test other = both();
        left = view -> one.matches(view) || other.matches(view);
      }
      return left;
    }

    private Test both() {
      Test left = term();
      while (take("and", "&&")) {
        Test one = left;
        Test other = term();
        left = view -> one.matches(view) && other.matches(view);
      }
      return left;
    }

    private Test term() {
      if (take("not")) {
        Test inner = term();
        return view -> !inner.matches(view);
      }
      if (take("(")) {
        Test inner = either();
        if (!take(")")) {
          throw refused(")");
        }
        return inner;
      }
      return primitive();
    }

    private Test primitive() {
      if (take("src")) {
        return sided(true, false);
      }
      if (take("dst")) {
        return sided(false, true);
      }
      if (take("arp")) {
        return view -> view.etherType() == EthernetHeader.TYPE_ARP;
      }
      if (take("ip")) {
        return view -> view.etherType() == EthernetHeader.TYPE_IPV4;
      }
      if (take("icmp")) {
        return protocol(Ipv4Header.PROTOCOL_ICMP);
      }
      if (take("tcp")) {
        return protocol(Ipv4Header.PROTOCOL_TCP);
      }
      if (take("udp")) {
        return protocol(Ipv4Header.PROTOCOL_UDP);
      }
      if (take("proto")) {
        return protocol(number("a protocol number", 255));
      }
      if (take("syn")) {
        return flag(TcpHeader.SYN);
      }
      if (take("fin")) {
        return flag(TcpHeader.FIN);
      }
      if (take("rst")) {
        return flag(TcpHeader.RST);
      }
      if (take("less")) {
        int most = number("a length", 1 << 20);
        return view -> view.length() <= most;
      }
      if (take("greater")) {
        int least = number("a length", 1 << 20);
        return view -> view.length() >= least;
      }
      if (take("connection")) {
        return connection();
      }
      return sided(true, true);
    }

    private Test sided(boolean source, boolean destination) {
      if (take("host")) {
        int ipv4 = address().ipv4Bits();
        return view ->
            view.hasAddresses()
                && (source && view.sourceIpv4() == ipv4
                    || destination && view.destinationIpv4() == ipv4);
      }
      if (take("net")) {
        IpPrefix prefix = prefix();
        int mask = prefix.maskBits();
        int network = prefix.address().ipv4Bits() & mask;
        return view ->
            view.hasAddresses()
                && (source && (view.sourceIpv4() & mask) == network
                    || destination && (view.destinationIpv4() & mask) == network);
      }
      if (take("port")) {
        int port = number("a port", 65_535);
        return view ->
            source && view.sourcePort() == port || destination && view.destinationPort() == port;
      }
      throw refused(source && destination ? PRIMITIVES : "host, net or port");
    }

    private Test connection() {
      IpEndpoint one = endpoint();
      IpEndpoint other = endpoint();
      return view ->
          view.isTcp()
              && (isFrom(view, one) && isTo(view, other) || isFrom(view, other) && isTo(view, one));
    }

    private static boolean isFrom(FrameView view, IpEndpoint end) {
      return view.sourcePort() == end.port() && view.sourceIpv4() == end.address().ipv4Bits();
    }

    private static boolean isTo(FrameView view, IpEndpoint end) {
      return view.destinationPort() == end.port()
          && view.destinationIpv4() == end.address().ipv4Bits();
    }

    private static Test protocol(int number) {
      return view -> view.protocol() == number;
    }

    private static Test flag(int flag) {
      return view -> (view.tcpFlags() & flag) != 0;
    }

    private int number(String what, int most) {
      String word = next(what);
      try {
        int value = Integer.parseInt(word);
        if (value >= 0 && value <= most) {
          return value;
        }
      } catch (NumberFormatException e) {
        // refused below
      }
      at--;
      throw refused(what + " from 0 to " + most);
    }

    private IpAddress address() {
      String word = next("an address");
      try {
        return IpAddress.parse(word);
      } catch (IllegalArgumentException e) {
        at--;
        throw refused("an address such as 10.77.0.1");
      }
    }

    private IpPrefix prefix() {
      String word = next("a prefix");
      try {
        return IpPrefix.parse(word);
      } catch (IllegalArgumentException e) {
        at--;
        throw refused("a prefix such as 10.77.0.0/24");
      }
    }

    private IpEndpoint endpoint() {
      String word = next("an end");
      try {
        return IpEndpoint.parse(word);
      } catch (IllegalArgumentException e) {
        at--;
        throw refused("an end such as 10.77.0.1:80");
      }
    }
  }
}
