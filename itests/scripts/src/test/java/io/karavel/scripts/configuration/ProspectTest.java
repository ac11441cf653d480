package io.karavel.scripts.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.KeepaliveSettings;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.TcpControl;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a dry run says of a connection is what comes of it when the change is made. */
class ProspectTest {
  private static PacketScript waiting(String what) {
    PacketScript script = PacketScript.create();
    switch (what) {
      case "connect" -> script.connect();
      case "embryo" -> script.listen().inject("S 0:0(0) win 65535 <mss 1460>");
      default -> script.openPassively();
    }
    switch (what) {
      case "data" -> script.write(10);
      case "closed window" -> script.inject(". 1:1(0) ack 1 win 0").write(10);
      case "orphan's fin" -> script.close();
      case "fin-wait-2" -> script.close().discardSent().inject(". 1:1(0) ack 2");
      case "time-wait" -> script.close().discardSent().inject("F. 1:1(0) ack 2");
      case "kept alive" -> {
        script.option(TcpOption.KEEPALIVE, true);
        script.keepalive("timeSeconds", 1).keepalive("intervalSeconds", 1);
      }
      default -> {}
    }
    script.harness().advance(Duration.ofSeconds(5));
    return script.discardSent();
  }

  @ParameterizedTest(name = "{0}, {1}={2}: ended {3}")
  @CsvSource({
    "connect, synRetries, 1, true",
    "connect, synRetries, 9, false",
    "embryo, synAckRetries, 1, true",
    "embryo, synAckRetries, 9, false",
    "data, retries2, 3, true",
    "data, retries2, 9, false",
    "data, userTimeoutMillis, 3000, true",
    "data, userTimeoutMillis, 60000, false",
    "closed window, retries2, 3, true",
    "closed window, retries2, 9, false",
    "orphan's fin, orphanRetries, 3, true",
    "orphan's fin, orphanRetries, 9, false",
    "fin-wait-2, finTimeoutSeconds, 4, true",
    "fin-wait-2, finTimeoutSeconds, 5, true",
    "fin-wait-2, finTimeoutSeconds, 6, false",
    "fin-wait-2, finTimeoutSeconds, 20, false",
    "time-wait, timeWaitSeconds, 4, true",
    "time-wait, timeWaitSeconds, 20, false",
    "kept alive, probes, 2, true",
    "kept alive, probes, 4, true",
    "kept alive, probes, 5, false",
    "kept alive, probes, 20, false",
  })
  void whatIsSaidComesTrue(String what, String key, int value, boolean ends) throws Exception {
    PacketScript script = waiting(what);
    StackHarness stack = script.harness();
    TcpState before = stack.connections(info -> info.remote() != null).get(0).state();
    boolean policy = what.equals("kept alive");
    TcpSettings tcp = policy ? null : TcpSettings.parse(Map.of(key, value));
    KeepaliveSettings keepalive =
        policy
            ? KeepaliveSettings.parse(Map.of("timeSeconds", 1, "intervalSeconds", 1, key, value))
            : null;
    TcpControl.Prospect prospect = prospect(stack, tcp, keepalive);
    assertThat(prospect.ended()).hasSize(ends ? 1 : 0);
    assertThat(prospect.touched()).hasSize(ends ? 0 : 1);
    // it was only tried on
    assertThat(stack.connections(info -> info.remote() != null).get(0).state()).isEqualTo(before);
    stack.set(policy ? KeepaliveSettings.PID : TcpSettings.PID, key, value);
    stack.settle().advance(Duration.ofMillis(1));
    assertThat(stack.connections(info -> info.remote() != null)).hasSize(ends ? 0 : 1);
  }

  private static TcpControl.Prospect prospect(
      StackHarness stack, TcpSettings tcp, KeepaliveSettings keepalive) {
    TcpControl.Prospect prospect = stack.tcpControl().prospect(tcp, keepalive, 0, 1024);
    while (prospect.next() != 0 && prospect.ended().isEmpty() && prospect.touched().isEmpty()) {
      prospect = stack.tcpControl().prospect(tcp, keepalive, prospect.next(), 1024);
    }
    return prospect;
  }

