package io.karavel.scripts;

import io.karavel.testkit.script.PacketScript;

/** Rows of the timetables: {@code "0 1 3 7"} in seconds. */
public final class Times {
  private Times() {}

  /** The packet is sent at each of the times, in seconds, and nothing in between. */
  public static void expectAll(PacketScript script, String packet, String seconds) {
    for (String time : seconds.trim().split("\\s+")) {
      script.at(time + "s").expect(packet);
    }
  }
}
