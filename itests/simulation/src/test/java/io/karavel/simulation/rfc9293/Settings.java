package io.karavel.simulation.rfc9293;

import java.util.HashMap;
import java.util.Map;

/**
 * The parameters of a stack or socket as docs/configuration.md names them, with the defaults of
 * that page, written down here once more. Sockets' options go before.
 */
final class Settings {
  private static final Map<String, Object> DEFAULTS =
      Map.ofEntries(
          Map.entry("synRetries", 5L),
          Map.entry("synLinearTimeouts", 0L),
          Map.entry("synAckRetries", 5L),
          Map.entry("maxOrphans", 65_536L),
          Map.entry("maxTimeWait", 262_144L),
          Map.entry("retries1", 3L),
          Map.entry("retries2", 15L),
          Map.entry("orphanRetries", 0L),
          Map.entry("rtoInitialMillis", 1000L),
          Map.entry("rtoMinMillis", 200L),
          Map.entry("rtoMaxMillis", 120_000L),
          Map.entry("userTimeoutMillis", 0L),
          Map.entry("finTimeoutSeconds", 60L),
          Map.entry("timeWaitSeconds", 60L),
          Map.entry("rfc1337", false),
          Map.entry("delayedAckMillis", 40L),
          Map.entry("nagle", true),
          Map.entry("sack", true),
          Map.entry("dsack", true),
          Map.entry("timestamps", true),
          Map.entry("windowScaling", true),
          Map.entry("tailLossProbe", true),
          Map.entry("frto", true),
          Map.entry("slowStartAfterIdle", true),
          Map.entry("maxReordering", 300L),
          Map.entry("congestionControl", "cubic"),
          Map.entry("initialWindow", 10L),
          Map.entry("receiveBufferInitial", 131_072L),
          Map.entry("sendBufferInitial", 131_072L),
          Map.entry("sendBufferMax", 6_291_456L),
          Map.entry("receiveBufferMax", 6_291_456L),
          Map.entry("minSendMss", 48L),
          Map.entry("mtuProbing", "blackhole"),
          Map.entry("mtuProbeBase", 1024L),
          Map.entry("mtuProbeIntervalSeconds", 600L),
          Map.entry("ecn", "passive"),
          Map.entry("tickMicros", 1000L),
          Map.entry("challengeAckPerSecond", 10L),
          Map.entry("invalidRateLimitMillis", 500L),
          Map.entry("synCookies", "auto"),
          Map.entry("timeWaitReuse", "loopback"),
          Map.entry("timeWaitReuseDelayMillis", 1000L),
          Map.entry("fastOpen", "client"),
          Map.entry("fastOpenQueue", 128L),
          Map.entry("fastOpenKeyRotationHours", 24L),
          Map.entry("fastOpenBlackholeSeconds", 3600L),
          Map.entry("abortOnOverflow", false),
          Map.entry("enabledByDefault", false),
          Map.entry("timeSeconds", 7200L),
          Map.entry("intervalSeconds", 75L),
          Map.entry("probes", 10L));

  private final Map<String, Object> values = new HashMap<>();
  private final Map<String, Object> options = new HashMap<>();
  private final Settings below;

  Settings(Settings below) {
    this.below = below;
  }

  void set(String key, Object value) {
    values.put(key, value);
  }

  void option(String name, Object value) {
    options.put(name, value);
  }

  boolean hasOption(String name) {
    return options.containsKey(name);
  }

  int option(String name, int otherwise) {
    Object value = options.get(name);
    return value == null ? otherwise : (Integer) value;
  }

  boolean option(String name, boolean otherwise) {
    Object value = options.get(name);
    return value == null ? otherwise : (Boolean) value;
  }

  /** What an option was set to; null if it was not. */
  Object option(String name) {
    return options.get(name);
  }

  void inherit(Settings listener) {
    options.putAll(listener.options);
  }

  private Object value(String key) {
    Object value = values.get(key);
    if (value != null) {
      return value;
    }
    return below == null ? DEFAULTS.get(key) : below.value(key);
  }

  long number(String key) {
    return ((Number) value(key)).longValue();
  }

  boolean flag(String key) {
    return (Boolean) value(key);
  }

  String word(String key) {
    return (String) value(key);
  }

  long millis(String key) {
    return number(key) * 1_000_000L;
  }

  long seconds(String key) {
    return number(key) * 1_000_000_000L;
  }

  /** TCP_USER_TIMEOUT; 0 is off. */
  long userTimeoutNanos() {
    int option = option("userTimeoutMillis", -1);
    return option >= 0 ? option * 1_000_000L : millis("userTimeoutMillis");
  }

  /** Budget(N) of docs/bundles/tcp.md: the sum of N + 1 intervals that begin at 200 ms. */
  long budgetNanos(long retries) {
    long sum = 0;
    long interval = 200_000_000L;
    long most = millis("rtoMaxMillis");
    for (long i = 0; i <= retries; i++) {
      sum += Math.min(interval, most);
      interval = Math.min(interval * 2, most);
    }
    return sum;
  }
}
