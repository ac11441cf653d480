package io.karavel.simulation.run;

import io.karavel.tcp.TcpSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;

/** Keys of the configuration with the values that a run gives them, at the start and on the way. */
final class LiveKeys {
  /** A key of a PID with values to draw. */
  record Key(String pid, String key, Function<SplittableRandom, Object> values) {}

  private static final String KEEPALIVE = "io.karavel.keepalive";
  private static final String TIMER = "io.karavel.timer";
  private static final String ENGINE = "io.karavel.engine";

  /** Live keys, changed in mid-run. */
  static final List<Key> LIVE =
      Stream.of(
              number(World.TCP, "synRetries", 1, 6),
              number(World.TCP, "synAckRetries", 0, 6),
              number(World.TCP, "retries1", 0, 3),
              number(World.TCP, "retries2", 3, 15),
              number(World.TCP, "orphanRetries", 0, 9),
              number(World.TCP, "rtoMinMillis", 5, 400),
              number(World.TCP, "rtoMaxMillis", 2000, 120_000),
              number(World.TCP, "finTimeoutSeconds", 1, 120),
              number(World.TCP, "timeWaitSeconds", 1, 240),
              flag(World.TCP, "rfc1337"),
              flag(World.TCP, "abortOnOverflow"),
              number(World.TCP, "delayedAckMillis", 0, 499),
              flag(World.TCP, "slowStartAfterIdle"),
              flag(World.TCP, "tailLossProbe"),
              flag(World.TCP, "frto"),
              number(World.TCP, "maxReordering", 3, 1000),
              number(World.TCP, "sendBufferInitial", 4096, 262_144),
              number(World.TCP, "receiveBufferInitial", 4096, 262_144),
              number(World.TCP, "notSentLowWater", 0, 20_000),
              number(World.TCP, "pacingSlowStartPercent", 100, 400),
              number(World.TCP, "pacingAvoidancePercent", 100, 400),
              number(World.TCP, "challengeAckPerSecond", 1, 50),
              number(World.TCP, "invalidRateLimitMillis", 0, 1000),
              word(World.TCP, "congestionControl", "cubic", "newreno"),
              word(World.TCP, "mtuProbing", "off", "blackhole", "always"),
              number(World.TCP, "mtuProbeBase", 256, 1400),
              number(World.TCP, "mtuProbeIntervalSeconds", 1, 60),
              word(World.TCP, "fastOpen", "off", "client", "server", "both"),
              word(World.TCP, "timeWaitReuse", "off", "loopback", "on"),
              number(World.TCP, "timeWaitReuseDelayMillis", 0, 2000),
              flag(KEEPALIVE, "enabledByDefault"),
              number(KEEPALIVE, "timeSeconds", 1, 60),
              number(KEEPALIVE, "intervalSeconds", 1, 20),
              number(KEEPALIVE, "probes", 1, 5),
              number(TIMER, "tickMicros", 10, 100_000),
              number(TIMER, "slotTimers", 1, 127),
              number(TIMER, "spareWheels", 0, 1000),
              number(ENGINE, "handoverSeconds", 1, 60))
          .filter(LiveKeys::isKnown)
          .toList();

  private LiveKeys() {}

  private static boolean isKnown(Key key) {
    return !key.pid().equals(World.TCP)
        || TcpSettings.SCHEMA.settings().stream().anyMatch(s -> s.key().equals(key.key()));
  }

  private static Key number(String pid, String key, int least, int most) {
    return new Key(pid, key, random -> (long) random.nextInt(least, most + 1));
  }

  private static Key flag(String pid, String key) {
    return new Key(pid, key, SplittableRandom::nextBoolean);
  }

  private static Key word(String pid, String key, String... words) {
    return new Key(pid, key, random -> words[random.nextInt(words.length)]);
  }

  /** The same of a stack among strangers: it may have few ports, and take them up again soon. */
  static Map<String, Object> amongStrangers(SplittableRandom random) {
    Map<String, Object> keys = initial(random);
    if (random.nextInt(3) == 0) {
      keys.put("ephemeralPorts", "40000-40001");
      keys.put("timeWaitReuse", "on");
      keys.put("timeWaitReuseDelayMillis", (long) random.nextInt(2000));
    }
    return keys;
  }

  /** What a stack begins with, beside the defaults. */
  static Map<String, Object> initial(SplittableRandom random) {
    Map<String, Object> keys = new LinkedHashMap<>();
    for (String feature : new String[] {"sack", "timestamps", "windowScaling", "nagle", "dsack"}) {
      if (random.nextInt(5) == 0) {
        keys.put(feature, false);
      }
    }
    switch (random.nextInt(4)) {
      case 0 -> keys.put("ecn", "off");
      case 1, 2 -> keys.put("ecn", "active");
      default -> {}
    }
    if (random.nextInt(3) == 0) {
      keys.put("rtoInitialMillis", (long) random.nextInt(400, 3000));
    }
    if (random.nextInt(3) == 0) {
      keys.put("initialWindow", (long) random.nextInt(1, 20));
    }
    if (random.nextInt(3) == 0) {
      keys.put("receiveBufferInitial", (long) random.nextInt(4096, 100_000));
    }
    if (random.nextInt(3) == 0) {
      keys.put("sendBufferInitial", (long) random.nextInt(4096, 100_000));
    }
    if (random.nextInt(3) == 0) {
      keys.put("congestionControl", random.nextBoolean() ? "cubic" : "newreno");
    }
    if (random.nextInt(5) == 0) {
      keys.put("mtuProbing", random.nextInt(4) == 0 ? "off" : "always");
      keys.put("mtuProbeBase", (long) random.nextInt(256, 1400));
    }
    if (random.nextInt(3) == 0) {
      keys.put("timeWaitSeconds", (long) random.nextInt(1, 60));
    }
    if (random.nextInt(2) == 0) {
      keys.put("fastOpen", random.nextInt(4) == 0 ? "server" : "both");
      if (random.nextInt(3) == 0) {
        keys.put("fastOpenQueue", (long) random.nextInt(3));
      }
    }
    if (random.nextInt(2) == 0) {
      keys.put("fastOpenBlackholeSeconds", (long) random.nextInt(20));
    }
    if (random.nextInt(4) == 0) {
      keys.put("challengeAckPerSecond", (long) random.nextInt(1, 5));
    }
    return keys;
  }
}
