package io.karavel.shell.internal.doctor;

import io.karavel.tcp.TcpSummary;
import java.util.List;

/** No memory for what is received and sent. */
final class BufferExhaustion implements Check {
  private static final String CAUSE =
      "many connections hold data that is not read here or not acknowledged there";

  @Override
  public List<Finding> examine(Snapshot s) {
    TcpSummary tcp = s.tcp();
    if (tcp != null
        && tcp.bufferLimitBytes() > 0
        && tcp.bufferBytes() >= tcp.bufferLimitBytes() / 100 * 95) {
      return List.of(
          new Finding(
              "buffer-exhaustion",
              true,
              tcp.bufferBytes() + " of " + tcp.bufferLimitBytes() + " bytes of buffers are taken",
              CAUSE,
              "net:config-set tcp.bufferMemory=" + 2 * tcp.bufferLimitBytes()));
    }
    return Check.counted(
        s,
        "buffer-exhaustion",
        "segments found no memory",
        CAUSE,
        tcp == null
            ? "tcp:summary"
            : "net:config-set tcp.bufferMemory=" + 2 * tcp.bufferLimitBytes(),
        "Drop.TCP_BUFFER_LIMIT");
  }
}
