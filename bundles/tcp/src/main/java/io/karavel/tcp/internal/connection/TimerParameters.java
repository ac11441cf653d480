package io.karavel.tcp.internal.connection;

import io.karavel.engine.KeepaliveSettings;
import io.karavel.tcp.TcpExplanation.Parameter;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import java.util.ArrayList;
import java.util.List;

/** What the timers of a connection follow: keys, or the socket's own options before them. */
final class TimerParameters {
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private TimerParameters() {}

  static String millis(long nanos) {
    return nanos / NANOS_PER_MILLI + " ms";
  }

  private static String seconds(long nanos) {
    return nanos / NANOS_PER_SECOND + " s";
  }

  static Parameter interval(String key, String value) {
    return new Parameter(Parameter.INTERVAL, TcpSettings.PID, key, value);
  }

  private static Parameter end(String key, String value) {
    return new Parameter(Parameter.END, TcpSettings.PID, key, value);
  }

  /** The option if the socket has it set, else the key of the same meaning. */
  private static Parameter either(
      ControlBlock c, String role, TcpOption<?> option, String pid, String key, String value) {
    return c.options.isSet(option)
        ? new Parameter(role, "", option.name(), value)
        : new Parameter(role, pid, key, value);
  }

  private static void userTimeout(ControlBlock c, List<Parameter> all) {
    long nanos = c.options.userTimeoutNanos(c.settings());
    if (nanos > 0) {
      all.add(
          either(
              c,
              Parameter.END,
              TcpOption.USER_TIMEOUT_MILLIS,
              TcpSettings.PID,
              "userTimeoutMillis",
              millis(nanos)));
    }
  }

  /** Of a SYN or SYN-ACK. */
  static List<Parameter> syn(ControlBlock c) {
    List<Parameter> all = new ArrayList<>();
    all.add(interval("rtoInitialMillis", millis(c.rtt.initialNanos())));
    if (c.settings().synLinearTimeouts() > 0) {
      all.add(interval("synLinearTimeouts", String.valueOf(c.settings().synLinearTimeouts())));
    }
    all.add(interval("rtoMaxMillis", millis(c.settings().rtoMaxNanos())));
    String limit = String.valueOf(RetransmitTimer.synLimit(c));
    if (c.active) {
      all.add(
          either(c, Parameter.END, TcpOption.SYN_RETRIES, TcpSettings.PID, "synRetries", limit));
      userTimeout(c, all);
    } else {
      all.add(end("synAckRetries", limit));
    }
    return all;
  }

  /** Of an embryo's SYN-ACK. */
  static List<Parameter> synAck(long initialNanos, TcpSettings settings) {
    return List.of(
        interval("rtoInitialMillis", millis(initialNanos)),
        interval("rtoMaxMillis", millis(settings.rtoMaxNanos())),
        end("synAckRetries", String.valueOf(settings.synAckRetries())));
  }

  /** Of data, FIN and window probes. */
  static List<Parameter> data(ControlBlock c) {
    List<Parameter> all = new ArrayList<>();
    all.add(interval("rtoMinMillis", millis(c.settings().rtoMinNanos())));
    all.add(interval("rtoMaxMillis", millis(c.settings().rtoMaxNanos())));
    userTimeout(c, all);
    if (c.orphan) {
      all.add(end("orphanRetries", String.valueOf(c.settings().orphanRetries())));
    } else if (c.options.userTimeoutNanos(c.settings()) == 0 || c.persisting || c.sndWnd == 0) {
      all.add(end("retries2", String.valueOf(c.settings().retries2())));
    }
    return all;
  }

  /** Of FIN-WAIT-2. */
  static Parameter finTimeout(ControlBlock c) {
    int own = c.options.lingerFinWaitSeconds();
    return own > 0
        ? new Parameter(Parameter.END, "", TcpOption.LINGER_FIN_WAIT_SECONDS.name(), own + " s")
        : end("finTimeoutSeconds", seconds(c.settings().finTimeoutNanos()));
  }

  /** Of TIME-WAIT. */
  static Parameter timeWait(TcpSettings settings) {
    return end("timeWaitSeconds", seconds(settings.timeWaitNanos()));
  }

  /** Of keepalive. */
  static List<Parameter> keepalive(ControlBlock c) {
    KeepaliveTimes times = c.keepalive;
    String pid = KeepaliveSettings.PID;
    return List.of(
        either(c, Parameter.INTERVAL, TcpOption.KEEPALIVE, pid, "enabledByDefault", "true"),
        either(
            c,
            Parameter.INTERVAL,
            TcpOption.KEEPALIVE_TIME_SECONDS,
            pid,
            "timeSeconds",
            seconds(times.idleNanos())),
        either(
            c,
            Parameter.INTERVAL,
            TcpOption.KEEPALIVE_INTERVAL_SECONDS,
            pid,
            "intervalSeconds",
            seconds(times.intervalNanos())),
        either(
            c,
            Parameter.END,
            TcpOption.KEEPALIVE_PROBES,
            pid,
            "probes",
            String.valueOf(times.probes())));
  }
}
