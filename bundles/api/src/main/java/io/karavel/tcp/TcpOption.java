package io.karavel.tcp;

import java.util.List;

/**
 * An option of a socket or listener; a listener hands its options down to what it accepts. An
 * option that was set overrides the configuration, and later changes of the configuration leave it
 * alone.
 *
 * @param <T> Boolean, Integer or String
 */
public final class TcpOption<T> {
  /** Whether idle connections are probed (SO_KEEPALIVE). */
  public static final TcpOption<Boolean> KEEPALIVE = flag("keepalive");

  /** Idle seconds before the first probe, 1 to 32767 (TCP_KEEPIDLE). */
  public static final TcpOption<Integer> KEEPALIVE_TIME_SECONDS =
      number("keepaliveTimeSeconds", 1, 32767);

  /** Seconds between probes, 1 to 32767 (TCP_KEEPINTVL). */
  public static final TcpOption<Integer> KEEPALIVE_INTERVAL_SECONDS =
      number("keepaliveIntervalSeconds", 1, 32767);

  /** Unanswered probes until the end, 1 to 127 (TCP_KEEPCNT). */
  public static final TcpOption<Integer> KEEPALIVE_PROBES = number("keepaliveProbes", 1, 127);

  /** Sends small segments at once (TCP_NODELAY). */
  public static final TcpOption<Boolean> NO_DELAY = flag("noDelay");

  /** Holds back partial segments (TCP_CORK). */
  public static final TcpOption<Boolean> CORK = flag("cork");

  /** Acknowledges at once for a while (TCP_QUICKACK). */
  public static final TcpOption<Boolean> QUICK_ACK = flag("quickAck");

  /** Seconds that close waits; -1 is off, 0 aborts (SO_LINGER). */
  public static final TcpOption<Integer> LINGER_SECONDS = number("lingerSeconds", -1, 32767);

  /** Milliseconds that sent data may stay unacknowledged; 0 is off (TCP_USER_TIMEOUT). */
  public static final TcpOption<Integer> USER_TIMEOUT_MILLIS =
      number("userTimeoutMillis", 0, Integer.MAX_VALUE);

  /** Repetitions of our SYN, 1 to 127 (TCP_SYNCNT). */
  public static final TcpOption<Integer> SYN_RETRIES = number("synRetries", 1, 127);

  /** Seconds an orphan stays in FIN-WAIT-2: 0 as configured, -1 not at all (TCP_LINGER2). */
  public static final TcpOption<Integer> LINGER_FIN_WAIT_SECONDS =
      number("lingerFinWaitSeconds", -1, 3600);

  /** Fixed size of the receive buffer in bytes; ends auto-tuning (SO_RCVBUF). */
  public static final TcpOption<Integer> RECEIVE_BUFFER_BYTES =
      number("receiveBufferBytes", 2048, 1 << 30);

  /** Fixed size of the send buffer in bytes; ends auto-tuning (SO_SNDBUF). */
  public static final TcpOption<Integer> SEND_BUFFER_BYTES =
      number("sendBufferBytes", 2048, 1 << 30);

  /** Upper bound of the advertised window in bytes (TCP_WINDOW_CLAMP). */
  public static final TcpOption<Integer> WINDOW_CLAMP_BYTES =
      number("windowClampBytes", 1024, 1 << 30);

  /** Upper bound of the segment size in bytes (TCP_MAXSEG). */
  public static final TcpOption<Integer> MAX_SEGMENT_BYTES = number("maxSegmentBytes", 88, 32767);

  /** Unsent bytes above which the socket is not writable; 0 is off (TCP_NOTSENT_LOWAT). */
  public static final TcpOption<Integer> NOT_SENT_LOW_WATER_BYTES =
      number("notSentLowWaterBytes", 0, Integer.MAX_VALUE);

  /** Binds over connections that still use the port (SO_REUSEADDR). */
  public static final TcpOption<Boolean> REUSE_ADDRESS = flag("reuseAddress");

  /** Shares a port among listeners that all say so (SO_REUSEPORT). */
  public static final TcpOption<Boolean> REUSE_PORT = flag("reusePort");

  /**
   * Seconds that a listener waits for a client's first data after the handshake before it makes a
   * connection to accept; 0 is off (TCP_DEFER_ACCEPT).
   */
  public static final TcpOption<Integer> DEFER_ACCEPT_SECONDS =
      number("deferAcceptSeconds", 0, 32767);

