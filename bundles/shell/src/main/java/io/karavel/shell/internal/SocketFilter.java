package io.karavel.shell.internal;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpState;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A filter as {@code ss} takes it.
 *
 * <pre>
 * or      = and { ("or" | "|" | "||") and }
 * and     = not { ["and" | "&amp;" | "&amp;&amp;"] not }
 * not     = ("not" | "!") not | "(" or ")" | test
 * test    = "state" STATE | "exclude" STATE
 *         | ("src" | "dst") [operator] ENDPOINT
 *         | ("sport" | "dport") operator [":"] PORT
 * </pre>
 */
final class SocketFilter {
  /** Names of groups of states, as ss has them. */
  static final List<String> STATE_GROUPS =
      List.of("all", "connected", "synchronized", "bucket", "big");

  private static final List<String> OPERATORS = List.of("=", "==", "!=", "<", "<=", ">", ">=");

  private static final List<String> OPERATOR_WORDS =
      List.of("eq", "ne", "neq", "lt", "le", "leq", "gt", "ge", "geq");

  private static final Pattern TOKEN =
      Pattern.compile("\\(|\\)|&&?|\\|\\|?|[!=<>]=|[!=<>]|[^\\s()&|!=<>]+");

  private final String text;
  private final List<String> tokens;
  private int next;

  private SocketFilter(String text) {
    this.text = text;
    tokens = TOKEN.matcher(text).results().map(found -> found.group()).toList();
  }

  /**
   * Parses a filter; an empty one lets everything pass.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  static Predicate<TcpConnectionInfo> parse(String text) {
    SocketFilter filter = new SocketFilter(text);
    if (filter.tokens.isEmpty()) {
      return info -> true;
    }
    Predicate<TcpConnectionInfo> parsed = filter.or();
    if (filter.next < filter.tokens.size()) {
      throw filter.wrong("'" + filter.tokens.get(filter.next) + "' is one too many");
    }
    return parsed;
  }

  private Predicate<TcpConnectionInfo> or() {
    Predicate<TcpConnectionInfo> left = and();
    while (take("or", "|", "||")) {
      left = left.or(and());
    }
    return left;
  }

  private Predicate<TcpConnectionInfo> and() {
    Predicate<TcpConnectionInfo> left = not();
    while (take("and", "&", "&&") || isTest()) {
      left = left.and(not());
    }
    return left;
  }

  /** Whether another test follows without a word between. */
  private boolean isTest() {
    return next < tokens.size() && !List.of(")", "or", "|", "||").contains(word());
  }

  private Predicate<TcpConnectionInfo> not() {
    if (take("not", "!")) {
      return not().negate();
    }
    if (take("(")) {
      Predicate<TcpConnectionInfo> inner = or();
      if (!take(")")) {
        throw wrong("a ')' is missing");
      }
      return inner;
    }
    return test();
  }

  private Predicate<TcpConnectionInfo> test() {
    String word = required("a test");
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "state" -> inState(states(required("a state")));
      case "exclude" -> inState(states(required("a state"))).negate();
      case "src" -> endpoint(TcpConnectionInfo::local);
      case "dst" -> endpoint(TcpConnectionInfo::remote);
      case "sport" -> port(TcpConnectionInfo::local);
      case "dport" -> port(TcpConnectionInfo::remote);
      default ->
          throw wrong(
              "'" + word + "' is no test; there are state, exclude, src, dst, sport, dport");
    };
  }

  private static Predicate<TcpConnectionInfo> inState(Set<TcpState> states) {
    return info -> states.contains(info.state());
  }

  private Set<TcpState> states(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "all" -> EnumSet.allOf(TcpState.class);
      case "connected" -> EnumSet.complementOf(EnumSet.of(TcpState.LISTEN, TcpState.CLOSED));
      case "synchronized" ->
          EnumSet.complementOf(EnumSet.of(TcpState.LISTEN, TcpState.CLOSED, TcpState.SYN_SENT));
      case "bucket" -> EnumSet.of(TcpState.SYN_RECEIVED, TcpState.TIME_WAIT);
      case "big" -> EnumSet.complementOf(EnumSet.of(TcpState.SYN_RECEIVED, TcpState.TIME_WAIT));
      case "listening" -> EnumSet.of(TcpState.LISTEN);
      case "syn-recv" -> EnumSet.of(TcpState.SYN_RECEIVED);
      default -> {
        try {
          yield EnumSet.of(TcpState.parse(name));
        } catch (IllegalArgumentException e) {
          throw wrong(e.getMessage() + "; or one of " + String.join(", ", STATE_GROUPS));
        }
      }
    };
  }

  private Predicate<TcpConnectionInfo> endpoint(Function<TcpConnectionInfo, IpEndpoint> which) {
    boolean unequal = take("!=", "ne");
    if (!unequal) {
      take("=", "==", "eq");
    }
    EndpointPattern pattern = EndpointPattern.parse(required("an endpoint"));
    return info -> which.apply(info) != null && pattern.test(which.apply(info)) != unequal;
  }

  private Predicate<TcpConnectionInfo> port(Function<TcpConnectionInfo, IpEndpoint> which) {
    String operator = required("one of " + OPERATORS).toLowerCase(Locale.ROOT);
    if (!OPERATORS.contains(operator) && !OPERATOR_WORDS.contains(operator)) {
      throw wrong("'" + operator + "' is none of " + OPERATORS);
    }
    String written = required("a port");
    String digits = written.startsWith(":") ? written.substring(1) : written;
    if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > 65535) {
      throw wrong("'" + written + "' is no port: 0 to 65535");
    }
    int port = Integer.parseInt(digits);
    IntPredicate holds =
        switch (operator) {
          case "=", "==", "eq" -> p -> p == port;
          case "!=", "ne", "neq" -> p -> p != port;
          case "<", "lt" -> p -> p < port;
          case "<=", "le", "leq" -> p -> p <= port;
          case ">", "gt" -> p -> p > port;
          default -> p -> p >= port;
        };
    return info -> which.apply(info) != null && holds.test(which.apply(info).port());
  }

  private String word() {
    return tokens.get(next).toLowerCase(Locale.ROOT);
  }

  private boolean take(String... words) {
    if (next < tokens.size() && List.of(words).contains(word())) {
      next++;
      return true;
    }
    return false;
  }

  private String required(String what) {
    if (next == tokens.size()) {
      throw wrong("it ends where " + what + " should stand");
    }
    return tokens.get(next++);
  }

  private IllegalArgumentException wrong(String why) {
    return new IllegalArgumentException(
        "the filter '"
            + text
            + "' is refused: "
            + why
            + "; as in 'state established and (dport = :80 or dst 10.77.0.0/24)', in quotes");
  }
}
