package io.karavel.control.internal.configuration;

import io.karavel.control.ConfigurationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The sysctls of Linux that have a counterpart, as an operator's fingers know them. Public so that
 * a test can write the manual's table and hold every entry against the schemas.
 */
public final class SysctlNames {
  private static final String TCP = "io.karavel.tcp";
  private static final String IP = "io.karavel.ip";
  private static final String KEEPALIVE = "io.karavel.keepalive";

  /** How values are spelled there and here. */
  private enum Unit {
    SAME("the same value"),
    FLAG("0 false, 1 true"),
    ANY_FLAG("0 false, 1 and more true"),
    SECONDS_TO_MILLIS("seconds there, milliseconds here"),
    MICROS_TO_MILLIS("microseconds there, whole milliseconds here"),
    WORDS(""),
    SEVERAL("values apart by spaces"),
    RANGE("FIRST LAST there, FIRST-LAST here");

    final String meaning;

    Unit(String meaning) {
      this.meaning = meaning;
    }
  }

  /**
   * A sysctl.
   *
   * @param name its name
   * @param pid the PID of its counterpart
   * @param keys its keys; several for a list of values
   * @param meaning how the values go over
   */
  public record Sysctl(String name, String pid, List<String> keys, String meaning) {}

  private record Counterpart(String pid, List<String> keys, Unit unit, Map<String, String> words) {}

  private static final Map<String, Counterpart> ALL = all();

  private SysctlNames() {}

