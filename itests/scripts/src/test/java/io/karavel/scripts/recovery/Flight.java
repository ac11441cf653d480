package io.karavel.scripts.recovery;

import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;

/** A connection with full segments of 1000 bytes on their way; the round trip is 100 ms. */
final class Flight {
  private Flight() {}

  /** Of NewReno, whose thresholds can be told in whole segments; with SACK, without timestamps. */
  static PacketScript selective(int segments) {
    return of("S 0:0(0) win 65535 <mss 1000,sackOK>", segments);
  }

  /** Without any option. */
  static PacketScript plain(int segments) {
    return of("S 0:0(0) win 65535 <mss 1000>", segments);
  }

  private static PacketScript of(String syn, int segments) {
    StackHarness stack = StackHarness.builder().tcp("congestionControl", "newreno").build();
    PacketScript script = open(PacketScript.on(stack), syn);
    return write(script, 1, segments).mark();
  }

  static PacketScript open(PacketScript script, String syn) {
    return script
        .listen()
        .inject(syn)
        .expect("S. 0:0(0) ack 1 <...>")
        .after("100ms")
        .inject(". 1:1(0) ack 1")
        .accept();
  }

  /** Writes so many segments, which go at once, the first of them at this sequence number. */
  static PacketScript write(PacketScript script, int from, int segments) {
    script.write(1000 * segments);
    for (int i = 0; i < segments; i++) {
      script.expect((i == segments - 1 ? "P" : "") + segment(from + 1000 * i));
    }
    return script;
  }

  /** A full segment as it is expected. */
  static String segment(int sequence) {
    return ". " + sequence + ":" + (sequence + 1000) + "(1000) ack 1";
  }
}