  /** What the name of a congestion control looks like. */
  static final String CONGESTION_CONTROL_NAME = "[a-z][a-z0-9_-]{0,31}";

  /** Name of the congestion control (TCP_CONGESTION). */
  public static final TcpOption<String> CONGESTION_CONTROL =
      new TcpOption<>("congestionControl", String.class, 0, 0);

  /** Most bytes per second that are sent; 0 is no limit (SO_MAX_PACING_RATE). */
  public static final TcpOption<Integer> MAX_PACING_BYTES_PER_SECOND =
      number("maxPacingBytesPerSecond", 0, Integer.MAX_VALUE);

  /** TTL of the packets, 1 to 255 (IP_TTL). */
  public static final TcpOption<Integer> TIME_TO_LIVE = number("timeToLive", 1, 255);

  /** DSCP octet of the packets, without the ECN bits (IP_TOS). */
  public static final TcpOption<Integer> TRAFFIC_CLASS = number("trafficClass", 0, 252);

  /**
   * Of a listener: connections that data on a SYN opened and whose handshake is not over; 0 takes
   * none (TCP_FASTOPEN). Needs {@code fastOpen} for servers.
   */
  public static final TcpOption<Integer> FAST_OPEN_QUEUE = number("fastOpenQueue", 0, 65535);

  /**
   * Of a listener: connections from it that may be open at a time, waiting ones included; 0 is no
   * limit of its own. Beyond it SYNs and final ACKs are dropped, as beyond {@code maxConnections}.
   */
  public static final TcpOption<Integer> MAX_CONNECTIONS = number("maxConnections", 0, 10_000_000);

  /** Of a socket: connects with Fast Open, or asks for a cookie (TCP_FASTOPEN_CONNECT). */
  public static final TcpOption<Boolean> FAST_OPEN_CONNECT = flag("fastOpenConnect");

  /** All options. */
  public static final List<TcpOption<?>> ALL =
      List.of(
          KEEPALIVE,
          KEEPALIVE_TIME_SECONDS,
          KEEPALIVE_INTERVAL_SECONDS,
          KEEPALIVE_PROBES,
          NO_DELAY,
          CORK,
          QUICK_ACK,
          LINGER_SECONDS,
          USER_TIMEOUT_MILLIS,
          SYN_RETRIES,
          LINGER_FIN_WAIT_SECONDS,
          RECEIVE_BUFFER_BYTES,
          SEND_BUFFER_BYTES,
          WINDOW_CLAMP_BYTES,
          MAX_SEGMENT_BYTES,
          NOT_SENT_LOW_WATER_BYTES,
          REUSE_ADDRESS,
          REUSE_PORT,
          DEFER_ACCEPT_SECONDS,
          CONGESTION_CONTROL,
          MAX_PACING_BYTES_PER_SECOND,
          TIME_TO_LIVE,
          TRAFFIC_CLASS,
          FAST_OPEN_QUEUE,
          FAST_OPEN_CONNECT,
          MAX_CONNECTIONS);

  private final String name;
  private final Class<T> type;
  private final int minimum;
  private final int maximum;

  private TcpOption(String name, Class<T> type, int minimum, int maximum) {
    this.name = name;
    this.type = type;
    this.minimum = minimum;
    this.maximum = maximum;
  }

  private static TcpOption<Boolean> flag(String name) {
    return new TcpOption<>(name, Boolean.class, 0, 1);
  }

  private static TcpOption<Integer> number(String name, int minimum, int maximum) {
    return new TcpOption<>(name, Integer.class, minimum, maximum);
  }

  /** The option of a name, or null. */
  public static TcpOption<?> byName(String name) {
    for (TcpOption<?> option : ALL) {
      if (option.name.equals(name)) {
        return option;
      }
    }
    return null;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Type of its value. */
  public Class<T> type() {
    return type;
  }

  /**
   * Checks a value.
   *
   * @throws IllegalArgumentException with name, value and range
   */
  public T check(Object value) {
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          name + " = '" + value + "' is refused: it takes a " + type.getSimpleName());
    }
    if (value instanceof Integer number && (number < minimum || number > maximum)) {
      throw new IllegalArgumentException(
          name + " = " + value + " is refused: the range is " + minimum + " to " + maximum);
    }
    return type.cast(value);
  }

  @Override
  public String toString() {
    return name;
  }
}
