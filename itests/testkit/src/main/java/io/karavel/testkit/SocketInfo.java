package io.karavel.testkit;

import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpState;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Fields of Linux's struct tcp_info, from what the stack shows of a connection. */
final class SocketInfo {
  private static final int TIMESTAMPS = 1;
  private static final int SACK = 2;
  private static final int WINDOW_SCALING = 4;

  private final TcpConnectionInfo info;
  private final Map<String, Long> fields = new LinkedHashMap<>();

  private SocketInfo(TcpConnectionInfo info) {
    this.info = info;
  }

  /** Linux's number of a state. */
  static int number(TcpState state) {
    return switch (state) {
      case ESTABLISHED -> 1;
      case SYN_SENT -> 2;
      case SYN_RECEIVED -> 3;
      case FIN_WAIT_1 -> 4;
      case FIN_WAIT_2 -> 5;
      case TIME_WAIT -> 6;
      case CLOSED -> 7;
      case CLOSE_WAIT -> 8;
      case LAST_ACK -> 9;
      case LISTEN -> 10;
      case CLOSING -> 11;
    };
  }

  /** The fields; of a connection that is over, or none, the state alone. */
  static Map<String, Long> of(TcpConnectionInfo info) {
    if (info == null || info.state() == TcpState.TIME_WAIT) {
      return Map.of("tcpi_state", (long) number(TcpState.CLOSED));
    }
    return new SocketInfo(info).all();
  }

  private long detail(String name) {
    Object value = info.details().get(name);
    return value instanceof Number number ? number.longValue() : 0;
  }

  /** A detail in milliseconds, as microseconds. */
  private long micros(String name) {
    Object value = info.details().get(name);
    String text = value instanceof String string ? string.split(" ", 2)[0] : "0";
    return text.matches("-?[0-9.]+") ? Math.round(Double.parseDouble(text) * 1000) : 0;
  }

  private boolean flag(String name) {
    return Boolean.TRUE.equals(info.details().get(name));
  }

  private long segments(long bytes) {
    long mss = Math.max(1, detail("sndMss"));
    return (bytes + mss - 1) / mss;
  }

  private Map<String, Long> all() {
    fields.put("tcpi_state", (long) number(info.state()));
    if (info.state() == TcpState.LISTEN) {
      fields.put("tcpi_unacked", info.receiveQueue());
      fields.put("tcpi_sacked", info.sendQueue());
      return fields;
    }
    String recovery = String.valueOf(info.details().get("recovery")).toLowerCase(Locale.ROOT);
    fields.put(
        "tcpi_ca_state",
        switch (recovery) {
          case "disorder" -> 1L;
          case "cwr" -> 2L;
          case "recovery" -> 3L;
          case "loss" -> 4L;
          default -> 0L;
        });
    boolean retransmits = info.timer().equals("retransmit");
    fields.put("tcpi_retransmits", retransmits ? detail("retransmits") : 0);
    fields.put("tcpi_probes", retransmits ? 0L : info.timerCount());
    fields.put("tcpi_backoff", detail("backoff"));
    fields.put(
        "tcpi_options",
        (long)
            ((flag("timestamps") ? TIMESTAMPS : 0)
                | (flag("sack") ? SACK : 0)
                | (detail("sndWindShift") + detail("rcvWindShift") > 0 ? WINDOW_SCALING : 0)));
    fields.put("tcpi_snd_wscale", detail("sndWindShift"));
    fields.put("tcpi_rcv_wscale", detail("rcvWindShift"));
    fields.put("tcpi_rto", micros("rto"));
    fields.put("tcpi_snd_mss", detail("sndMss"));
    fields.put("tcpi_rcv_mss", detail("rcvMss"));
    fields.put("tcpi_unacked", segments(detail("sndNxt") - detail("sndUna") & 0xffff_ffffL));
    fields.put("tcpi_sacked", segments(detail("sacked")));
    fields.put("tcpi_lost", segments(detail("lost")));
    fields.put("tcpi_pmtu", detail("mtu"));
    fields.put("tcpi_rtt", micros("srtt"));
    fields.put("tcpi_rttvar", micros("rttvar"));
    fields.put("tcpi_min_rtt", micros("minRtt"));
    Object threshold = info.details().get("ssthresh");
    fields.put(
        "tcpi_snd_ssthresh",
        threshold instanceof Number bytes ? segments(bytes.longValue()) : 0x7fff_ffffL);
    fields.put("tcpi_snd_cwnd", segments(detail("cwnd")));
    fields.put("tcpi_notsent_bytes", detail("unsent"));
    fields.put("tcpi_snd_wnd", detail("sndWnd"));
    fields.put("tcpi_rcv_wnd", detail("rcvWnd"));
    return fields;
  }
}
