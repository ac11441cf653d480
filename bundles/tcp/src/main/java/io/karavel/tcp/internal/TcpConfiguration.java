package io.karavel.tcp.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * What Config Admin's Metatype shows of PID {@code io.karavel.tcp}. A test holds it equal to {@link
 * io.karavel.tcp.TcpSettings#SCHEMA}, which is what is really parsed.
 */
@ObjectClassDefinition(
    id = "io.karavel.tcp",
    name = "Karavel TCP",
    description = "Retries, timeouts, limits and features of TCP.")
@interface TcpConfiguration {
  /** Repetitions of our SYN before connecting gives up. */
  @AttributeDefinition(
      name = "synRetries",
      description =
          "Repetitions of our SYN before connecting gives up. Unit: count. Applies: live.",
      min = "1",
      max = "127",
      required = false)
  long synRetries() default 5;

  /** Repetitions of our SYN before its interval begins to double. */
  @AttributeDefinition(
      name = "synLinearTimeouts",
      description =
          "Repetitions of our SYN before its interval begins to double. Unit: count. Applies: live.",
      min = "0",
      max = "127",
      required = false)
  long synLinearTimeouts() default 0;

  /** Repetitions of our SYN-ACK before an embryo is given up. */
  @AttributeDefinition(
      name = "synAckRetries",
      description =
          "Repetitions of our SYN-ACK before an embryo is given up. Unit: count. Applies: live.",
      min = "0",
      max = "255",
      required = false)
  long synAckRetries() default 5;

  /** Time budget after which IP is asked to look at route and neighbour again. */
  @AttributeDefinition(
      name = "retries1",
      description =
          "Time budget after which IP is asked to look at route and neighbour again. Unit: budget. Applies: live.",
      min = "0",
      max = "255",
      required = false)
  long retries1() default 3;

  /** Time budget after which a connection whose peer does not answer ends. */
  @AttributeDefinition(
      name = "retries2",
      description =
          "Time budget after which a connection whose peer does not answer ends. Unit: budget. Applies: live.",
      min = "0",
      max = "255",
      required = false)
  long retries2() default 15;

  /** Time budget of a connection that its application has closed; 0 means 8. */
  @AttributeDefinition(
      name = "orphanRetries",
      description =
          "Time budget of a connection that its application has closed; 0 means 8. Unit: budget. Applies: live.",
      min = "0",
      max = "255",
      required = false)
  long orphanRetries() default 0;

  /** Retransmission timeout before a round trip was measured. */
  @AttributeDefinition(
      name = "rtoInitialMillis",
      description =
          "Retransmission timeout before a round trip was measured. Unit: ms. Applies: new.",
      min = "200",
      max = "60000",
      required = false)
  long rtoInitialMillis() default 1000;

  /**
   * Smallest retransmission timeout; below 200 ms delayed acknowledgements of the peer cause
   * needless repetitions.
   */
  @AttributeDefinition(
      name = "rtoMinMillis",
      description =
          "Smallest retransmission timeout; below 200 ms delayed acknowledgements of the peer cause needless repetitions. Unit: ms. Applies: live.",
      min = "1",
      max = "10000",
      required = false)
  long rtoMinMillis() default 200;

  /** Largest retransmission timeout, and largest interval of back-off and probes. */
  @AttributeDefinition(
      name = "rtoMaxMillis",
      description =
          "Largest retransmission timeout, and largest interval of back-off and probes. Unit: ms. Applies: live.",
      min = "1000",
      max = "120000",
      required = false)
  long rtoMaxMillis() default 120000;

  /** How long sent data may stay unacknowledged before the connection ends; 0 is off. */
  @AttributeDefinition(
      name = "userTimeoutMillis",
      description =
          "How long sent data may stay unacknowledged before the connection ends; 0 is off. Unit: ms. Applies: live.",
      min = "0",
      max = "2147483647",
      required = false)
  long userTimeoutMillis() default 0;

  /** How long an orphan stays in FIN-WAIT-2. */
  @AttributeDefinition(
      name = "finTimeoutSeconds",
      description = "How long an orphan stays in FIN-WAIT-2. Unit: s. Applies: live.",
      min = "1",
      max = "3600",
      required = false)
  long finTimeoutSeconds() default 60;

  /** How long TIME-WAIT lasts, twice the maximum segment lifetime. */
  @AttributeDefinition(
      name = "timeWaitSeconds",
      description =
          "How long TIME-WAIT lasts, twice the maximum segment lifetime. Unit: s. Applies: live.",
      min = "1",
      max = "240",
      required = false)
  long timeWaitSeconds() default 60;

  /**
   * Whether an outgoing connection may take over a TIME-WAIT record when timestamps make that safe.
   */
  @AttributeDefinition(
      name = "timeWaitReuse",
      description =
          "Whether an outgoing connection may take over a TIME-WAIT record when timestamps make that safe. Applies: live.",
      options = {
        @Option(label = "off", value = "off"),
        @Option(label = "loopback", value = "loopback"),
        @Option(label = "on", value = "on")
      },
      required = false)
  String timeWaitReuse() default "loopback";

