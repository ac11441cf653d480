package io.karavel.nic.tap.internal;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a device counts for {@code nic:stats}; goes on in its successor. Lane's thread. */
final class TapStatistics {
  /** How many values are handed over, in the order of {@link #value}. */
  static final int COUNT = 7;

  long rxPackets;
  long rxBytes;
  long txPackets;
  long txBytes;
  long txDropped;
  long rxErrors;
  long txErrors;

  long value(int index) {
    return switch (index) {
      case 0 -> rxPackets;
      case 1 -> rxBytes;
      case 2 -> txPackets;
      case 3 -> txBytes;
      case 4 -> txDropped;
      case 5 -> rxErrors;
      default -> txErrors;
    };
  }

  void restore(int index, long value) {
    switch (index) {
      case 0 -> rxPackets = value;
      case 1 -> rxBytes = value;
      case 2 -> txPackets = value;
      case 3 -> txBytes = value;
      case 4 -> txDropped = value;
      case 5 -> rxErrors = value;
      case 6 -> txErrors = value;
      default -> {
        // of a later version
      }
    }
  }

  Map<String, Long> asMap(int queued) {
    Map<String, Long> map = new LinkedHashMap<>();
    map.put("rxPackets", rxPackets);
    map.put("rxBytes", rxBytes);
    map.put("txPackets", txPackets);
    map.put("txBytes", txBytes);
    map.put("rxDropped", 0L);
    map.put("txDropped", txDropped);
    map.put("rxErrors", rxErrors);
    map.put("txErrors", txErrors);
    map.put("txQueued", (long) queued);
    return map;
  }
}
