package io.karavel.tcp.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * The Metatype definition of PID {@code io.karavel.tcp}; a test holds it equal to {@link
 * io.karavel.tcp.TcpSettings}, which says what each key means.
 */
@ObjectClassDefinition(
    name = "Karavel TCP",
    description = "Retries, timeouts, limits, buffers and features of TCP.")
@interface TcpConfiguration {

  @AttributeDefinition(
      name = "synRetries (count)",
      description = "Repetitions of our SYN before connecting gives up.",
      required = false,
      defaultValue = "5",
      min = "1",
      max = "127")
  long synRetries();

  @AttributeDefinition(
      name = "synLinearTimeouts (count)",
      description = "Repetitions of our SYN before its interval begins to double.",
      required = false,
      defaultValue = "0",
      min = "0",
      max = "127")
  long synLinearTimeouts();

  @AttributeDefinition(
      name = "synAckRetries (count)",
      description = "Repetitions of our SYN-ACK before an embryo is given up.",
      required = false,
      defaultValue = "5",
      min = "0",
      max = "255")
  long synAckRetries();

  @AttributeDefinition(
      name = "retries1 (budget)",
      description = "Time budget after which IP is asked to look at route and neighbour again.",
      required = false,
      defaultValue = "3",
      min = "0",
      max = "255")
  long retries1();

  @AttributeDefinition(
      name = "retries2 (budget)",
      description = "Time budget after which a connection whose peer does not answer ends.",
      required = false,
      defaultValue = "15",
      min = "0",
      max = "255")
  long retries2();

  @AttributeDefinition(
      name = "orphanRetries (budget)",
      description = "Time budget of a connection that its application has closed; 0 means 8.",
      required = false,
      defaultValue = "0",
      min = "0",
      max = "255")
  long orphanRetries();

  @AttributeDefinition(
      name = "rtoInitialMillis (ms)",
      description = "Retransmission timeout before a round trip was measured.",
      required = false,
      defaultValue = "1000",
      min = "200",
      max = "60000")
  long rtoInitialMillis();

  @AttributeDefinition(
      name = "rtoMinMillis (ms)",
      description =
          "Smallest retransmission timeout; below 200 ms delayed acknowledgements of the peer cause"
              + " needless repetitions.",
      required = false,
      defaultValue = "200",
      min = "1",
      max = "10000")
  long rtoMinMillis();

  @AttributeDefinition(
      name = "rtoMaxMillis (ms)",
      description = "Largest retransmission timeout, and largest interval of back-off and probes.",
      required = false,
      defaultValue = "120000",
      min = "1000",
      max = "120000")
  long rtoMaxMillis();

  @AttributeDefinition(
      name = "userTimeoutMillis (ms)",
      description =
          "How long sent data may stay unacknowledged before the connection ends; 0 is off.",
      required = false,
      defaultValue = "0",
      min = "0",
      max = "2147483647")
  long userTimeoutMillis();

  @AttributeDefinition(
      name = "finTimeoutSeconds (s)",
      description = "How long an orphan stays in FIN-WAIT-2.",
      required = false,
      defaultValue = "60",
      min = "1",
      max = "3600")
  long finTimeoutSeconds();

  @AttributeDefinition(
      name = "timeWaitSeconds (s)",
      description = "How long TIME-WAIT lasts, twice the maximum segment lifetime.",
      required = false,
      defaultValue = "60",
      min = "1",
      max = "240")
  long timeWaitSeconds();

  @AttributeDefinition(
      name = "timeWaitReuse",
      description =
          "Whether an outgoing connection may take over a TIME-WAIT record when timestamps make"
              + " that safe.",
      required = false,
      defaultValue = "loopback",
      options = {@Option("off"), @Option("loopback"), @Option("on")})
  String timeWaitReuse();

  @AttributeDefinition(
      name = "timeWaitReuseDelayMillis (ms)",
      description = "Age from which a TIME-WAIT record may be taken over.",
      required = false,
      defaultValue = "1000",
      min = "0",
      max = "60000")
  long timeWaitReuseDelayMillis();

  @AttributeDefinition(
      name = "rfc1337",
      description =
          "Whether TIME-WAIT ignores every RST; if false, one exactly at RCV.NXT ends it.",
      required = false,
      defaultValue = "false")
  boolean rfc1337();

  @AttributeDefinition(
      name = "maxTimeWait (count)",
      description = "TIME-WAIT records; beyond them TIME-WAIT is skipped.",
      required = false,
      defaultValue = "262144",
      min = "0",
      max = "10000000")
  long maxTimeWait();

  @AttributeDefinition(
      name = "maxOrphans (count)",
      description = "Connections whose application has closed them; beyond them the peer gets RST.",
      required = false,
      defaultValue = "65536",
      min = "0",
      max = "10000000")
  long maxOrphans();

  @AttributeDefinition(
      name = "maxSynBacklog (count)",
      description = "Embryos of one listener; beyond them cookies, or the SYN is dropped.",
      required = false,
      defaultValue = "4096",
      min = "16",
      max = "1000000")
  long maxSynBacklog();