  /** Age from which a TIME-WAIT record may be taken over. */
  @AttributeDefinition(
      name = "timeWaitReuseDelayMillis",
      description = "Age from which a TIME-WAIT record may be taken over. Unit: ms. Applies: live.",
      min = "0",
      max = "60000",
      required = false)
  long timeWaitReuseDelayMillis() default 1000;

  /** Whether TIME-WAIT ignores every RST; if false, one exactly at RCV.NXT ends it. */
  @AttributeDefinition(
      name = "rfc1337",
      description =
          "Whether TIME-WAIT ignores every RST; if false, one exactly at RCV.NXT ends it. Applies: live.",
      required = false)
  boolean rfc1337() default false;

  /** TIME-WAIT records; beyond them TIME-WAIT is skipped. */
  @AttributeDefinition(
      name = "maxTimeWait",
      description =
          "TIME-WAIT records; beyond them TIME-WAIT is skipped. Unit: count. Applies: live.",
      min = "0",
      max = "10000000",
      required = false)
  long maxTimeWait() default 262144;

  /** Connections whose application has closed them; beyond them the peer gets RST. */
  @AttributeDefinition(
      name = "maxOrphans",
      description =
          "Connections whose application has closed them; beyond them the peer gets RST. Unit: count. Applies: live.",
      min = "0",
      max = "10000000",
      required = false)
  long maxOrphans() default 65536;

  /** Embryos of one listener; beyond them cookies, or the SYN is dropped. */
  @AttributeDefinition(
      name = "maxSynBacklog",
      description =
          "Embryos of one listener; beyond them cookies, or the SYN is dropped. Unit: count. Applies: live.",
      min = "16",
      max = "1000000",
      required = false)
  long maxSynBacklog() default 4096;

  /** Upper bound of what a listener may ask for as backlog of connections not yet accepted. */
  @AttributeDefinition(
      name = "maxAcceptBacklog",
      description =
          "Upper bound of what a listener may ask for as backlog of connections not yet accepted. Unit: count. Applies: live.",
      min = "1",
      max = "65535",
      required = false)
  long maxAcceptBacklog() default 4096;

  /** Whether SYNs are answered with cookies: when the SYN queue is full, always, or never. */
  @AttributeDefinition(
      name = "synCookies",
      description =
          "Whether SYNs are answered with cookies: when the SYN queue is full, always, or never. Applies: live.",
      options = {
        @Option(label = "off", value = "off"),
        @Option(label = "auto", value = "auto"),
        @Option(label = "always", value = "always")
      },
      required = false)
  String synCookies() default "auto";

  /**
   * Whether a full accept queue resets the peer; if false its final ACK is dropped and it tries
   * again.
   */
  @AttributeDefinition(
      name = "abortOnOverflow",
      description =
          "Whether a full accept queue resets the peer; if false its final ACK is dropped and it tries again. Applies: live.",
      required = false)
  boolean abortOnOverflow() default false;

  /** Connections in all; beyond them SYNs are dropped and connecting fails. */
  @AttributeDefinition(
      name = "maxConnections",
      description =
          "Connections in all; beyond them SYNs are dropped and connecting fails. Unit: count. Applies: live.",
      min = "1",
      max = "10000000",
      required = false)
  long maxConnections() default 1000000;

  /** Connections with one remote address; 0 is no limit. */
  @AttributeDefinition(
      name = "maxConnectionsPerPeer",
      description =
          "Connections with one remote address; 0 is no limit. Unit: count. Applies: live.",
      min = "0",
      max = "10000000",
      required = false)
  long maxConnectionsPerPeer() default 0;

  /** Ceiling of the time an acknowledgement may wait for data to travel with. */
  @AttributeDefinition(
      name = "delayedAckMillis",
      description =
          "Ceiling of the time an acknowledgement may wait for data to travel with. Unit: ms. Applies: live.",
      min = "0",
      max = "499",
      required = false)
  long delayedAckMillis() default 40;

  /**
   * Whether small segments wait while others are unacknowledged (Nagle, as Minshall refined it).
   */
  @AttributeDefinition(
      name = "nagle",
      description =
          "Whether small segments wait while others are unacknowledged (Nagle, as Minshall refined it). Applies: new.",
      required = false)
  boolean nagle() default true;

  /** Name of the congestion control. */
  @AttributeDefinition(
      name = "congestionControl",
      description = "Name of the congestion control. Applies: live.",
      options = {@Option(label = "newreno", value = "newreno")},
      required = false)
  String congestionControl() default "newreno";

  /** Initial congestion window (RFC 6928). */
  @AttributeDefinition(
      name = "initialWindow",
      description = "Initial congestion window (RFC 6928). Unit: segments. Applies: new.",
      min = "1",
      max = "64",
      required = false)
  long initialWindow() default 10;

  /** Whether the congestion window shrinks while nothing is sent (RFC 5681 section 4.1). */
  @AttributeDefinition(
      name = "slowStartAfterIdle",
      description =
          "Whether the congestion window shrinks while nothing is sent (RFC 5681 section 4.1). Applies: live.",
      required = false)
  boolean slowStartAfterIdle() default true;

