package io.karavel.services;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.Setting;
import io.karavel.engine.Setting.Applies;
import io.karavel.engine.SettingsException;
import io.karavel.engine.SettingsSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The settings of the built-in services and of the local forwarder, PID {@value #PID}. Units are in
 * the names.
 *
 * @param echo where echo listens on the stack main
 * @param discard where discard listens
 * @param daytime where daytime listens
 * @param chargen where chargen listens
 * @param http where the status page listens
 * @param backlog connections of a service that may wait to be accepted
 * @param maxConnections connections of one service at once; one more is reset
 * @param idleTimeoutSeconds how long a connection may stand still; 0 is for ever
 * @param turnBytes bytes that one connection moves in one call on the lane at most
 * @param httpHeadBytes longest request line with headers
 * @param httpRequests requests on one connection at most
 * @param httpSnapshotMillis how old the figures of the page may be
 * @param retryMillis first pause before a port that could not be had is tried again
 * @param retryMaxMillis longest pause; each is twice the one before
 * @param forwarder the local forwarder
 */
public record ServicesSettings(
    Port echo,
    Port discard,
    Port daytime,
    Port chargen,
    Port http,
    int backlog,
    int maxConnections,
    int idleTimeoutSeconds,
    int turnBytes,
    int httpHeadBytes,
    int httpRequests,
    int httpSnapshotMillis,
    int retryMillis,
    int retryMaxMillis,
    Forwarder forwarder) {
  /**
   * Where a service listens.
   *
   * @param enabled whether it does
   * @param port the port
   */
  public record Port(boolean enabled, int port) {}

  /**
   * The local forwarder: from a kernel port through a stack to a target.
   *
   * @param enabled whether it listens
   * @param address the kernel's address it listens on, or a name of it
   * @param port the kernel's port; 0 takes a free one
   * @param target where connections lead
   * @param stack the stack that carries them
   * @param maxConnections connections at once; more wait in the kernel
   * @param bufferBytes buffer of a connection in each direction
   * @param connectMillis how long the target may take to answer
   */
  public record Forwarder(
      boolean enabled,
      String address,
      int port,
      IpEndpoint target,
      String stack,
      int maxConnections,
      int bufferBytes,
      int connectMillis) {}

  /** The PID. */
  public static final String PID = "io.karavel.services";

  /** Key. */
  public static final Setting<Boolean> ECHO_ENABLED = enabled("echo", "Echo (RFC 862)");

  /** Key. */
  public static final Setting<Long> ECHO_PORT = port("echo", 7);

  /** Key. */
  public static final Setting<Boolean> DISCARD_ENABLED = enabled("discard", "Discard (RFC 863)");

  /** Key. */
  public static final Setting<Long> DISCARD_PORT = port("discard", 9);

  /** Key. */
  public static final Setting<Boolean> DAYTIME_ENABLED = enabled("daytime", "Daytime (RFC 867)");

  /** Key. */
  public static final Setting<Long> DAYTIME_PORT = port("daytime", 13);

  /** Key. */
  public static final Setting<Boolean> CHARGEN_ENABLED =
      enabled("chargen", "The character generator (RFC 864)");

  /** Key. */
  public static final Setting<Long> CHARGEN_PORT = port("chargen", 19);

  /** Key. */
  public static final Setting<Boolean> HTTP_ENABLED = enabled("http", "The status page");

  /** Key. */
  public static final Setting<Long> HTTP_PORT = port("http", 80);

  /** Key. */
  public static final Setting<Long> BACKLOG =
      Setting.number(
          "backlog",
          128,
          1,
          65535,
          "count",
          Applies.LIVE,
          "Connections of one service that may wait to be accepted.");

  /** Key. */
  public static final Setting<Long> MAX_CONNECTIONS =
      Setting.number(
          "maxConnections",
          1000,
          1,
          1_000_000,
          "count",
          Applies.LIVE,
          "Connections of one service at once; one more is reset and counted.");

  /** Key. */
  public static final Setting<Long> IDLE_TIMEOUT_SECONDS =
      Setting.number(
          "idleTimeoutSeconds",
          600,
          0,
          86400,
          "s",
          Applies.LIVE,
          "How long a connection of a service may stand still before it is closed; 0 for ever.");

  /** Key. */
  public static final Setting<Long> TURN_BYTES =
      Setting.number(
          "turnBytes",
          262144,
          4096,
          16 << 20,
          "bytes",
          Applies.LIVE,
          "Bytes that one connection of a service moves before it is another one's turn.");

  /** Key. */
  public static final Setting<Long> HTTP_HEAD_BYTES =
      Setting.number(
          "httpHeadBytes",
          8192,
          512,
          65536,
          "bytes",
          Applies.LIVE,
          "Longest request line with its headers; a longer one is answered with 431.");

  /** Key. */
  public static final Setting<Long> HTTP_REQUESTS =
      Setting.number(
          "httpRequests",
          1000,
          1,
          1_000_000,
          "count",
          Applies.LIVE,
          "Requests on one connection before it is closed.");

  /** Key. */
  public static final Setting<Long> HTTP_SNAPSHOT_MILLIS =
      Setting.number(
          "httpSnapshotMillis",
          250,
          0,
          60000,
          "ms",
          Applies.LIVE,
          "How old the figures on the page may be before they are gathered again.");

  /** Key. */
  public static final Setting<Long> RETRY_MILLIS =
      Setting.number(
          "retryMillis",
          1000,
          10,
          60000,
          "ms",
          Applies.LIVE,
          "First pause before a port that could not be had is tried again; it doubles each time.");

  /** Key. */
  public static final Setting<Long> RETRY_MAX_MILLIS =
      Setting.number(
          "retryMaxMillis",
          30000,
          10,
          3_600_000,
          "ms",
          Applies.LIVE,
          "Longest pause between two tries to have a port; not below retryMillis.");

  /** Key. */
  public static final Setting<Boolean> FORWARDER_ENABLED =
      enabled("forwarder", "The local forwarder, which leads kernel connections into a stack,");

  /** Key. */
  public static final Setting<String> FORWARDER_ADDRESS =
      Setting.text(
          "forwarderAddress",
          "127.0.0.1",
          Applies.LIVE,
          "Address of the machine that the forwarder listens on.");

  /** Key. */
  public static final Setting<Long> FORWARDER_PORT =
      Setting.number(
          "forwarderPort",
          8077,
          0,
          65535,
          "port",
          Applies.LIVE,
          "Port of the machine that the forwarder listens on; 0 takes a free one and logs it.");

  /** Key. */
  public static final Setting<String> FORWARDER_TARGET =
      Setting.text(
          "forwarderTarget",
          "10.77.0.2:80",
          Applies.LIVE,
          "Address and port that the forwarder's connections lead to; for new connections.");

  /** Key. */
  public static final Setting<String> FORWARDER_STACK =
      Setting.text(
          "forwarderStack",
          "host",
          Applies.LIVE,
          "Stack that carries the forwarder's connections; it listens while that stack is there.");

  /** Key. */
  public static final Setting<Long> FORWARDER_MAX_CONNECTIONS =
      Setting.number(
          "forwarderMaxConnections",
          256,
          1,
          65535,
          "count",
          Applies.LIVE,
          "Connections through the forwarder at once; more wait in the kernel's queue.");

  /** Key. */
  public static final Setting<Long> FORWARDER_BUFFER_BYTES =
      Setting.number(
          "forwarderBufferBytes",
          65536,
          1024,
          16 << 20,
          "bytes",
          Applies.LIVE,
          "Buffer of a forwarded connection in each direction.");

  /** Key. */
  public static final Setting<Long> FORWARDER_CONNECT_MILLIS =
      Setting.number(
          "forwarderConnectMillis",
          30000,
          100,
          600_000,
          "ms",
          Applies.LIVE,
          "How long the forwarder's target may take to answer before the connection is reset.");

  /** All keys. */
  public static final SettingsSchema SCHEMA =
      new SettingsSchema(
          PID,
          List.of(
              ECHO_ENABLED,
              ECHO_PORT,
              DISCARD_ENABLED,
              DISCARD_PORT,
              DAYTIME_ENABLED,
              DAYTIME_PORT,
              CHARGEN_ENABLED,
              CHARGEN_PORT,
              HTTP_ENABLED,
              HTTP_PORT,
              BACKLOG,
              MAX_CONNECTIONS,
              IDLE_TIMEOUT_SECONDS,
              TURN_BYTES,
              HTTP_HEAD_BYTES,
              HTTP_REQUESTS,
              HTTP_SNAPSHOT_MILLIS,
              RETRY_MILLIS,
              RETRY_MAX_MILLIS,
              FORWARDER_ENABLED,
              FORWARDER_ADDRESS,
              FORWARDER_PORT,
              FORWARDER_TARGET,
              FORWARDER_STACK,
              FORWARDER_MAX_CONNECTIONS,
              FORWARDER_BUFFER_BYTES,
              FORWARDER_CONNECT_MILLIS));

  private static Setting<Boolean> enabled(String service, String what) {
    return Setting.flag(
        service + "Enabled",
        true,
        Applies.LIVE,
        what + " listens; switched off, open connections go on.");
  }

  private static Setting<Long> port(String service, int number) {
    return Setting.number(
        service + "Port",
        number,
        1,
        65535,
        "port",
        Applies.LIVE,
        "Port of the service " + service + " on the stack main; open connections stay.");
  }

  /**
   * Parses a raw configuration.
   *
   * @throws SettingsException naming every wrong key
   */
  public static ServicesSettings parse(Map<String, ?> raw) throws SettingsException {
    SettingsSchema.Values values = SCHEMA.parse(raw);
    List<String> problems = new ArrayList<>();
    Port echo = new Port(values.get(ECHO_ENABLED), values.intValue(ECHO_PORT));
    Port discard = new Port(values.get(DISCARD_ENABLED), values.intValue(DISCARD_PORT));
    Port daytime = new Port(values.get(DAYTIME_ENABLED), values.intValue(DAYTIME_PORT));
    Port chargen = new Port(values.get(CHARGEN_ENABLED), values.intValue(CHARGEN_PORT));
    Port http = new Port(values.get(HTTP_ENABLED), values.intValue(HTTP_PORT));
    List<Integer> ports = new ArrayList<>();
    for (Port port : List.of(echo, discard, daytime, chargen, http)) {
      if (port.enabled() && ports.contains(port.port())) {
        problems.add("port " + port.port() + " is given to two services; give each its own");
      } else if (port.enabled()) {
        ports.add(port.port());
      }
    }
    if (values.intValue(RETRY_MAX_MILLIS) < values.intValue(RETRY_MILLIS)) {
      problems.add(
          "retryMaxMillis = "
              + values.get(RETRY_MAX_MILLIS)
              + " is refused: it may not be below retryMillis = "
              + values.get(RETRY_MILLIS));
    }
    String address = values.get(FORWARDER_ADDRESS);
    if (!address.matches("[a-zA-Z0-9.:_-]{1,255}")) {
      problems.add("forwarderAddress = '" + address + "' is refused: an address such as 127.0.0.1");
    }
    String stack = values.get(FORWARDER_STACK);
    if (!stack.matches("[a-zA-Z0-9_-]{1,32}")) {
      problems.add(
          "forwarderStack = '" + stack + "' is refused: 1 to 32 letters, digits, '-' or '_'");
    }
    IpEndpoint target = new IpEndpoint(IpAddress.ANY, 0);
    try {
      target = IpEndpoint.parse(values.get(FORWARDER_TARGET));
      if (target.port() == 0 || !target.address().isUnicast()) {
        problems.add(
            "forwarderTarget = '"
                + values.get(FORWARDER_TARGET)
                + "' is refused: a host's address and a port of 1 to 65535, as in 10.77.0.2:80");
      }
    } catch (IllegalArgumentException e) {
      problems.add("forwarderTarget: " + e.getMessage());
    }
    if (!problems.isEmpty()) {
      throw new SettingsException(PID, problems);
    }
    return new ServicesSettings(
        echo,
        discard,
        daytime,
        chargen,
        http,
        values.intValue(BACKLOG),
        values.intValue(MAX_CONNECTIONS),
        values.intValue(IDLE_TIMEOUT_SECONDS),
        values.intValue(TURN_BYTES),
        values.intValue(HTTP_HEAD_BYTES),
        values.intValue(HTTP_REQUESTS),
        values.intValue(HTTP_SNAPSHOT_MILLIS),
        values.intValue(RETRY_MILLIS),
        values.intValue(RETRY_MAX_MILLIS),
        new Forwarder(
            values.get(FORWARDER_ENABLED),
            address,
            values.intValue(FORWARDER_PORT),
            target,
            stack,
            values.intValue(FORWARDER_MAX_CONNECTIONS),
            values.intValue(FORWARDER_BUFFER_BYTES),
            values.intValue(FORWARDER_CONNECT_MILLIS)));
  }
}