  @AttributeDefinition(
      name = "maxAcceptBacklog (count)",
      description =
          "Upper bound of what a listener may ask for as backlog of connections not yet accepted.",
      required = false,
      defaultValue = "4096",
      min = "1",
      max = "65535")
  long maxAcceptBacklog();

  @AttributeDefinition(
      name = "synCookies",
      description =
          "Whether SYNs are answered with cookies: when the SYN queue is full, always, or never.",
      required = false,
      defaultValue = "auto",
      options = {@Option("off"), @Option("auto"), @Option("always")})
  String synCookies();

  @AttributeDefinition(
      name = "abortOnOverflow",
      description =
          "Whether a full accept queue resets the peer; if false its final ACK is dropped and it"
              + " tries again.",
      required = false,
      defaultValue = "false")
  boolean abortOnOverflow();

  @AttributeDefinition(
      name = "maxConnections (count)",
      description = "Connections in all; beyond them SYNs are dropped and connecting fails.",
      required = false,
      defaultValue = "1000000",
      min = "1",
      max = "10000000")
  long maxConnections();

  @AttributeDefinition(
      name = "maxConnectionsPerPeer (count)",
      description = "Connections with one remote address; 0 is no limit.",
      required = false,
      defaultValue = "0",
      min = "0",
      max = "10000000")
  long maxConnectionsPerPeer();

  @AttributeDefinition(
      name = "delayedAckMillis (ms)",
      description = "Ceiling of the time an acknowledgement may wait for data to travel with.",
      required = false,
      defaultValue = "40",
      min = "0",
      max = "499")
  long delayedAckMillis();

  @AttributeDefinition(
      name = "nagle",
      description =
          "Whether small segments wait while others are unacknowledged (Nagle, as Minshall refined"
              + " it).",
      required = false,
      defaultValue = "true")
  boolean nagle();

  @AttributeDefinition(
      name = "congestionControl",
      description =
          "Name of the congestion control: cubic, newreno or what a bundle offers; cubic rules"
              + " until it does.",
      required = false,
      defaultValue = "cubic")
  String congestionControl();

  @AttributeDefinition(
      name = "pacingSlowStartPercent (%)",
      description =
          "Rate of a connection in slow start, of window by round trip; sizes super-segments and"
              + " paces where asked to.",
      required = false,
      defaultValue = "200",
      min = "100",
      max = "1000")
  long pacingSlowStartPercent();

  @AttributeDefinition(
      name = "pacingAvoidancePercent (%)",
      description = "Rate of a connection in congestion avoidance, likewise.",
      required = false,
      defaultValue = "120",
      min = "100",
      max = "1000")
  long pacingAvoidancePercent();

  @AttributeDefinition(
      name = "initialWindow (segments)",
      description = "Initial congestion window (RFC 6928).",
      required = false,
      defaultValue = "10",
      min = "1",
      max = "64")
  long initialWindow();

  @AttributeDefinition(
      name = "slowStartAfterIdle",
      description =
          "Whether the congestion window shrinks while nothing is sent (RFC 5681 section 4.1).",
      required = false,
      defaultValue = "true")
  boolean slowStartAfterIdle();

  @AttributeDefinition(
      name = "sack",
      description = "Whether selective acknowledgements are offered and accepted (RFC 2018).",
      required = false,
      defaultValue = "true")
  boolean sack();

  @AttributeDefinition(
      name = "dsack",
      description = "Whether duplicates are reported by selective acknowledgements (RFC 2883).",
      required = false,
      defaultValue = "true")
  boolean dsack();

  @AttributeDefinition(
      name = "tailLossProbe",
      description =
          "Whether a probe goes out when the last acknowledgements stay away (RFC 8985 section 7).",
      required = false,
      defaultValue = "true")
  boolean tailLossProbe();

  @AttributeDefinition(
      name = "frto",
      description = "Whether it is looked for timeouts that were for nothing (RFC 5682).",
      required = false,
      defaultValue = "true")
  boolean frto();

  @AttributeDefinition(
      name = "maxReordering (segments)",
      description =
          "Most segments by which one is believed to have been overtaken rather than lost.",
      required = false,
      defaultValue = "300",
      min = "3",
      max = "10000")
  long maxReordering();

  @AttributeDefinition(
      name = "timestamps",
      description = "Whether timestamps are offered and accepted (RFC 7323).",
      required = false,
      defaultValue = "true")
  boolean timestamps();

  @AttributeDefinition(
      name = "windowScaling",
      description = "Whether window scaling is offered and accepted (RFC 7323).",
      required = false,
      defaultValue = "true")
  boolean windowScaling();

  @AttributeDefinition(
      name = "sendBufferMin (bytes)",
      description = "Send buffer that every connection may have.",
      required = false,
      defaultValue = "4096",
      min = "4096",
      max = "1073741824")
  long sendBufferMin();

  @AttributeDefinition(
      name = "sendBufferInitial (bytes)",
      description = "Send buffer of a new connection.",
      required = false,
      defaultValue = "131072",
      min = "4096",
      max = "1073741824")
  long sendBufferInitial();

