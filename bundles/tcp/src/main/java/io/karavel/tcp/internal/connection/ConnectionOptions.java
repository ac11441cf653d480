package io.karavel.tcp.internal.connection;

import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import java.util.Map;

/**
 * The options of a socket as the core asks for them: each answers with the option where it was set,
 * else with the setting in force. Immutable; connections without options share {@link #NONE}. What
 * keepalive, addresses and the IP header need is not here: the manager works those out.
 */
public final class ConnectionOptions {
  /** No option set. */
  public static final ConnectionOptions NONE = new ConnectionOptions(Map.of());

  private final Map<TcpOption<?>, Object> set;

  private ConnectionOptions(Map<TcpOption<?>, Object> set) {
    this.set = set;
  }

  /** The options of an endpoint, as {@code StackEndpoint.options()} gives them. */
  public static ConnectionOptions of(Map<TcpOption<?>, Object> options) {
    return options.isEmpty() ? NONE : new ConnectionOptions(Map.copyOf(options));
  }

  private <T> T or(TcpOption<T> option, T otherwise) {
    Object value = set.get(option);
    return value == null ? otherwise : option.type().cast(value);
  }

  private int number(TcpOption<Integer> option, int otherwise) {
    Integer value = set.isEmpty() ? null : (Integer) set.get(option);
    return value == null ? otherwise : value;
  }

  private boolean flag(TcpOption<Boolean> option, boolean otherwise) {
    Boolean value = set.isEmpty() ? null : (Boolean) set.get(option);
    return value == null ? otherwise : value;
  }

  /** Whether an option was set. */
  public boolean isSet(TcpOption<?> option) {
    return set.containsKey(option);
  }

  /** TCP_NODELAY, else not {@code nagle}. */
  public boolean noDelay(boolean otherwise) {
    return flag(TcpOption.NO_DELAY, otherwise);
  }

  /** TCP_CORK. */
  public boolean cork() {
    return flag(TcpOption.CORK, false);
  }

  /** TCP_QUICKACK. */
  public boolean quickAck() {
    return flag(TcpOption.QUICK_ACK, false);
  }

  /** SO_LINGER: -1 is off. */
  public int lingerSeconds() {
    return number(TcpOption.LINGER_SECONDS, -1);
  }

  /** TCP_USER_TIMEOUT in nanoseconds; 0 is off. */
  public long userTimeoutNanos(TcpSettings settings) {
    return isSet(TcpOption.USER_TIMEOUT_MILLIS)
        ? number(TcpOption.USER_TIMEOUT_MILLIS, 0) * 1_000_000L
        : settings.userTimeoutNanos();
  }

  /** TCP_SYNCNT. */
  public int synRetries(TcpSettings settings) {
    return number(TcpOption.SYN_RETRIES, settings.synRetries());
  }

  /** TCP_LINGER2 in seconds; 0 if the settings rule. */
  int lingerFinWaitSeconds() {
    return number(TcpOption.LINGER_FIN_WAIT_SECONDS, 0);
  }

  /** TCP_LINGER2 in nanoseconds; negative: no FIN-WAIT-2 for an orphan. */
  public long finTimeoutNanos(TcpSettings settings) {
    int seconds = number(TcpOption.LINGER_FIN_WAIT_SECONDS, 0);
    return seconds == 0 ? settings.finTimeoutNanos() : seconds * 1_000_000_000L;
  }

  /** SO_RCVBUF, else the initial receive buffer. */
  public int receiveBufferBytes(TcpSettings settings) {
    return number(TcpOption.RECEIVE_BUFFER_BYTES, settings.receiveBufferInitialBytes());
  }

  /** The largest receive buffer the connection can come to have. */
  public int receiveBufferMaxBytes(TcpSettings settings) {
    return number(TcpOption.RECEIVE_BUFFER_BYTES, settings.receiveBufferMaxBytes());
  }

  /** SO_SNDBUF, else the initial send buffer. */
  public int sendBufferBytes(TcpSettings settings) {
    return number(TcpOption.SEND_BUFFER_BYTES, settings.sendBufferInitialBytes());
  }

  /** The largest send buffer the connection can come to have. */
  public int sendBufferMaxBytes(TcpSettings settings) {
    return number(TcpOption.SEND_BUFFER_BYTES, settings.sendBufferMaxBytes());
  }

  /** TCP_WINDOW_CLAMP. */
  public int windowClampBytes() {
    return number(TcpOption.WINDOW_CLAMP_BYTES, Integer.MAX_VALUE);
  }

  /** TCP_MAXSEG. */
  public int maxSegmentBytes() {
    return number(TcpOption.MAX_SEGMENT_BYTES, Integer.MAX_VALUE);
  }

  /** TCP_NOTSENT_LOWAT; 0 is off. */
  public int notSentLowWaterBytes(TcpSettings settings) {
    return number(TcpOption.NOT_SENT_LOW_WATER_BYTES, settings.notSentLowWaterBytes());
  }

  /** SO_MAX_PACING_RATE; 0 is no limit. */
  public int maxPacingBytesPerSecond() {
    return number(TcpOption.MAX_PACING_BYTES_PER_SECOND, 0);
  }

  /** TCP_CONGESTION. */
  public String congestionControl(TcpSettings settings) {
    return set.isEmpty()
        ? settings.congestionControl()
        : or(TcpOption.CONGESTION_CONTROL, settings.congestionControl());
  }
}
