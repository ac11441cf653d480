package io.karavel.tcp;

import io.karavel.engine.Setting;
import io.karavel.engine.Setting.Applies;
import io.karavel.engine.SettingsException;
import io.karavel.engine.SettingsSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The settings of TCP, PID {@value #PID}: an immutable set of all keys with their values in the
 * units the protocol works in. A key of a socket's {@link TcpOption options} goes before it.
 *
 * <p>Applies: LIVE settings also govern connections that exist, NEW ones those opened later. Any
 * thread.
 */
public final class TcpSettings {
  /** The PID. */
  public static final String PID = "io.karavel.tcp";

  /** Values of {@link #timeWaitReuse()} (Linux: tcp_tw_reuse). */
  public enum TimeWaitReuse {
    /** Never. */
    OFF,
    /** Only on connections to our own addresses. */
    LOOPBACK,
    /** Wherever timestamps make it safe. */
    ON
  }

  /** Values of {@link #synCookies()} (Linux: tcp_syncookies). */
  public enum SynCookies {
    /** Never: a SYN that finds the SYN queue full is dropped. */
    OFF,
    /** When the SYN queue is full. */
    AUTO,
    /** For every SYN. */
    ALWAYS
  }

  /** Values of {@link #ecn()} (Linux: tcp_ecn). */
  public enum Ecn {
    /** Neither asked for nor accepted. */
    OFF,
    /** Accepted when the peer asks for it. */
    PASSIVE,
    /** Asked for and accepted. */
    ACTIVE
  }

  /** Values of {@link #fastOpen()} (Linux: the first bits of tcp_fastopen). */
  public enum FastOpen {
    /** Nobody. */
    OFF,
    /** Our sockets that ask for it. */
    CLIENT,
    /** Peers of our listeners. */
    SERVER,
    /** Both. */
    BOTH;

    /** Whether our sockets may. */
    public boolean isClient() {
      return this == CLIENT || this == BOTH;
    }

    /** Whether peers of our listeners may. */
    public boolean isServer() {
      return this == SERVER || this == BOTH;
    }
  }

  /** Values of {@link #mtuProbing()} (Linux: tcp_mtu_probing). */
  public enum MtuProbing {
    /** Never. */
    OFF,
    /** When large packets seem to be swallowed. */
    BLACKHOLE,
    /** Always. */
    ALWAYS
  }

  /** Key. */
  public static final Setting<Long> SYN_RETRIES =
      Setting.number(
          "synRetries",
          5,
          1,
          127,
          "count",
          Applies.LIVE,
          "Repetitions of our SYN before connecting gives up.");

  /** Key. */
  public static final Setting<Long> SYN_LINEAR_TIMEOUTS =
      Setting.number(
          "synLinearTimeouts",
          0,
          0,
          127,
          "count",
          Applies.LIVE,
          "Repetitions of our SYN before its interval begins to double.");

  /** Key. */
  public static final Setting<Long> SYN_ACK_RETRIES =
      Setting.number(
          "synAckRetries",
          5,
          0,
          255,
          "count",
          Applies.LIVE,
          "Repetitions of our SYN-ACK before an embryo is given up.");

  /** Key. */
  public static final Setting<Long> RETRIES_1 =
      Setting.number(
          "retries1",
          3,
          0,
          255,
          "budget",
          Applies.LIVE,
          "Time budget after which IP is asked to look at route and neighbour again.");

  /** Key. */
  public static final Setting<Long> RETRIES_2 =
      Setting.number(
          "retries2",
          15,
          0,
          255,
          "budget",
          Applies.LIVE,
          "Time budget after which a connection whose peer does not answer ends.");

  /** Key. */
  public static final Setting<Long> ORPHAN_RETRIES =
      Setting.number(
          "orphanRetries",
          0,
          0,
          255,
          "budget",
          Applies.LIVE,
          "Time budget of a connection that its application has closed; 0 means 8.");

  /** Key. */
  public static final Setting<Long> RTO_INITIAL_MILLIS =
      Setting.number(
          "rtoInitialMillis",
          1000,
          200,
          60000,
          "ms",
          Applies.NEW,
          "Retransmission timeout before a round trip was measured.");

  /** Key. */
  public static final Setting<Long> RTO_MIN_MILLIS =
      Setting.number(
          "rtoMinMillis",
          200,
          1,
          10000,
          "ms",
          Applies.LIVE,
          "Smallest retransmission timeout; below 200 ms delayed acknowledgements of the peer cause"
              + " needless repetitions.");

  /** Key. */
  public static final Setting<Long> RTO_MAX_MILLIS =
      Setting.number(
          "rtoMaxMillis",
          120000,
          1000,
          120000,
          "ms",
          Applies.LIVE,
          "Largest retransmission timeout, and largest interval of back-off and probes.");

  /** Key. */
  public static final Setting<Long> USER_TIMEOUT_MILLIS =
      Setting.number(
          "userTimeoutMillis",
          0,
          0,
          2147483647,
          "ms",
          Applies.LIVE,
          "How long sent data may stay unacknowledged before the connection ends; 0 is off.");

  /** Key. */
  public static final Setting<Long> FIN_TIMEOUT_SECONDS =
      Setting.number(
          "finTimeoutSeconds",
          60,
          1,
          3600,
          "s",
          Applies.LIVE,
          "How long an orphan stays in FIN-WAIT-2.");

  /** Key. */
  public static final Setting<Long> TIME_WAIT_SECONDS =
      Setting.number(
          "timeWaitSeconds",
          60,
          1,
          240,
          "s",
          Applies.LIVE,
          "How long TIME-WAIT lasts, twice the maximum segment lifetime.");

  /** Key. */
  public static final Setting<String> TIME_WAIT_REUSE =
      Setting.choice(
          "timeWaitReuse",
          "loopback",
          List.of("off", "loopback", "on"),
          Applies.LIVE,
          "Whether an outgoing connection may take over a TIME-WAIT record when timestamps make"
              + " that safe.");

  /** Key. */
  public static final Setting<Long> TIME_WAIT_REUSE_DELAY_MILLIS =
      Setting.number(
          "timeWaitReuseDelayMillis",
          1000,
          0,
          60000,
          "ms",
          Applies.LIVE,
          "Age from which a TIME-WAIT record may be taken over.");

  /** Key. */
  public static final Setting<Boolean> RFC_1337 =
      Setting.flag(
          "rfc1337",
          false,
          Applies.LIVE,
          "Whether TIME-WAIT ignores every RST; if false, one exactly at RCV.NXT ends it.");

  /** Key. */
  public static final Setting<Long> MAX_TIME_WAIT =
      Setting.number(
          "maxTimeWait",
          262144,
          0,
          10000000,
          "count",
          Applies.LIVE,
          "TIME-WAIT records; beyond them TIME-WAIT is skipped.");

  /** Key. */
  public static final Setting<Long> MAX_ORPHANS =
      Setting.number(
          "maxOrphans",
          65536,
          0,
          10000000,
          "count",
          Applies.LIVE,
          "Connections whose application has closed them; beyond them the peer gets RST.");

  /** Key. */
  public static final Setting<Long> MAX_SYN_BACKLOG =
      Setting.number(
          "maxSynBacklog",
          4096,
          16,
          1000000,
          "count",
          Applies.LIVE,
          "Embryos of one listener; beyond them cookies, or the SYN is dropped.");

  /** Key. */
  public static final Setting<Long> MAX_ACCEPT_BACKLOG =
      Setting.number(
          "maxAcceptBacklog",
          4096,
          1,
          65535,
          "count",
          Applies.LIVE,
          "Upper bound of what a listener may ask for as backlog of connections not yet accepted.");

  /** Key. */
  public static final Setting<String> SYN_COOKIES =
      Setting.choice(
          "synCookies",
          "auto",
          List.of("off", "auto", "always"),
          Applies.LIVE,
          "Whether SYNs are answered with cookies: when the SYN queue is full, always, or never.");

  /** Key. */
  public static final Setting<Boolean> ABORT_ON_OVERFLOW =
      Setting.flag(
          "abortOnOverflow",
          false,
          Applies.LIVE,
          "Whether a full accept queue resets the peer; if false its final ACK is dropped and it"
              + " tries again.");

  /** Key. */
  public static final Setting<Long> MAX_CONNECTIONS =
      Setting.number(
          "maxConnections",
          1000000,
          1,
          10000000,
          "count",
          Applies.LIVE,
          "Connections in all; beyond them SYNs are dropped and connecting fails.");

  /** Key. */
  public static final Setting<Long> MAX_CONNECTIONS_PER_PEER =
      Setting.number(
          "maxConnectionsPerPeer",
          0,
          0,
          10000000,
          "count",
          Applies.LIVE,
          "Connections with one remote address; 0 is no limit.");

  /** Key. */
  public static final Setting<Long> DELAYED_ACK_MILLIS =
      Setting.number(
          "delayedAckMillis",
          40,
          0,
          499,
          "ms",
          Applies.LIVE,
          "Ceiling of the time an acknowledgement may wait for data to travel with.");

  /** Key. */
  public static final Setting<Boolean> NAGLE =
      Setting.flag(
          "nagle",
          true,
          Applies.NEW,
          "Whether small segments wait while others are unacknowledged (Nagle, as Minshall refined"
              + " it).");

  /** Key. */
  public static final Setting<String> CONGESTION_CONTROL =
      Setting.text(
          "congestionControl",
          "cubic",
          Applies.LIVE,
          "Name of the congestion control: cubic, newreno or what a bundle offers; cubic rules"
              + " until it does.");

  /** Key. */
  public static final Setting<Long> PACING_SLOW_START_PERCENT =
      Setting.number(
          "pacingSlowStartPercent",
          200,
          100,
          1000,
          "%",
          Applies.LIVE,
          "Rate of a connection in slow start, of window by round trip; sizes super-segments and"
              + " paces where asked to.");

  /** Key. */
  public static final Setting<Long> PACING_AVOIDANCE_PERCENT =
      Setting.number(
          "pacingAvoidancePercent",
          120,
          100,
          1000,
          "%",
          Applies.LIVE,
          "Rate of a connection in congestion avoidance, likewise.");

  /** Key. */
  public static final Setting<Long> INITIAL_WINDOW =
      Setting.number(
          "initialWindow",
          10,
          1,
          64,
          "segments",
          Applies.NEW,
          "Initial congestion window (RFC 6928).");

  /** Key. */
  public static final Setting<Boolean> SLOW_START_AFTER_IDLE =
      Setting.flag(
          "slowStartAfterIdle",
          true,
          Applies.LIVE,
          "Whether the congestion window shrinks while nothing is sent (RFC 5681 section 4.1).");

  /** Key. */
  public static final Setting<Boolean> SACK =
      Setting.flag(
          "sack",
          true,
          Applies.NEW,
          "Whether selective acknowledgements are offered and accepted (RFC 2018).");

  /** Key. */
  public static final Setting<Boolean> DSACK =
      Setting.flag(
          "dsack",
          true,
          Applies.NEW,
          "Whether duplicates are reported by selective acknowledgements (RFC 2883).");

  /** Key. */
  public static final Setting<Boolean> TAIL_LOSS_PROBE =
      Setting.flag(
          "tailLossProbe",
          true,
          Applies.LIVE,
          "Whether a probe goes out when the last acknowledgements stay away (RFC 8985 section"
              + " 7).");

  /** Key. */
  public static final Setting<Boolean> FRTO =
      Setting.flag(
          "frto",
          true,
          Applies.LIVE,
          "Whether it is looked for timeouts that were for nothing (RFC 5682).");

  /** Key. */
  public static final Setting<Long> MAX_REORDERING =
      Setting.number(
          "maxReordering",
          300,
          3,
          10_000,
          "segments",
          Applies.LIVE,
          "Most segments by which one is believed to have been overtaken rather than lost.");

  /** Key. */
  public static final Setting<Boolean> TIMESTAMPS =
      Setting.flag(
          "timestamps",
          true,
          Applies.NEW,
          "Whether timestamps are offered and accepted (RFC 7323).");

  /** Key. */
  public static final Setting<Boolean> WINDOW_SCALING =
      Setting.flag(
          "windowScaling",
          true,
          Applies.NEW,
          "Whether window scaling is offered and accepted (RFC 7323).");

  /** Key. */
  public static final Setting<Long> SEND_BUFFER_MIN =
      Setting.number(
          "sendBufferMin",
          4096,
          4096,
          1073741824,
          "bytes",
          Applies.LIVE,
          "Send buffer that every connection may have.");

  /** Key. */
  public static final Setting<Long> SEND_BUFFER_INITIAL =
      Setting.number(
          "sendBufferInitial",
          131072,
          4096,
          1073741824,
          "bytes",
          Applies.LIVE,
          "Send buffer of a new connection.");

  /** Key. */
  public static final Setting<Long> SEND_BUFFER_MAX =
      Setting.number(
          "sendBufferMax",
          6291456,
          4096,
          1073741824,
          "bytes",
          Applies.LIVE,
          "Largest send buffer that auto-tuning may choose.");

  /** Key. */
  public static final Setting<Long> RECEIVE_BUFFER_MIN =
      Setting.number(
          "receiveBufferMin",
          4096,
          4096,
          1073741824,
          "bytes",
          Applies.LIVE,
          "Receive buffer that every connection may have.");

  /** Key. */
  public static final Setting<Long> RECEIVE_BUFFER_INITIAL =
      Setting.number(
          "receiveBufferInitial",
          131072,
          4096,
          1073741824,
          "bytes",
          Applies.LIVE,
          "Receive buffer of a new connection.");

  /** Key. */
  public static final Setting<Long> RECEIVE_BUFFER_MAX =
      Setting.number(
          "receiveBufferMax",
          6291456,
          4096,
          1073741824,
          "bytes",
          Applies.LIVE,
          "Largest receive buffer that auto-tuning may choose; sets the window scale of new"
              + " connections.");

  /** Key. */
  public static final Setting<Long> BUFFER_MEMORY =
      Setting.number(
          "bufferMemory",
          0,
          0,
          1099511627776L,
          "bytes",
          Applies.LIVE,
          "Memory of all send and receive buffers of a stack; 0 takes a quarter of the JVM's direct"
              + " memory.");

  /** Key. */
  public static final Setting<Long> NOT_SENT_LOW_WATER =
      Setting.number(
          "notSentLowWater",
          0,
          0,
          2147483647,
          "bytes",
          Applies.LIVE,
          "Unsent bytes above which a socket is not writable; 0 is off.");

  /** Key. */
  public static final Setting<Long> MIN_SEND_MSS =
      Setting.number(
          "minSendMss",
          48,
          48,
          1460,
          "bytes",
          Applies.NEW,
          "Smallest segment size that a peer can make us use.");

  /** Key. */
  public static final Setting<String> ECN =
      Setting.choice(
          "ecn",
          "passive",
          List.of("off", "passive", "active"),
          Applies.NEW,
          "Explicit congestion notification (RFC 3168): never, when the peer asks for it, or asked"
              + " for by us too.");

  /** Key. */
  public static final Setting<String> FAST_OPEN =
      Setting.choice(
          "fastOpen",
          "client",
          List.of("off", "client", "server", "both"),
          Applies.NEW,
          "Who may send data with a SYN (RFC 7413): nobody, our sockets that ask for it, peers of"
              + " our listeners, or both.");

  /** Key. */
  public static final Setting<Long> FAST_OPEN_QUEUE =
      Setting.number(
          "fastOpenQueue",
          128,
          0,
          65535,
          "count",
          Applies.NEW,
          "Connections of one listener that were opened by data on a SYN and whose handshake is not"
              + " over; beyond them the data is not taken.");

  /** Key. */
  public static final Setting<Long> FAST_OPEN_KEY_ROTATION_HOURS =
      Setting.number(
          "fastOpenKeyRotationHours",
          24,
          1,
          8760,
          "h",
          Applies.NEW,
          "Age at which the key of Fast Open cookies is replaced; cookies of the key before are"
              + " still taken.");

  /** Key. */
  public static final Setting<Long> FAST_OPEN_BLACKHOLE_SECONDS =
      Setting.number(
          "fastOpenBlackholeSeconds",
          3600,
          0,
          86400,
          "s",
          Applies.NEW,
          "How long our sockets do without Fast Open when the way swallows it, twice as long each"
              + " further time; 0 is never.");

  /** Key. */
  public static final Setting<String> MTU_PROBING =
      Setting.choice(
          "mtuProbing",
          "blackhole",
          List.of("off", "blackhole", "always"),
          Applies.LIVE,
          "Whether TCP finds out by itself how large packets may be (RFC 4821): never, when large"
              + " ones seem to be swallowed, or always.");

  /** Key. */
  public static final Setting<Long> MTU_PROBE_BASE =
      Setting.number(
          "mtuProbeBase",
          1024,
          48,
          65495,
          "bytes",
          Applies.LIVE,
          "Segment size with which that search begins.");

  /** Key. */
  public static final Setting<Long> MTU_PROBE_INTERVAL_SECONDS =
      Setting.number(
          "mtuProbeIntervalSeconds",
          600,
          1,
          86400,
          "s",
          Applies.LIVE,
          "How long its result holds before larger packets are tried again.");

  /** Key. */
  public static final Setting<String> EPHEMERAL_PORTS =
      Setting.text(
          "ephemeralPorts",
          "32768-60999",
          Applies.LIVE,
          "Ports that are chosen for outgoing connections, FIRST-LAST within 1 to 65535.");

  /** Key. */
  public static final Setting<Long> CHALLENGE_ACK_PER_SECOND =
      Setting.number(
          "challengeAckPerSecond",
          10,
          1,
          1000000,
          "1/s",
          Applies.LIVE,
          "Challenge acknowledgements per second and connection (RFC 5961).");

  /** Key. */
  public static final Setting<Long> INVALID_RATE_LIMIT_MILLIS =
      Setting.number(
          "invalidRateLimitMillis",
          500,
          0,
          60000,
          "ms",
          Applies.LIVE,
          "Least time between answers to unacceptable segments of one connection.");

  /** All keys. */
  public static final SettingsSchema SCHEMA =
      new SettingsSchema(
          PID,
          List.of(
              SYN_RETRIES,
              SYN_LINEAR_TIMEOUTS,
              SYN_ACK_RETRIES,
              RETRIES_1,
              RETRIES_2,
              ORPHAN_RETRIES,
              RTO_INITIAL_MILLIS,
              RTO_MIN_MILLIS,
              RTO_MAX_MILLIS,
              USER_TIMEOUT_MILLIS,
              FIN_TIMEOUT_SECONDS,
              TIME_WAIT_SECONDS,
              TIME_WAIT_REUSE,
              TIME_WAIT_REUSE_DELAY_MILLIS,
              RFC_1337,
              MAX_TIME_WAIT,
              MAX_ORPHANS,
              MAX_SYN_BACKLOG,
              MAX_ACCEPT_BACKLOG,
              SYN_COOKIES,
              ABORT_ON_OVERFLOW,
              MAX_CONNECTIONS,
              MAX_CONNECTIONS_PER_PEER,
              DELAYED_ACK_MILLIS,
              NAGLE,
              CONGESTION_CONTROL,
              PACING_SLOW_START_PERCENT,
              PACING_AVOIDANCE_PERCENT,
              INITIAL_WINDOW,
              SLOW_START_AFTER_IDLE,
              SACK,
              DSACK,
              TAIL_LOSS_PROBE,
              FRTO,
              MAX_REORDERING,
              TIMESTAMPS,
              WINDOW_SCALING,
              SEND_BUFFER_MIN,
              SEND_BUFFER_INITIAL,
              SEND_BUFFER_MAX,
              RECEIVE_BUFFER_MIN,
              RECEIVE_BUFFER_INITIAL,
              RECEIVE_BUFFER_MAX,
              BUFFER_MEMORY,
              NOT_SENT_LOW_WATER,
              MIN_SEND_MSS,
              ECN,
              FAST_OPEN,
              FAST_OPEN_QUEUE,
              FAST_OPEN_KEY_ROTATION_HOURS,
              FAST_OPEN_BLACKHOLE_SECONDS,
              MTU_PROBING,
              MTU_PROBE_BASE,
              MTU_PROBE_INTERVAL_SECONDS,
              EPHEMERAL_PORTS,
              CHALLENGE_ACK_PER_SECOND,
              INVALID_RATE_LIMIT_MILLIS));

  /** Smallest memory for buffers that can be set. */
  public static final long MINIMUM_BUFFER_MEMORY_BYTES = 1 << 20;

  private static final long NANOS_PER_MILLI = 1_000_000L;

  /** How long a peer may keep an acknowledgement back, as Linux does it. */
  private static final long DELAYED_ACK_OF_PEERS_NANOS = 200_000_000L;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final SettingsSchema.Values values;
  private final int synRetries;
  private final int synLinearTimeouts;
  private final int synAckRetries;
  private final int retries1;
  private final int retries2;
  private final int orphanRetries;
  private final long rtoInitialNanos;
  private final long rtoMinNanos;
  private final long rtoMaxNanos;
  private final long userTimeoutNanos;
  private final long finTimeoutNanos;
  private final long timeWaitNanos;
  private final TimeWaitReuse timeWaitReuse;
  private final long timeWaitReuseDelayNanos;
  private final boolean rfc1337;
  private final int maxTimeWait;
  private final int maxOrphans;
  private final int maxSynBacklog;
  private final int maxAcceptBacklog;
  private final SynCookies synCookies;
  private final boolean abortOnOverflow;
  private final int maxConnections;
  private final int maxConnectionsPerPeer;
  private final long delayedAckNanos;
  private final boolean nagle;
  private final String congestionControl;
  private final int pacingSlowStartPercent;
  private final int pacingAvoidancePercent;
  private final int initialWindowSegments;
  private final boolean slowStartAfterIdle;
  private final boolean sack;
  private final boolean dsack;
  private final boolean tailLossProbe;
  private final boolean frto;
  private final int maxReorderingSegments;
  private final boolean timestamps;
  private final boolean windowScaling;
  private final int sendBufferMinBytes;
  private final int sendBufferInitialBytes;
  private final int sendBufferMaxBytes;
  private final int receiveBufferMinBytes;
  private final int receiveBufferInitialBytes;
  private final int receiveBufferMaxBytes;
  private final long bufferMemoryBytes;
  private final int notSentLowWaterBytes;
  private final int minSendMssBytes;
  private final Ecn ecn;
  private final FastOpen fastOpen;
  private final int fastOpenQueue;
  private final long fastOpenKeyRotationNanos;
  private final long fastOpenBlackholeNanos;
  private final MtuProbing mtuProbing;
  private final int mtuProbeBaseBytes;
  private final long mtuProbeIntervalNanos;
  private final int challengeAckPerSecond;
  private final long invalidRateLimitNanos;
  private final int ephemeralFirst;
  private final int ephemeralLast;

  private TcpSettings(SettingsSchema.Values values, int[] ephemeral) {
    this.values = values;
    synRetries = values.intValue(SYN_RETRIES);
    synLinearTimeouts = values.intValue(SYN_LINEAR_TIMEOUTS);
    synAckRetries = values.intValue(SYN_ACK_RETRIES);
    retries1 = values.intValue(RETRIES_1);
    retries2 = values.intValue(RETRIES_2);
    orphanRetries = values.intValue(ORPHAN_RETRIES);
    rtoInitialNanos = values.get(RTO_INITIAL_MILLIS) * NANOS_PER_MILLI;
    rtoMinNanos = values.get(RTO_MIN_MILLIS) * NANOS_PER_MILLI;
    rtoMaxNanos = values.get(RTO_MAX_MILLIS) * NANOS_PER_MILLI;
    userTimeoutNanos = values.get(USER_TIMEOUT_MILLIS) * NANOS_PER_MILLI;
    finTimeoutNanos = values.get(FIN_TIMEOUT_SECONDS) * NANOS_PER_SECOND;
    timeWaitNanos = values.get(TIME_WAIT_SECONDS) * NANOS_PER_SECOND;
    timeWaitReuse = TimeWaitReuse.valueOf(values.get(TIME_WAIT_REUSE).toUpperCase(Locale.ROOT));
    timeWaitReuseDelayNanos = values.get(TIME_WAIT_REUSE_DELAY_MILLIS) * NANOS_PER_MILLI;
    rfc1337 = values.get(RFC_1337);
    maxTimeWait = values.intValue(MAX_TIME_WAIT);
    maxOrphans = values.intValue(MAX_ORPHANS);
    maxSynBacklog = values.intValue(MAX_SYN_BACKLOG);
    maxAcceptBacklog = values.intValue(MAX_ACCEPT_BACKLOG);
    synCookies = SynCookies.valueOf(values.get(SYN_COOKIES).toUpperCase(Locale.ROOT));
    abortOnOverflow = values.get(ABORT_ON_OVERFLOW);
    maxConnections = values.intValue(MAX_CONNECTIONS);
    maxConnectionsPerPeer = values.intValue(MAX_CONNECTIONS_PER_PEER);
    delayedAckNanos = values.get(DELAYED_ACK_MILLIS) * NANOS_PER_MILLI;
    nagle = values.get(NAGLE);
    congestionControl = values.get(CONGESTION_CONTROL);
    pacingSlowStartPercent = values.intValue(PACING_SLOW_START_PERCENT);
    pacingAvoidancePercent = values.intValue(PACING_AVOIDANCE_PERCENT);
    initialWindowSegments = values.intValue(INITIAL_WINDOW);
    slowStartAfterIdle = values.get(SLOW_START_AFTER_IDLE);
    sack = values.get(SACK);
    dsack = values.get(DSACK);
    tailLossProbe = values.get(TAIL_LOSS_PROBE);
    frto = values.get(FRTO);
    maxReorderingSegments = values.intValue(MAX_REORDERING);
    timestamps = values.get(TIMESTAMPS);
    windowScaling = values.get(WINDOW_SCALING);
    sendBufferMinBytes = values.intValue(SEND_BUFFER_MIN);
    sendBufferInitialBytes = values.intValue(SEND_BUFFER_INITIAL);
    sendBufferMaxBytes = values.intValue(SEND_BUFFER_MAX);
    receiveBufferMinBytes = values.intValue(RECEIVE_BUFFER_MIN);
    receiveBufferInitialBytes = values.intValue(RECEIVE_BUFFER_INITIAL);
    receiveBufferMaxBytes = values.intValue(RECEIVE_BUFFER_MAX);
    bufferMemoryBytes = values.get(BUFFER_MEMORY);
    notSentLowWaterBytes = values.intValue(NOT_SENT_LOW_WATER);
    minSendMssBytes = values.intValue(MIN_SEND_MSS);
    ecn = Ecn.valueOf(values.get(ECN).toUpperCase(Locale.ROOT));
    fastOpen = FastOpen.valueOf(values.get(FAST_OPEN).toUpperCase(Locale.ROOT));
    fastOpenQueue = values.intValue(FAST_OPEN_QUEUE);
    fastOpenKeyRotationNanos = values.get(FAST_OPEN_KEY_ROTATION_HOURS) * 3600 * NANOS_PER_SECOND;
    fastOpenBlackholeNanos = values.get(FAST_OPEN_BLACKHOLE_SECONDS) * NANOS_PER_SECOND;
    mtuProbing = MtuProbing.valueOf(values.get(MTU_PROBING).toUpperCase(Locale.ROOT));
    mtuProbeBaseBytes = values.intValue(MTU_PROBE_BASE);
    mtuProbeIntervalNanos = values.get(MTU_PROBE_INTERVAL_SECONDS) * NANOS_PER_SECOND;
    challengeAckPerSecond = values.intValue(CHALLENGE_ACK_PER_SECOND);
    invalidRateLimitNanos = values.get(INVALID_RATE_LIMIT_MILLIS) * NANOS_PER_MILLI;
    ephemeralFirst = ephemeral[0];
    ephemeralLast = ephemeral[1];
  }

  /** The built-in defaults. */
  public static TcpSettings defaults() {
    try {
      return parse(Map.of());
    } catch (SettingsException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Parses a raw configuration.
   *
   * @throws SettingsException naming every key that is wrong or contradicts another
   */
  public static TcpSettings parse(Map<String, ?> raw) throws SettingsException {
    SettingsSchema.Values values = SCHEMA.parse(raw);
    List<String> problems = new ArrayList<>();
    ascending(values, problems, RETRIES_1, RETRIES_2);
    ascending(values, problems, RTO_MIN_MILLIS, RTO_INITIAL_MILLIS);
    ascending(values, problems, RTO_INITIAL_MILLIS, RTO_MAX_MILLIS);
    ascending(values, problems, RTO_MIN_MILLIS, RTO_MAX_MILLIS);
    ascending(values, problems, SEND_BUFFER_MIN, SEND_BUFFER_INITIAL);
    ascending(values, problems, SEND_BUFFER_INITIAL, SEND_BUFFER_MAX);
    ascending(values, problems, RECEIVE_BUFFER_MIN, RECEIVE_BUFFER_INITIAL);
    ascending(values, problems, RECEIVE_BUFFER_INITIAL, RECEIVE_BUFFER_MAX);
    long bufferMemory = values.get(BUFFER_MEMORY);
    if (bufferMemory != 0 && bufferMemory < MINIMUM_BUFFER_MEMORY_BYTES) {
      problems.add(
          "bufferMemory = "
              + bufferMemory
              + " is refused: 0 for a quarter of the direct memory, or at least "
              + MINIMUM_BUFFER_MEMORY_BYTES
              + " bytes");
    }
    String congestionControl = values.get(CONGESTION_CONTROL);
    if (!congestionControl.matches(TcpOption.CONGESTION_CONTROL_NAME)) {
      problems.add(
          "congestionControl = '"
              + congestionControl
              + "' is refused: write the name of a congestion control, such as cubic or newreno: a"
              + " lower-case letter, then up to 31 lower-case letters, digits, - or _");
    }
    int[] ephemeral = portRange(values.get(EPHEMERAL_PORTS), problems);
    if (!problems.isEmpty()) {
      throw new SettingsException(PID, problems);
    }
    return new TcpSettings(values, ephemeral);
  }

  private static void ascending(
      SettingsSchema.Values values, List<String> problems, Setting<Long> low, Setting<Long> high) {
    if (values.get(low) > values.get(high)) {
      problems.add(
          low.key()
              + " = "
              + values.get(low)
              + " is refused: it must not exceed "
              + high.key()
              + " = "
              + values.get(high)
              + " "
              + high.unit());
    }
  }

  private static int[] portRange(String text, List<String> problems) {
    String[] ends = text.trim().split("\\s*-\\s*", -1);
    if (ends.length == 2 && ends[0].matches("[0-9]{1,5}") && ends[1].matches("[0-9]{1,5}")) {
      int first = Integer.parseInt(ends[0]);
      int last = Integer.parseInt(ends[1]);
      if (first >= 1 && first <= last && last <= 65535) {
        return new int[] {first, last};
      }
    }
    problems.add(
        "ephemeralPorts = '"
            + text
            + "' is refused: write FIRST-LAST, within 1 to 65535 and ascending, as in 32768-60999");
    return new int[2];
  }

  /**
   * The same settings with some keys changed.
   *
   * @throws SettingsException as {@link #parse}
   */
  public TcpSettings with(Map<String, ?> changes) throws SettingsException {
    Map<String, Object> all = new LinkedHashMap<>(values.asMap());
    all.putAll(changes);
    return parse(all);
  }

  /** What is allowed and yet seldom meant: key, value and what comes of it; null if nothing is. */
  public String caution() {
    if (rtoMinNanos >= DELAYED_ACK_OF_PEERS_NANOS) {
      return null;
    }
    return RTO_MIN_MILLIS.key()
        + " = "
        + rtoMinNanos / NANOS_PER_MILLI
        + " ms is in force: below 200 ms delayed acknowledgements of the peer look like losses";
  }

  /** Every key with its value in force, as configuration spells it. */
  public Map<String, Object> asMap() {
    return values.asMap();
  }

  /** Repetitions of our SYN. */
  public int synRetries() {
    return synRetries;
  }

  /** Repetitions of our SYN at the first interval before it doubles. */
  public int synLinearTimeouts() {
    return synLinearTimeouts;
  }

  /** Repetitions of our SYN-ACK. */
  public int synAckRetries() {
    return synAckRetries;
  }

  /** Budget after which the way to the peer is suspected. */
  public int retries1() {
    return retries1;
  }

  /** Budget after which a silent peer ends the connection. */
  public int retries2() {
    return retries2;
  }

  /** Budget of an orphan as configured; 0 means 8 below rtoMax. */
  public int orphanRetries() {
    return orphanRetries;
  }

  /** Retransmission timeout before the first measurement, in nanoseconds. */
  public long rtoInitialNanos() {
    return rtoInitialNanos;
  }

  /** Smallest retransmission timeout in nanoseconds. */
  public long rtoMinNanos() {
    return rtoMinNanos;
  }

  /** Largest retransmission timeout in nanoseconds. */
  public long rtoMaxNanos() {
    return rtoMaxNanos;
  }

  /** How long sent data may stay unacknowledged, in nanoseconds; 0 is off. */
  public long userTimeoutNanos() {
    return userTimeoutNanos;
  }

  /** How long an orphan stays in FIN-WAIT-2, in nanoseconds. */
  public long finTimeoutNanos() {
    return finTimeoutNanos;
  }

  /** How long TIME-WAIT lasts, in nanoseconds. */
  public long timeWaitNanos() {
    return timeWaitNanos;
  }

  /** When outgoing connections may take over TIME-WAIT records. */
  public TimeWaitReuse timeWaitReuse() {
    return timeWaitReuse;
  }

  /** Age from which a TIME-WAIT record may be taken over, in nanoseconds. */
  public long timeWaitReuseDelayNanos() {
    return timeWaitReuseDelayNanos;
  }

  /** Whether TIME-WAIT ignores every RST. */
  public boolean rfc1337() {
    return rfc1337;
  }

  /** Limit of TIME-WAIT records. */
  public int maxTimeWait() {
    return maxTimeWait;
  }

  /** Limit of orphans. */
  public int maxOrphans() {
    return maxOrphans;
  }

  /** Limit of embryos of one listener. */
  public int maxSynBacklog() {
    return maxSynBacklog;
  }

  /** Upper bound of a listener's backlog. */
  public int maxAcceptBacklog() {
    return maxAcceptBacklog;
  }

  /** When SYN cookies are sent. */
  public SynCookies synCookies() {
    return synCookies;
  }

  /** Whether a full accept queue resets the peer. */
  public boolean abortOnOverflow() {
    return abortOnOverflow;
  }

  /** Limit of connections. */
  public int maxConnections() {
    return maxConnections;
  }

  /** Limit of connections with one remote address; 0 is none. */
  public int maxConnectionsPerPeer() {
    return maxConnectionsPerPeer;
  }

  /** Ceiling of the delay of acknowledgements, in nanoseconds. */
  public long delayedAckNanos() {
    return delayedAckNanos;
  }

  /** Whether small segments wait while others are unacknowledged. */
  public boolean nagle() {
    return nagle;
  }

  /** Name of the congestion control. */
  public String congestionControl() {
    return congestionControl;
  }

  /** Rate in slow start in percent of window by round trip. */
  public int pacingSlowStartPercent() {
    return pacingSlowStartPercent;
  }

  /** Rate in congestion avoidance in percent of window by round trip. */
  public int pacingAvoidancePercent() {
    return pacingAvoidancePercent;
  }

  /** Initial congestion window in segments. */
  public int initialWindowSegments() {
    return initialWindowSegments;
  }

  /** Whether the congestion window shrinks while nothing is sent. */
  public boolean slowStartAfterIdle() {
    return slowStartAfterIdle;
  }

  /** Whether SACK is offered and accepted. */
  public boolean sack() {
    return sack;
  }

  /** Whether tails that may be lost are probed. */
  public boolean tailLossProbe() {
    return tailLossProbe;
  }

  /** Whether F-RTO looks for spurious timeouts. */
  public boolean frto() {
    return frto;
  }

  /** Most reordering that is believed, in segments. */
  public int maxReorderingSegments() {
    return maxReorderingSegments;
  }

  /** Whether duplicates are reported by DSACK. */
  public boolean dsack() {
    return dsack;
  }

  /** Whether timestamps are offered and accepted. */
  public boolean timestamps() {
    return timestamps;
  }

  /** Whether window scaling is offered and accepted. */
  public boolean windowScaling() {
    return windowScaling;
  }

  /** Send buffer that every connection may have, in bytes. */
  public int sendBufferMinBytes() {
    return sendBufferMinBytes;
  }

  /** Send buffer of a new connection, in bytes. */
  public int sendBufferInitialBytes() {
    return sendBufferInitialBytes;
  }

  /** Largest send buffer that auto-tuning may choose, in bytes. */
  public int sendBufferMaxBytes() {
    return sendBufferMaxBytes;
  }

  /** Receive buffer that every connection may have, in bytes. */
  public int receiveBufferMinBytes() {
    return receiveBufferMinBytes;
  }

  /** Receive buffer of a new connection, in bytes. */
  public int receiveBufferInitialBytes() {
    return receiveBufferInitialBytes;
  }

  /** Largest receive buffer that auto-tuning may choose, in bytes. */
  public int receiveBufferMaxBytes() {
    return receiveBufferMaxBytes;
  }

  /** Memory of all buffers of a stack in bytes; 0 is a quarter of the JVM's direct memory. */
  public long bufferMemoryBytes() {
    return bufferMemoryBytes;
  }

  /** Unsent bytes above which a socket is not writable; 0 is off. */
  public int notSentLowWaterBytes() {
    return notSentLowWaterBytes;
  }

  /** Smallest segment size that a peer can make us use, in bytes. */
  public int minSendMssBytes() {
    return minSendMssBytes;
  }

  /** Whether congestion is notified explicitly. */
  public Ecn ecn() {
    return ecn;
  }

  /** Who may send data with a SYN. */
  public FastOpen fastOpen() {
    return fastOpen;
  }

  /** Limit of connections opened by data on a SYN, per listener, whose handshake is not over. */
  public int fastOpenQueue() {
    return fastOpenQueue;
  }

  /** Age at which the key of Fast Open cookies is replaced, in nanoseconds. */
  public long fastOpenKeyRotationNanos() {
    return fastOpenKeyRotationNanos;
  }

  /** How long sockets do without Fast Open when the way swallows it, in nanoseconds; 0 is never. */
  public long fastOpenBlackholeNanos() {
    return fastOpenBlackholeNanos;
  }

  /** Whether TCP finds out by itself how large packets may be. */
  public MtuProbing mtuProbing() {
    return mtuProbing;
  }

  /** Segment size in bytes with which the search for the path's MTU begins. */
  public int mtuProbeBaseBytes() {
    return mtuProbeBaseBytes;
  }

  /** How long the path's MTU that was found holds, in nanoseconds. */
  public long mtuProbeIntervalNanos() {
    return mtuProbeIntervalNanos;
  }

  /** First port that is chosen for outgoing connections. */
  public int ephemeralFirst() {
    return ephemeralFirst;
  }

  /** Last port that is chosen for outgoing connections. */
  public int ephemeralLast() {
    return ephemeralLast;
  }

  /** Challenge acknowledgements per second and connection. */
  public int challengeAckPerSecond() {
    return challengeAckPerSecond;
  }

  /** Least time between answers to unacceptable segments, in nanoseconds. */
  public long invalidRateLimitNanos() {
    return invalidRateLimitNanos;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TcpSettings settings && settings.asMap().equals(asMap());
  }

  @Override
  public int hashCode() {
    return asMap().hashCode();
  }

  @Override
  public String toString() {
    return "TcpSettings" + asMap();
  }
}