  private static Map<String, Counterpart> all() {
    Map<String, Counterpart> all = new TreeMap<>();
    String[][] same = {
      {"tcp_syn_retries", "synRetries"},
      {"tcp_syn_linear_timeouts", "synLinearTimeouts"},
      {"tcp_synack_retries", "synAckRetries"},
      {"tcp_retries1", "retries1"},
      {"tcp_retries2", "retries2"},
      {"tcp_orphan_retries", "orphanRetries"},
      {"tcp_rto_max_ms", "rtoMaxMillis"},
      {"tcp_fin_timeout", "finTimeoutSeconds"},
      {"tcp_tw_reuse_delay", "timeWaitReuseDelayMillis"},
      {"tcp_max_tw_buckets", "maxTimeWait"},
      {"tcp_max_orphans", "maxOrphans"},
      {"tcp_max_syn_backlog", "maxSynBacklog"},
      {"tcp_pacing_ss_ratio", "pacingSlowStartPercent"},
      {"tcp_pacing_ca_ratio", "pacingAvoidancePercent"},
      {"tcp_max_reordering", "maxReordering"},
      {"tcp_notsent_lowat", "notSentLowWater"},
      {"tcp_min_snd_mss", "minSendMss"},
      {"tcp_fastopen_blackhole_timeout_sec", "fastOpenBlackholeSeconds"},
      {"tcp_invalid_ratelimit", "invalidRateLimitMillis"},
    };
    for (String[] pair : same) {
      tcp(all, pair[0], pair[1], Unit.SAME);
    }
    put(all, "net.core.somaxconn", TCP, Unit.SAME, "maxAcceptBacklog");
    tcp(all, "tcp_rto_min_us", "rtoMinMillis", Unit.MICROS_TO_MILLIS);
    tcp(all, "tcp_rfc1337", "rfc1337", Unit.FLAG);
    tcp(all, "tcp_abort_on_overflow", "abortOnOverflow", Unit.FLAG);
    tcp(all, "tcp_slow_start_after_idle", "slowStartAfterIdle", Unit.FLAG);
    tcp(all, "tcp_sack", "sack", Unit.FLAG);
    tcp(all, "tcp_dsack", "dsack", Unit.FLAG);
    tcp(all, "tcp_timestamps", "timestamps", Unit.FLAG);
    tcp(all, "tcp_window_scaling", "windowScaling", Unit.FLAG);
    tcp(all, "tcp_frto", "frto", Unit.ANY_FLAG);
    words(all, "tcp_early_retrans", "tailLossProbe", "0", "false", "3", "true");
    words(all, "tcp_tw_reuse", "timeWaitReuse", "0", "off", "1", "on", "2", "loopback");
    words(all, "tcp_syncookies", "synCookies", "0", "off", "1", "auto", "2", "always");
    words(all, "tcp_ecn", "ecn", "0", "off", "1", "active", "2", "passive");
    words(all, "tcp_fastopen", "fastOpen", "0", "off", "1", "client", "2", "server", "3", "both");
    words(all, "tcp_congestion_control", "congestionControl", "reno", "newreno");
    String wmem = "net.ipv4.tcp_wmem";
    put(all, wmem, TCP, Unit.SEVERAL, "sendBufferMin", "sendBufferInitial", "sendBufferMax");
    String rmem = "net.ipv4.tcp_rmem";
    put(
        all,
        rmem,
        TCP,
        Unit.SEVERAL,
        "receiveBufferMin",
        "receiveBufferInitial",
        "receiveBufferMax");
    put(all, "net.ipv4.ip_local_port_range", TCP, Unit.RANGE, "ephemeralPorts");
    put(all, "net.ipv4.tcp_keepalive_time", KEEPALIVE, Unit.SAME, "timeSeconds");
    put(all, "net.ipv4.tcp_keepalive_intvl", KEEPALIVE, Unit.SAME, "intervalSeconds");
    put(all, "net.ipv4.tcp_keepalive_probes", KEEPALIVE, Unit.SAME, "probes");
    put(all, "net.ipv4.ip_default_ttl", IP, Unit.SAME, "defaultTtl");
    put(all, "net.ipv4.ipfrag_time", IP, Unit.SECONDS_TO_MILLIS, "reassemblyTimeoutMs");
    put(all, "net.ipv4.ipfrag_high_thresh", IP, Unit.SAME, "reassemblyBytes");
    put(all, "net.ipv4.icmp_msgs_per_sec", IP, Unit.SAME, "icmpErrorsPerSecond");
    put(all, "net.ipv4.icmp_msgs_burst", IP, Unit.SAME, "icmpErrorBurst");
    put(all, "net.ipv4.icmp_echo_ignore_broadcasts", IP, Unit.FLAG, "icmpEchoIgnoreBroadcast");
    put(all, "net.ipv4.route.max_size", IP, Unit.SAME, "routesMaximum");
    String conf = "net.ipv4.conf.all.";
    put(all, conf + "accept_source_route", IP, Unit.FLAG, "acceptSourceRoute");
    all.put(
        conf + "rp_filter",
        new Counterpart(
            IP,
            List.of("reversePathFilter"),
            Unit.WORDS,
            ordered("0", "off", "1", "strict", "2", "loose")));
    String neighbour = "net.ipv4.neigh.default.";
    put(all, neighbour + "base_reachable_time_ms", IP, Unit.SAME, "neighbourReachableMs");
    put(
        all,
        neighbour + "delay_first_probe_time",
        IP,
        Unit.SECONDS_TO_MILLIS,
        "neighbourProbeDelayMs");
    put(all, neighbour + "retrans_time_ms", IP, Unit.SAME, "neighbourRetransmitMs");
    put(all, neighbour + "mcast_solicit", IP, Unit.SAME, "neighbourBroadcastProbes");
    put(all, neighbour + "ucast_solicit", IP, Unit.SAME, "neighbourUnicastProbes");
    put(all, neighbour + "gc_stale_time", IP, Unit.SECONDS_TO_MILLIS, "neighbourStaleMs");
    put(all, neighbour + "unres_qlen", IP, Unit.SAME, "neighbourQueuePackets");
    put(all, neighbour + "unres_qlen_bytes", IP, Unit.SAME, "neighbourQueueBytes");
    put(all, neighbour + "gc_thresh3", IP, Unit.SAME, "neighboursMaximum");
    return all;
  }

  private static void tcp(Map<String, Counterpart> all, String name, String key, Unit unit) {
    put(all, "net.ipv4." + name, TCP, unit, key);
  }

  private static void put(
      Map<String, Counterpart> all, String name, String pid, Unit unit, String... keys) {
    all.put(name, new Counterpart(pid, List.of(keys), unit, Map.of()));
  }

  private static void words(
      Map<String, Counterpart> all, String name, String key, String... pairs) {
    all.put("net.ipv4." + name, new Counterpart(TCP, List.of(key), Unit.WORDS, ordered(pairs)));
  }

