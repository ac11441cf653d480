package io.karavel.tcp.internal;

import io.karavel.tcp.TcpSettings;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** How much memory all buffers of a stack may take. */
final class BufferMemory {
  private static final String OPTION = "-XX:MaxDirectMemorySize=";

  private BufferMemory() {}

  /** What the settings say; 0 there is a quarter of the JVM's direct memory. */
  static long bytes(TcpSettings settings) {
    return settings.bufferMemoryBytes() != 0
        ? settings.bufferMemoryBytes()
        : Math.max(TcpSettings.MINIMUM_BUFFER_MEMORY_BYTES, directMemoryBytes() / 4);
  }

  /** The limit of direct memory: as told to the JVM, else as large as the heap. */
  private static long directMemoryBytes() {
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (argument.startsWith(OPTION)) {
        return parse(argument.substring(OPTION.length()));
      }
    }
    return Runtime.getRuntime().maxMemory();
  }

  /** A number with k, m, g or t behind it, as the JVM takes it, which has checked it. */
  static long parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    int shift = 10 * ("kmgt".indexOf(lower.charAt(lower.length() - 1)) + 1);
    String digits = shift == 0 ? lower : lower.substring(0, lower.length() - 1);
    long value = Long.parseLong(digits) << shift;
    return value == 0 ? Runtime.getRuntime().maxMemory() : value;
  }
}
