package io.karavel.ip;

import io.karavel.engine.Setting;
import io.karavel.engine.Setting.Applies;
import io.karavel.engine.SettingsException;
import io.karavel.engine.SettingsSchema;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The settings of IP with its neighbours, fragments and ICMP, PID {@value #PID}. Everything takes
 * effect live, for what exists already: a timer that runs keeps its deadline and reads the new
 * value when it is armed again. Immutable; times in nanoseconds.
 *
 * @param defaultTtl TTL of datagrams whose sender does not choose one
 * @param acceptSourceRoute whether datagrams with a source route option are accepted
 * @param reversePathFilter whether the source of a datagram must be reachable
 * @param routesMaximum how many routes there can be
 * @param loopbackMtuBytes MTU towards our own addresses
 * @param loopbackQueuePackets packets to our own addresses that wait at most
 * @param loopbackQueueBytes their bytes at most
 * @param neighbourReachableNanos how long a confirmation holds, on average
 * @param neighbourProbeDelayNanos how long a stale neighbour is used before it is probed
 * @param neighbourRetransmitNanos time between ARP requests
 * @param neighbourBroadcastProbes ARP requests before an unknown neighbour is given up
 * @param neighbourUnicastProbes ARP requests before a known neighbour is given up
 * @param neighbourStaleNanos how long an unused neighbour is remembered
 * @param neighbourQueuePackets packets that wait for one neighbour at most
 * @param neighbourQueueBytes their bytes at most
 * @param neighboursMaximum how many neighbours there can be
 * @param conflictDetection whether and how a new address is probed
 * @param conflictDefence what is done when another station claims an address of ours
 * @param arpProbeWaitNanos longest random wait before the first probe, strict detection only
 * @param arpProbeCount how many probes (PROBE_NUM)
 * @param arpProbeMinimumNanos shortest time between probes (PROBE_MIN)
 * @param arpProbeMaximumNanos longest time between probes (PROBE_MAX)
 * @param arpAnnounceWaitNanos time from the last probe to the first announcement (ANNOUNCE_WAIT)
 * @param arpAnnounceCount how many announcements (ANNOUNCE_NUM)
 * @param arpAnnounceIntervalNanos time between announcements (ANNOUNCE_INTERVAL)
 * @param arpDefendIntervalNanos shortest time between defences (DEFEND_INTERVAL)
 * @param conflictRetryNanos when an address given up is probed again; 0 is never
 * @param reassemblyNanos how long fragments wait for the missing ones
 * @param reassemblyDatagrams datagrams in reassembly at most
 * @param reassemblyBytes memory they hold at most
 * @param icmpErrorsPerSecond ICMP errors sent per second at most
 * @param icmpErrorBurst how many at once
 * @param icmpErrorQuoteBytes bytes of the offending datagram that an error quotes at most
 * @param icmpEchoRepliesPerSecond echo replies sent per second at most
 * @param icmpEchoBurst how many at once
 * @param icmpEchoIgnoreBroadcast whether echo requests to broadcast and multicast are ignored
 * @param localErrorsMaximum errors about our own datagrams that wait to be reported at most
 * @param pingsMaximum echo requests that wait for an answer at most
 */
public record IpSettings(
    int defaultTtl,
    boolean acceptSourceRoute,
    ReversePath reversePathFilter,
    int routesMaximum,
    int loopbackMtuBytes,
    int loopbackQueuePackets,
    long loopbackQueueBytes,
    long neighbourReachableNanos,
    long neighbourProbeDelayNanos,
    long neighbourRetransmitNanos,
    int neighbourBroadcastProbes,
    int neighbourUnicastProbes,
    long neighbourStaleNanos,
    int neighbourQueuePackets,
    long neighbourQueueBytes,
    int neighboursMaximum,
    ConflictDetection conflictDetection,
    ConflictDefence conflictDefence,
    long arpProbeWaitNanos,
    int arpProbeCount,
    long arpProbeMinimumNanos,
    long arpProbeMaximumNanos,
    long arpAnnounceWaitNanos,
    int arpAnnounceCount,
    long arpAnnounceIntervalNanos,
    long arpDefendIntervalNanos,
    long conflictRetryNanos,
    long reassemblyNanos,
    int reassemblyDatagrams,
    long reassemblyBytes,
    int icmpErrorsPerSecond,
    int icmpErrorBurst,
    int icmpErrorQuoteBytes,
    int icmpEchoRepliesPerSecond,
    int icmpEchoBurst,
    boolean icmpEchoIgnoreBroadcast,
    int localErrorsMaximum,
    int pingsMaximum) {

  /** Whether the source of a datagram must be reachable (RFC 3704). */
  public enum ReversePath {
    /** Any source. */
    OFF,
    /** There is a route to the source. */
    LOOSE,
    /** The route to the source leaves by the interface that the datagram came by. */
    STRICT
  }

  /** Whether and how a new address is probed before it is used (RFC 5227). */
  public enum ConflictDetection {
    /** Not at all. */
    OFF,
    /** It is used at once; probes run beside, and a conflict takes it out of use. */
    OPTIMISTIC,
    /** It is used once all probes went unanswered, as RFC 5227 §2.1 says. */
    STRICT
  }

  /** What is done when another station claims an address of ours (RFC 5227 §2.4). */
  public enum ConflictDefence {
    /** Give it up at once: (a). */
    NEVER,
    /** Defend it, and give it up if that happens again within the interval: (b). */
    ONCE,
    /** Keep it and defend it at most once in each interval: (c). */
    ALWAYS
  }

  /** The PID. */
  public static final String PID = "io.karavel.ip";

  /** Key. */
  public static final Setting<Long> DEFAULT_TTL =
      count("defaultTtl", 64, 1, 255, "TTL of datagrams whose sender does not choose one.");

  /** Key. */
  public static final Setting<Boolean> ACCEPT_SOURCE_ROUTE =
      flag("acceptSourceRoute", false, "Accept datagrams that carry a source route option.");

  /** Key. */
  public static final Setting<String> REVERSE_PATH_FILTER =
      Setting.choice(
          "reversePathFilter",
          "off",
          List.of("off", "loose", "strict"),
          Applies.LIVE,
          "Drop datagrams without a route to their source (loose), or whose route leaves by another"
              + " interface (strict).");

  /** Key. */
  public static final Setting<Long> ROUTES_MAXIMUM =
      count("routesMaximum", 1024, 16, 65_536, "Routes there can be, connected ones included.");

  /** Key. */
  public static final Setting<Long> LOOPBACK_MTU =
      bytes("loopbackMtuBytes", 65_535, 68, 65_535, "MTU towards our own addresses.");

  /** Key. */
  public static final Setting<Long> LOOPBACK_QUEUE_PACKETS =
      count(
          "loopbackQueuePackets",
          1024,
          1,
          65_536,
          "Packets to our own addresses that wait at most.");

  /** Key. */
  public static final Setting<Long> LOOPBACK_QUEUE_BYTES =
      bytes(
          "loopbackQueueBytes",
          16_777_216,
          65_536,
          1_073_741_824,
          "Bytes of packets to our own addresses that wait at most.");

  /** Key. */
  public static final Setting<Long> NEIGHBOUR_REACHABLE =
      millis(
          "neighbourReachableMs",
          30_000,
          100,
          3_600_000,
          "How long a neighbour counts as reachable after a confirmation; half to one and a half"
              + " times this, at random.");

  /** Key. */
  public static final Setting<Long> NEIGHBOUR_PROBE_DELAY =
      millis(
          "neighbourProbeDelayMs",
          5_000,
          0,
          3_600_000,
          "How long a stale neighbour in use may be confirmed by traffic before it is probed.");

  /** Key. */
  public static final Setting<Long> NEIGHBOUR_RETRANSMIT =
      millis("neighbourRetransmitMs", 1_000, 10, 60_000, "Time between ARP requests.");

  /** Key. */
  public static final Setting<Long> NEIGHBOUR_BROADCAST_PROBES =
      count(
          "neighbourBroadcastProbes",
          3,
          1,
          100,
          "ARP requests that go unanswered before an unknown neighbour is given up.");

  /** Key. */
  public static final Setting<Long> NEIGHBOUR_UNICAST_PROBES =
      count(
          "neighbourUnicastProbes",
          3,
          1,
          100,
          "ARP requests that go unanswered before a known neighbour is given up.");

  /** Key. */
  public static final Setting<Long> NEIGHBOUR_STALE =
      millis(
          "neighbourStaleMs",
          60_000,
          1_000,
          86_400_000,
          "How long a neighbour that is not used, or has failed, is remembered.");

  /** Key. */
  public static final Setting<Long> NEIGHBOUR_QUEUE_PACKETS =
      count(
          "neighbourQueuePackets",
          101,
          1,
          10_000,
          "Packets that wait for one neighbour's address at most; the oldest gives way.");

  /** Key. */
  public static final Setting<Long> NEIGHBOUR_QUEUE_BYTES =
      bytes(
          "neighbourQueueBytes",
          262_144,
          1_500,
          67_108_864,
          "Bytes that wait for one neighbour's address at most; the oldest gives way.");

  /** Key. */
  public static final Setting<Long> NEIGHBOURS_MAXIMUM =
      count(
          "neighboursMaximum",
          4096,
          16,
          1_048_576,
          "Neighbours there can be; at the limit one that is not in use gives way.");

  /** Key. */
  public static final Setting<String> CONFLICT_DETECTION =
      Setting.choice(
          "conflictDetection",
          "optimistic",
          List.of("off", "optimistic", "strict"),
          Applies.NEW,
          "Probe a new address: not at all, while it is used already, or before it is used.");

  /** Key. */
  public static final Setting<String> CONFLICT_DEFENCE =
      Setting.choice(
          "conflictDefence",
          "always",
          List.of("never", "once", "always"),
          Applies.LIVE,
          "When another station claims our address: give it up, defend it once, or keep it.");

  /** Key. */
  public static final Setting<Long> ARP_PROBE_WAIT =
      millis(
          "arpProbeWaitMs",
          1_000,
          0,
          60_000,
          "Longest random wait before the first probe, with strict detection.");

  /** Key. */
  public static final Setting<Long> ARP_PROBE_COUNT =
      count("arpProbeCount", 3, 1, 20, "Probes sent for a new address.");

  /** Key. */
  public static final Setting<Long> ARP_PROBE_MINIMUM =
      millis("arpProbeMinimumMs", 1_000, 10, 60_000, "Shortest time between probes.");

  /** Key. */
  public static final Setting<Long> ARP_PROBE_MAXIMUM =
      millis("arpProbeMaximumMs", 2_000, 10, 60_000, "Longest time between probes.");

  /** Key. */
  public static final Setting<Long> ARP_ANNOUNCE_WAIT =
      millis(
          "arpAnnounceWaitMs", 2_000, 10, 60_000, "Time from the last probe to the announcement.");

  /** Key. */
  public static final Setting<Long> ARP_ANNOUNCE_COUNT =
      count("arpAnnounceCount", 2, 0, 20, "Announcements (gratuitous ARP) of a new address.");

  /** Key. */
  public static final Setting<Long> ARP_ANNOUNCE_INTERVAL =
      millis("arpAnnounceIntervalMs", 2_000, 10, 60_000, "Time between announcements.");

  /** Key. */
  public static final Setting<Long> ARP_DEFEND_INTERVAL =
      millis(
          "arpDefendIntervalMs",
          10_000,
          10,
          3_600_000,
          "Shortest time between two defences of an address.");

  /** Key. */
  public static final Setting<Long> CONFLICT_RETRY =
      millis(
          "conflictRetryMs",
          60_000,
          0,
          86_400_000,
          "When an address that was given up is probed again; 0 is never.");

  /** Key. */
  public static final Setting<Long> REASSEMBLY_TIMEOUT =
      millis(
          "reassemblyTimeoutMs",
          30_000,
          100,
          255_000,
          "How long the fragments of a datagram wait for the missing ones.");

  /** Key. */
  public static final Setting<Long> REASSEMBLY_DATAGRAMS =
      count(
          "reassemblyDatagrams",
          64,
          1,
          65_536,
          "Datagrams in reassembly at most; the oldest gives way.");

  /** Key. */
  public static final Setting<Long> REASSEMBLY_BYTES =
      bytes(
          "reassemblyBytes",
          8_388_608,
          131_072,
          1_073_741_824,
          "Memory held by datagrams in reassembly at most; the oldest gives way.");

  /** Key. */
  public static final Setting<Long> ICMP_ERRORS_PER_SECOND =
      count("icmpErrorsPerSecond", 1000, 0, 1_000_000, "ICMP errors sent per second at most.");

  /** Key. */
  public static final Setting<Long> ICMP_ERROR_BURST =
      count("icmpErrorBurst", 50, 1, 1_000_000, "ICMP errors sent at once at most.");

  /** Key. */
  public static final Setting<Long> ICMP_ERROR_QUOTE =
      bytes(
          "icmpErrorQuoteBytes",
          548,
          68,
          1_480,
          "Bytes of the offending datagram that an ICMP error quotes at most.");

  /** Key. */
  public static final Setting<Long> ICMP_ECHO_REPLIES_PER_SECOND =
      count("icmpEchoRepliesPerSecond", 10_000, 0, 10_000_000, "Echo replies per second at most.");

  /** Key. */
  public static final Setting<Long> ICMP_ECHO_BURST =
      count("icmpEchoBurst", 1000, 1, 1_000_000, "Echo replies sent at once at most.");

  /** Key. */
  public static final Setting<Boolean> ICMP_ECHO_IGNORE_BROADCAST =
      flag(
          "icmpEchoIgnoreBroadcast",
          true,
          "Ignore echo requests to broadcast and multicast addresses.");

  /** Key. */
  public static final Setting<Long> LOCAL_ERRORS_MAXIMUM =
      count(
          "localErrorsMaximum",
          64,
          1,
          4_096,
          "Errors about our own datagrams that wait to be reported at most.");

  /** Key. */
  public static final Setting<Long> PINGS_MAXIMUM =
      count("pingsMaximum", 1024, 1, 65_536, "Echo requests that wait for an answer at most.");

  /** All keys. */
  public static final SettingsSchema SCHEMA =
      new SettingsSchema(
          PID,
          List.of(
              DEFAULT_TTL,
              ACCEPT_SOURCE_ROUTE,
              REVERSE_PATH_FILTER,
              ROUTES_MAXIMUM,
              LOOPBACK_MTU,
              LOOPBACK_QUEUE_PACKETS,
              LOOPBACK_QUEUE_BYTES,
              NEIGHBOUR_REACHABLE,
              NEIGHBOUR_PROBE_DELAY,
              NEIGHBOUR_RETRANSMIT,
              NEIGHBOUR_BROADCAST_PROBES,
              NEIGHBOUR_UNICAST_PROBES,
              NEIGHBOUR_STALE,
              NEIGHBOUR_QUEUE_PACKETS,
              NEIGHBOUR_QUEUE_BYTES,
              NEIGHBOURS_MAXIMUM,
              CONFLICT_DETECTION,
              CONFLICT_DEFENCE,
              ARP_PROBE_WAIT,
              ARP_PROBE_COUNT,
              ARP_PROBE_MINIMUM,
              ARP_PROBE_MAXIMUM,
              ARP_ANNOUNCE_WAIT,
              ARP_ANNOUNCE_COUNT,
              ARP_ANNOUNCE_INTERVAL,
              ARP_DEFEND_INTERVAL,
              CONFLICT_RETRY,
              REASSEMBLY_TIMEOUT,
              REASSEMBLY_DATAGRAMS,
              REASSEMBLY_BYTES,
              ICMP_ERRORS_PER_SECOND,
              ICMP_ERROR_BURST,
              ICMP_ERROR_QUOTE,
              ICMP_ECHO_REPLIES_PER_SECOND,
              ICMP_ECHO_BURST,
              ICMP_ECHO_IGNORE_BROADCAST,
              LOCAL_ERRORS_MAXIMUM,
              PINGS_MAXIMUM));

  /** The defaults. */
  public static IpSettings defaults() {
    return of(SCHEMA.defaults());
  }

  /**
   * Parses a raw configuration; absent keys have their defaults.
   *
   * @throws SettingsException naming every wrong key, its value and its range
   */
  public static IpSettings parse(Map<String, ?> raw) throws SettingsException {
    SettingsSchema.Values values = SCHEMA.parse(raw);
    if (values.get(ARP_PROBE_MINIMUM) > values.get(ARP_PROBE_MAXIMUM)) {
      throw new SettingsException(
          PID,
          List.of(
              "arpProbeMinimumMs = "
                  + values.get(ARP_PROBE_MINIMUM)
                  + " is refused: it is above arpProbeMaximumMs = "
                  + values.get(ARP_PROBE_MAXIMUM)));
    }
    return of(values);
  }

  private static IpSettings of(SettingsSchema.Values v) {
    return new IpSettings(
        v.intValue(DEFAULT_TTL),
        v.get(ACCEPT_SOURCE_ROUTE),
        word(ReversePath.class, v.get(REVERSE_PATH_FILTER)),
        v.intValue(ROUTES_MAXIMUM),
        v.intValue(LOOPBACK_MTU),
        v.intValue(LOOPBACK_QUEUE_PACKETS),
        v.get(LOOPBACK_QUEUE_BYTES),
        nanos(v, NEIGHBOUR_REACHABLE),
        nanos(v, NEIGHBOUR_PROBE_DELAY),
        nanos(v, NEIGHBOUR_RETRANSMIT),
        v.intValue(NEIGHBOUR_BROADCAST_PROBES),
        v.intValue(NEIGHBOUR_UNICAST_PROBES),
        nanos(v, NEIGHBOUR_STALE),
        v.intValue(NEIGHBOUR_QUEUE_PACKETS),
        v.get(NEIGHBOUR_QUEUE_BYTES),
        v.intValue(NEIGHBOURS_MAXIMUM),
        word(ConflictDetection.class, v.get(CONFLICT_DETECTION)),
        word(ConflictDefence.class, v.get(CONFLICT_DEFENCE)),
        nanos(v, ARP_PROBE_WAIT),
        v.intValue(ARP_PROBE_COUNT),
        nanos(v, ARP_PROBE_MINIMUM),
        nanos(v, ARP_PROBE_MAXIMUM),
        nanos(v, ARP_ANNOUNCE_WAIT),
        v.intValue(ARP_ANNOUNCE_COUNT),
        nanos(v, ARP_ANNOUNCE_INTERVAL),
        nanos(v, ARP_DEFEND_INTERVAL),
        nanos(v, CONFLICT_RETRY),
        nanos(v, REASSEMBLY_TIMEOUT),
        v.intValue(REASSEMBLY_DATAGRAMS),
        v.get(REASSEMBLY_BYTES),
        v.intValue(ICMP_ERRORS_PER_SECOND),
        v.intValue(ICMP_ERROR_BURST),
        v.intValue(ICMP_ERROR_QUOTE),
        v.intValue(ICMP_ECHO_REPLIES_PER_SECOND),
        v.intValue(ICMP_ECHO_BURST),
        v.get(ICMP_ECHO_IGNORE_BROADCAST),
        v.intValue(LOCAL_ERRORS_MAXIMUM),
        v.intValue(PINGS_MAXIMUM));
  }

  private static long nanos(SettingsSchema.Values values, Setting<Long> setting) {
    return TimeUnit.MILLISECONDS.toNanos(values.get(setting));
  }

  private static <E extends Enum<E>> E word(Class<E> type, String value) {
    return Enum.valueOf(type, value.toUpperCase(java.util.Locale.ROOT));
  }

  private static Setting<Long> count(
      String key, long defaultValue, long minimum, long maximum, String description) {
    return Setting.number(key, defaultValue, minimum, maximum, "count", Applies.LIVE, description);
  }

  private static Setting<Long> bytes(
      String key, long defaultValue, long minimum, long maximum, String description) {
    return Setting.number(key, defaultValue, minimum, maximum, "bytes", Applies.LIVE, description);
  }

  private static Setting<Long> millis(
      String key, long defaultValue, long minimum, long maximum, String description) {
    return Setting.number(key, defaultValue, minimum, maximum, "ms", Applies.LIVE, description);
  }

  private static Setting<Boolean> flag(String key, boolean defaultValue, String description) {
    return Setting.flag(key, defaultValue, Applies.LIVE, description);
  }
}