  @AttributeDefinition(
      name = "sendBufferMax (bytes)",
      description = "Largest send buffer that auto-tuning may choose.",
      required = false,
      defaultValue = "6291456",
      min = "4096",
      max = "1073741824")
  long sendBufferMax();

  @AttributeDefinition(
      name = "receiveBufferMin (bytes)",
      description = "Receive buffer that every connection may have.",
      required = false,
      defaultValue = "4096",
      min = "4096",
      max = "1073741824")
  long receiveBufferMin();

  @AttributeDefinition(
      name = "receiveBufferInitial (bytes)",
      description = "Receive buffer of a new connection.",
      required = false,
      defaultValue = "131072",
      min = "4096",
      max = "1073741824")
  long receiveBufferInitial();

  @AttributeDefinition(
      name = "receiveBufferMax (bytes)",
      description =
          "Largest receive buffer that auto-tuning may choose; sets the window scale of new"
              + " connections.",
      required = false,
      defaultValue = "6291456",
      min = "4096",
      max = "1073741824")
  long receiveBufferMax();

  @AttributeDefinition(
      name = "bufferMemory (bytes)",
      description =
          "Memory of all send and receive buffers of a stack; 0 takes a quarter of the JVM's direct"
              + " memory.",
      required = false,
      defaultValue = "0",
      min = "0",
      max = "1099511627776")
  long bufferMemory();

  @AttributeDefinition(
      name = "notSentLowWater (bytes)",
      description = "Unsent bytes above which a socket is not writable; 0 is off.",
      required = false,
      defaultValue = "0",
      min = "0",
      max = "2147483647")
  long notSentLowWater();

  @AttributeDefinition(
      name = "minSendMss (bytes)",
      description = "Smallest segment size that a peer can make us use.",
      required = false,
      defaultValue = "48",
      min = "48",
      max = "1460")
  long minSendMss();

  @AttributeDefinition(
      name = "ecn",
      description =
          "Explicit congestion notification (RFC 3168): never, when the peer asks for it, or asked"
              + " for by us too.",
      required = false,
      defaultValue = "passive",
      options = {@Option("off"), @Option("passive"), @Option("active")})
  String ecn();

  @AttributeDefinition(
      name = "fastOpen",
      description =
          "Who may send data with a SYN (RFC 7413): nobody, our sockets that ask for it, peers of"
              + " our listeners, or both.",
      required = false,
      defaultValue = "client",
      options = {@Option("off"), @Option("client"), @Option("server"), @Option("both")})
  String fastOpen();

  @AttributeDefinition(
      name = "fastOpenQueue (count)",
      description =
          "Connections of one listener that were opened by data on a SYN and whose handshake is not"
              + " over; beyond them the data is not taken.",
      required = false,
      defaultValue = "128",
      min = "0",
      max = "65535")
  long fastOpenQueue();

  @AttributeDefinition(
      name = "fastOpenKeyRotationHours (h)",
      description =
          "Age at which the key of Fast Open cookies is replaced; cookies of the key before are"
              + " still taken.",
      required = false,
      defaultValue = "24",
      min = "1",
      max = "8760")
  long fastOpenKeyRotationHours();

  @AttributeDefinition(
      name = "fastOpenBlackholeSeconds (s)",
      description =
          "How long our sockets do without Fast Open when the way swallows it, twice as long each"
              + " further time; 0 is never.",
      required = false,
      defaultValue = "3600",
      min = "0",
      max = "86400")
  long fastOpenBlackholeSeconds();

  @AttributeDefinition(
      name = "mtuProbing",
      description =
          "Whether TCP finds out by itself how large packets may be (RFC 4821): never, when large"
              + " ones seem to be swallowed, or always.",
      required = false,
      defaultValue = "blackhole",
      options = {@Option("off"), @Option("blackhole"), @Option("always")})
  String mtuProbing();

  @AttributeDefinition(
      name = "mtuProbeBase (bytes)",
      description = "Segment size with which that search begins.",
      required = false,
      defaultValue = "1024",
      min = "48",
      max = "65495")
  long mtuProbeBase();

  @AttributeDefinition(
      name = "mtuProbeIntervalSeconds (s)",
      description = "How long its result holds before larger packets are tried again.",
      required = false,
      defaultValue = "600",
      min = "1",
      max = "86400")
  long mtuProbeIntervalSeconds();

  @AttributeDefinition(
      name = "ephemeralPorts",
      description = "Ports that are chosen for outgoing connections, FIRST-LAST within 1 to 65535.",
      required = false,
      defaultValue = "32768-60999")
  String ephemeralPorts();

  @AttributeDefinition(
      name = "challengeAckPerSecond (1/s)",
      description = "Challenge acknowledgements per second and connection (RFC 5961).",
      required = false,
      defaultValue = "10",
      min = "1",
      max = "1000000")
  long challengeAckPerSecond();

  @AttributeDefinition(
      name = "invalidRateLimitMillis (ms)",
      description = "Least time between answers to unacceptable segments of one connection.",
      required = false,
      defaultValue = "500",
      min = "0",
      max = "60000")
  long invalidRateLimitMillis();
}