  @ParameterizedTest(name = "{0}, {1}={2}: {3}")
  @CsvSource({
    "connect, synRetries, 1, its SYN was repeated 2 times already",
    "embryo, synAckRetries, 1, its SYN-ACK was repeated more often already",
    "data, retries2, 3, its repetitions have gone on for longer than is allowed then",
    "data, userTimeoutMillis, 4000, its data is unacknowledged for longer than userTimeoutMillis"
        + " then",
    "closed window, retries2, 3, its probes have gone on for longer than is allowed then",
    "fin-wait-2, finTimeoutSeconds, 4, it is in FIN-WAIT-2 for longer than finTimeoutSeconds then",
    "time-wait, timeWaitSeconds, 4, it is in TIME-WAIT for longer than timeWaitSeconds then",
  })
  void theReasonIsSaid(String what, String key, int value, String reason) throws Exception {
    TcpSettings tcp = TcpSettings.parse(Map.of(key, value));
    assertThat(prospect(waiting(what).harness(), tcp, null).ended().values())
        .containsExactly(reason);
  }

  @Test
  void theReasonOfKeepaliveIsSaidToo() throws Exception {
    Map<String, Object> keys = Map.of("timeSeconds", 1, "intervalSeconds", 1, "probes", 4);
    KeepaliveSettings keepalive = KeepaliveSettings.parse(keys);
    assertThat(prospect(waiting("kept alive").harness(), null, keepalive).ended().values())
        .containsExactly("its peer has not answered 5 keepalive probes");
  }

  /** The second of its probes went out a second ago. */
  @ParameterizedTest
  @CsvSource({"1, 2, true", "1, 3, false", "2, 2, false", "3, 2, false"})
  void anIntervalThatHasPassedSinceTheLastProbeIsOver(int interval, int probes, boolean ends)
      throws Exception {
    PacketScript script = PacketScript.create().openPassively().option(TcpOption.KEEPALIVE, true);
    script.keepalive("timeSeconds", 1).keepalive("intervalSeconds", 3);
    script.harness().advance(Duration.ofSeconds(5));
    Map<String, Object> keys =
        Map.of("timeSeconds", 1, "intervalSeconds", interval, "probes", probes);
    TcpControl.Prospect prospect = prospect(script.harness(), null, KeepaliveSettings.parse(keys));
    assertThat(prospect.ended()).hasSize(ends ? 1 : 0);
    for (String key : new String[] {"intervalSeconds", "probes"}) {
      script.keepalive(key, keys.get(key));
    }
    script.harness().settle().advance(Duration.ofMillis(1));
    assertThat(script.harness().connections(info -> info.remote() != null)).hasSize(ends ? 0 : 1);
  }

  /** FIN-WAIT-2 lasts 3.5 RTO at least, which on a path with a round trip of 1 s is more. */
  @Test
  void threeAndAHalfTimeoutsGoBeforeFinTimeout() throws Exception {
    PacketScript script =
        PacketScript.create().listen().inject("S 0:0(0) win 65535 <mss 1460>").discardSent();
    script.after("1s").inject(". 1:1(0) ack 1").accept().close().discardSent();
    script.after("1s").inject(". 1:1(0) ack 2");
    StackHarness stack = script.harness();
    String rto = String.valueOf(script.info().details().get("rto")).replace(" ms", "");
    Duration least = Duration.ofMillis((long) (3.5 * Double.parseDouble(rto)));
    assertThat(least).isGreaterThan(Duration.ofSeconds(7));
    TcpSettings tcp = TcpSettings.parse(Map.of("finTimeoutSeconds", 4));
    stack.advance(least.minusMillis(1));
    assertThat(prospect(stack, tcp, null).ended()).isEmpty();
    stack.advance(Duration.ofMillis(1));
    assertThat(prospect(stack, tcp, null).ended()).hasSize(1);
  }
}