  /** Whether selective acknowledgements are offered and accepted (RFC 2018). */
  @AttributeDefinition(
      name = "sack",
      description =
          "Whether selective acknowledgements are offered and accepted (RFC 2018). Applies: new.",
      required = false)
  boolean sack() default true;

  /** Whether duplicates are reported by selective acknowledgements (RFC 2883). */
  @AttributeDefinition(
      name = "dsack",
      description =
          "Whether duplicates are reported by selective acknowledgements (RFC 2883). Applies: new.",
      required = false)
  boolean dsack() default true;

  /** Whether timestamps are offered and accepted (RFC 7323). */
  @AttributeDefinition(
      name = "timestamps",
      description = "Whether timestamps are offered and accepted (RFC 7323). Applies: new.",
      required = false)
  boolean timestamps() default true;

  /** Whether window scaling is offered and accepted (RFC 7323). */
  @AttributeDefinition(
      name = "windowScaling",
      description = "Whether window scaling is offered and accepted (RFC 7323). Applies: new.",
      required = false)
  boolean windowScaling() default true;

  /** Send buffer that every connection may have. */
  @AttributeDefinition(
      name = "sendBufferMin",
      description = "Send buffer that every connection may have. Unit: bytes. Applies: live.",
      min = "4096",
      max = "1073741824",
      required = false)
  long sendBufferMin() default 4096;

  /** Send buffer of a new connection. */
  @AttributeDefinition(
      name = "sendBufferInitial",
      description = "Send buffer of a new connection. Unit: bytes. Applies: live.",
      min = "4096",
      max = "1073741824",
      required = false)
  long sendBufferInitial() default 131072;

  /** Largest send buffer that auto-tuning may choose. */
  @AttributeDefinition(
      name = "sendBufferMax",
      description = "Largest send buffer that auto-tuning may choose. Unit: bytes. Applies: live.",
      min = "4096",
      max = "1073741824",
      required = false)
  long sendBufferMax() default 6291456;

  /** Receive buffer that every connection may have. */
  @AttributeDefinition(
      name = "receiveBufferMin",
      description = "Receive buffer that every connection may have. Unit: bytes. Applies: live.",
      min = "4096",
      max = "1073741824",
      required = false)
  long receiveBufferMin() default 4096;

  /** Receive buffer of a new connection. */
  @AttributeDefinition(
      name = "receiveBufferInitial",
      description = "Receive buffer of a new connection. Unit: bytes. Applies: live.",
      min = "4096",
      max = "1073741824",
      required = false)
  long receiveBufferInitial() default 131072;

  /**
   * Largest receive buffer that auto-tuning may choose; sets the window scale of new connections.
   */
  @AttributeDefinition(
      name = "receiveBufferMax",
      description =
          "Largest receive buffer that auto-tuning may choose; sets the window scale of new connections. Unit: bytes. Applies: live.",
      min = "4096",
      max = "1073741824",
      required = false)
  long receiveBufferMax() default 6291456;

  /**
   * Memory of all send and receive buffers of a stack; 0 takes a quarter of the JVM's direct
   * memory.
   */
  @AttributeDefinition(
      name = "bufferMemory",
      description =
          "Memory of all send and receive buffers of a stack; 0 takes a quarter of the JVM's direct memory. Unit: bytes. Applies: live.",
      min = "0",
      max = "1099511627776",
      required = false)
  long bufferMemory() default 0;

  /** Unsent bytes above which a socket is not writable; 0 is off. */
  @AttributeDefinition(
      name = "notSentLowWater",
      description =
          "Unsent bytes above which a socket is not writable; 0 is off. Unit: bytes. Applies: live.",
      min = "0",
      max = "2147483647",
      required = false)
  long notSentLowWater() default 0;

  /** Smallest segment size that a peer can make us use. */
  @AttributeDefinition(
      name = "minSendMss",
      description = "Smallest segment size that a peer can make us use. Unit: bytes. Applies: new.",
      min = "48",
      max = "1460",
      required = false)
  long minSendMss() default 48;

  /** Ports that are chosen for outgoing connections, FIRST-LAST within 1 to 65535. */
  @AttributeDefinition(
      name = "ephemeralPorts",
      description =
          "Ports that are chosen for outgoing connections, FIRST-LAST within 1 to 65535. Applies: live.",
      required = false)
  String ephemeralPorts() default "32768-60999";

  /** Challenge acknowledgements per second and connection (RFC 5961). */
  @AttributeDefinition(
      name = "challengeAckPerSecond",
      description =
          "Challenge acknowledgements per second and connection (RFC 5961). Unit: 1/s. Applies: live.",
      min = "1",
      max = "1000000",
      required = false)
  long challengeAckPerSecond() default 10;

  /** Least time between answers to unacceptable segments of one connection. */
  @AttributeDefinition(
      name = "invalidRateLimitMillis",
      description =
          "Least time between answers to unacceptable segments of one connection. Unit: ms. Applies: live.",
      min = "0",
      max = "60000",
      required = false)
  long invalidRateLimitMillis() default 500;
}
