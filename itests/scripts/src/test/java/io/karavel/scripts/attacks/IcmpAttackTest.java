package io.karavel.scripts.attacks;

import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.SYN_SENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ICMP messages that somebody makes up about a connection (RFC 5927). */
class IcmpAttackTest {
  private static PacketScript sending(StackHarness stack) {
    return PacketScript.on(stack).openPassively().write(1000).expect("P. 1:1001(1000) ack 1");
  }

  /** Even those that quote what is in flight: no ICMP error resets a synchronised connection. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "net-unreachable",
        "host-unreachable",
        "protocol-unreachable",
        "port-unreachable",
        "source-route-failed",
        "administratively-prohibited",
        "ttl-exceeded",
        "parameter-problem"
      })
  @Rfc({"5927 5.2", "9293 MUST-56"})
  void noErrorEndsAnOpenConnection(String error) {
    PacketScript script = sending(StackHarness.create());
    for (int i = 0; i < 100; i++) {
      script.inject("icmp " + error + " [1:1001(1000)]");
    }
    script
        .expectState(ESTABLISHED)
        .inject(". 1:1(0) ack 1001")
        .write(10)
        .expect("P. 1001:1011(10) ack 1")
        .end();
  }

  @ParameterizedTest
  @ValueSource(strings = {"host-unreachable", "protocol-unreachable", "port-unreachable"})
  @Rfc("5927 5.2")
  void norOneThatIsBeingOpened(String error) {
    PacketScript script = PacketScript.create().connect().expect("S 0:0(0)");
    for (int i = 0; i < 100; i++) {
      script.inject("icmp " + error + " [0:0(0)]");
    }
    script
        .expectState(SYN_SENT)
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect(". 1:1(0) ack 1")
        .expectState(ESTABLISHED)
        .end();
  }

  /** What quotes a sequence number that is not in flight is not believed, and counted. */
  @Test
  @Rfc("5927 4.1")
  void aGuessedSequenceNumberIsNotBelieved() {
    StackHarness stack = StackHarness.create();
    PacketScript script = sending(stack);
    for (long sequence = 70_000; sequence < 1L << 32; sequence += 1L << 22) {
      String quoted = sequence + ":" + (sequence + 1000) + "(1000)";
      script.inject("icmp fragmentation-needed mtu 576 [" + quoted + "]");
    }
    script
        .inject(". 1:1(0) ack 1001")
        .write(1460)
        .expect("P. 1001:2461(1460) ack 1")
        .check(done -> assertThat(stack.counter("TcpExt.OutOfWindowIcmps")).isEqualTo(1024))
        .end();
  }

  /** The smallest segments that can be forced on us have 512 bytes: else packets are fragmented. */
  @ParameterizedTest
  @ValueSource(ints = {1, 40, 68, 80})
  @Rfc("5927 7.2")
  void anAbsurdMtuMakesNoAbsurdSegments(int mtu) {
    StackHarness stack = StackHarness.create();
    PacketScript script = sending(stack);
    script.inject("icmp fragmentation-needed mtu " + mtu + " [1:1001(1000)]");
    script.discardSent();
    script.check(
        done -> {
          long segments = stack.counter("Tcp.OutSegs");
          assertThat(segments).isLessThanOrEqualTo(4 + 2);
        });
    script.inject(". 1:1(0) ack 1001").write(1024);
    assertThat(script.takeSent()).allMatch(sent -> sent.payloadLength() >= 512).isNotEmpty();
    script.inject(". 1:1(0) ack 2025").end();
  }

  @Test
  @Rfc("5927 7.2")
  void aLargerMtuThanThePresentChangesNothing() {
    sending(StackHarness.create())
        .inject("icmp fragmentation-needed mtu 1500 [1:1001(1000)]")
        .inject("icmp fragmentation-needed mtu 9000 [1:1001(1000)]")
        .expectNothing()
        .inject(". 1:1(0) ack 1001")
        .write(1460)
        .expect("P. 1001:2461(1460) ack 1")
        .end();
  }

  @Test
  @Rfc({"6633 3", "5927 6.2"})
  void sourceQuenchSlowsNothingDown() {
    PacketScript script = sending(StackHarness.create());
    for (int i = 0; i < 100; i++) {
      script.inject("icmp source-quench [1:1001(1000)]");
    }
    script.inject(". 1:1(0) ack 1001").write(10 * 1460);
    for (int i = 0; i < 9; i++) {
      int at = 1001 + i * 1460;
      script.expect(". " + at + ":" + (at + 1460) + "(1460) ack 1");
    }
    script.expect("P. 14141:15601(1460) ack 1").end();
  }
}