  private static Map<String, String> ordered(String... pairs) {
    Map<String, String> words = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      words.put(pairs[i], pairs[i + 1]);
    }
    return words;
  }

  /** All of them by name. */
  public static List<Sysctl> list() {
    List<Sysctl> list = new ArrayList<>();
    ALL.forEach(
        (name, counterpart) ->
            list.add(
                new Sysctl(name, counterpart.pid(), counterpart.keys(), meaning(counterpart))));
    return list;
  }

  private static String meaning(Counterpart counterpart) {
    if (counterpart.unit() != Unit.WORDS) {
      return counterpart.unit().meaning;
    }
    List<String> words = new ArrayList<>();
    counterpart.words().forEach((there, here) -> words.add(there + " " + here));
    return String.join(", ", words);
  }

  /** Whether a name is one, in either spelling of Linux: with dots or with slashes. */
  static boolean isOne(String name) {
    return name.startsWith("net.") || name.startsWith("net/");
  }

  private static Counterpart find(String name) throws ConfigurationException {
    Counterpart found = ALL.get(name.replace('/', '.'));
    if (found == null) {
      String word = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
      List<String> near =
          ALL.keySet().stream().filter(one -> one.contains(word.replace("tcp_", ""))).toList();
      throw new ConfigurationException(
          "the sysctl "
              + name
              + " has no counterpart here; "
              + (near.isEmpty()
                  ? "docs/sysctl.md lists those that have"
                  : "there is " + String.join(", ", near)));
    }
    return found;
  }

  /** PID and keys that a sysctl stands for. */
  static Map.Entry<String, List<String>> keys(String name) throws ConfigurationException {
    Counterpart found = find(name);
    return Map.entry(found.pid(), found.keys());
  }

  /** Values by key of ours, for a value of the sysctl; null for the default. */
  static Map<String, String> values(String name, String value) throws ConfigurationException {
    Counterpart found = find(name);
    Map<String, String> values = new LinkedHashMap<>();
    if (value.isEmpty()) {
      found.keys().forEach(key -> values.put(key, null));
      return values;
    }
    String[] parts = value.trim().split("[\\s,]+", -1);
    if (found.unit() == Unit.SEVERAL) {
      if (parts.length != found.keys().size()) {
        throw new ConfigurationException(
            name + " takes " + found.keys().size() + " values, as in '4096 131072 6291456'");
      }
      for (int i = 0; i < parts.length; i++) {
        values.put(found.keys().get(i), parts[i]);
      }
      return values;
    }
    values.put(found.keys().get(0), converted(name, found, value.trim()));
    return values;
  }

  private static String converted(String name, Counterpart found, String value)
      throws ConfigurationException {
    return switch (found.unit()) {
      case FLAG, ANY_FLAG -> {
        if (!value.matches(found.unit() == Unit.FLAG ? "[01]" : "[0-9]{1,2}")) {
          throw new ConfigurationException(name + " = " + value + ": " + found.unit().meaning);
        }
        yield Boolean.toString(!value.matches("0+"));
      }
      case SECONDS_TO_MILLIS -> Long.toString(Math.multiplyExact(number(name, value), 1000L));
      case MICROS_TO_MILLIS -> {
        long micros = number(name, value);
        if (micros % 1000 != 0) {
          throw new ConfigurationException(
              name
                  + " = "
                  + value
                  + " is no whole number of milliseconds; there are no finer ones");
        }
        yield Long.toString(micros / 1000);
      }
      case RANGE -> value.replaceAll("[\\s,]+", "-");
      case WORDS -> {
        String word = found.words().get(value);
        if (word == null && value.matches("[0-9]+")) {
          throw new ConfigurationException(
              name + " = " + value + " has no counterpart: " + meaning(found));
        }
        yield word == null ? value : word;
      }
      default -> value;
    };
  }

  private static long number(String name, String value) throws ConfigurationException {
    if (!value.matches("[0-9]{1,12}")) {
      throw new ConfigurationException(name + " = " + value + " is no number");
    }
    return Long.parseLong(value);
  }
}
