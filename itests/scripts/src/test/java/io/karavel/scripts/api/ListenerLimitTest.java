package io.karavel.scripts.api;

import static io.karavel.tcp.TcpState.CLOSED;
import static io.karavel.tcp.TcpState.ESTABLISHED;
import static io.karavel.tcp.TcpState.SYN_RECEIVED;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener that is told how many connections it may have at a time. */
class ListenerLimitTest {
  private static final String SYN = "S 0:0(0) win 65535 <mss 1460>";
  private static final String SYN_ACK = "S. 0:0(0) ack 1";

  /** A script whose listener may have so many, of which the flow "main" is one. */
  private static PacketScript withLimit(int connections) {
    return PacketScript.create().listen().option(TcpOption.MAX_CONNECTIONS, connections);
  }

  @Test
  void atItSynsAreDroppedAndCountedUntilOneOfItsConnectionsEnds() {
    PacketScript script = withLimit(1).openPassively();
    script.flow("second", 40_001).inject(SYN).expectNothing();
    StackHarness stack = script.harness();
    assertThat(stack.drops(DropReason.TCP_CONNECTION_LIMIT)).isEqualTo(1);
    assertThat(stack.counter("TcpExt.TCPConnectionLimit")).isEqualTo(1);
    assertThat(stack.counter("TcpExt.ListenDrops")).isEqualTo(1);
    script.flow("main", 40_000).expectState(ESTABLISHED).abort().expect("R. 1:1(0) ack 1");
    script.flow("second", 40_001).after("1s").inject(SYN).expect(SYN_ACK).inject(". 1:1(0) ack 1");
    script.accept().expectState(ESTABLISHED).end();
  }

  @Test
  void atItTheFinalAckIsDroppedAndTheSynAckRepeated() {
    PacketScript script = withLimit(1).inject(SYN).expect(SYN_ACK);
    script.flow("second", 40_001).inject(SYN).expect(SYN_ACK).inject(". 1:1(0) ack 1").accept();
    script.flow("main", 40_000).inject(". 1:1(0) ack 1").expectNothing().expectState(SYN_RECEIVED);
    script.flow("second", 40_001).abort().discardSent();
    script.flow("main", 40_000).at("1s").expect(SYN_ACK).inject(". 1:1(0) ack 1");
    script.accept().expectState(ESTABLISHED).end();
  }

  @Test
  void connectionsThatWaitToBeAcceptedAndOrphansCountAndTimeWaitDoesNot() {
    PacketScript script = withLimit(1).inject(SYN).expect(SYN_ACK).inject(". 1:1(0) ack 1");
    script.flow("second", 40_001).inject(SYN).expectNothing();
    script.flow("main", 40_000).accept().close().expect("F. 1:1(0) ack 1");
    script.flow("second", 40_001).inject(SYN).expectNothing();
    script.flow("main", 40_000).inject("F. 1:1(0) ack 2").expect(". 2:2(0) ack 2");
    script.flow("second", 40_001).inject(SYN).expect(SYN_ACK).end();
  }

  @Test
  void otherListenersAndConnectsHaveNothingToDoWithIt() throws TcpException {
    PacketScript script = withLimit(1).openPassively();
    IpEndpoint peer = new IpEndpoint(StackHarness.PEER, 40_002);
    script.flow("other", 81, peer).listen().inject(SYN).expect(SYN_ACK).inject(". 1:1(0) ack 1");
    script.accept().expectState(ESTABLISHED);
    TcpSocket socket = script.harness().tcp().connect(new IpEndpoint(StackHarness.PEER, 7));
    script.harness().settle();
    assertThat(socket.failure()).isNull();
    script.discardSent().end();
  }

  @Test
  void itIsLiveRaisedItLetsTheNextOneInAndLoweredItEndsNobody() {
    PacketScript script = withLimit(1).openPassively();
    script.flow("second", 40_001).inject(SYN).expectNothing();
    script.option(TcpOption.MAX_CONNECTIONS, 2).inject(SYN).expect(SYN_ACK);
    script.inject(". 1:1(0) ack 1").accept();
    script.flow("third", 40_002).option(TcpOption.MAX_CONNECTIONS, 1).inject(SYN).expectNothing();
    script.flow("main", 40_000).expectState(ESTABLISHED).abort().discardSent();
    script.flow("third", 40_002).inject(SYN).expectNothing();
    script.option(TcpOption.MAX_CONNECTIONS, 0).inject(SYN).expect(SYN_ACK);
    script.flow("second", 40_001).expectState(ESTABLISHED).end();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itsConnectionsAreCountedAcrossModules(boolean swapped) {
    PacketScript script = withLimit(1);
    PacketScript replaced =
        swapped ? script.swapAfterEachStep("tcp") : script.replaceAfterEachStep("tcp");
    replaced.openPassively();
    script.flow("second", 40_001).inject(SYN).expectNothing();
    script.flow("main", 40_000).inject("R 1:1(0)").expectState(CLOSED);
    script.flow("second", 40_001).inject(SYN).expect(SYN_ACK).end();
  }

  @Test
  void cookiesOpenNoMoreThanItAllows() {
    PacketScript script =
        PacketScript.on(StackHarness.builder().tcp("synCookies", "always").build())
            .listen()
            .option(TcpOption.MAX_CONNECTIONS, 1);
    script.inject(SYN).expect(SYN_ACK);
    script.flow("second", 40_001).inject(SYN).expect(SYN_ACK).inject(". 1:1(0) ack 1").accept();
    script.flow("main", 40_000).inject(". 1:1(0) ack 1").expectNothing().expectState(CLOSED);
    assertThat(script.harness().drops(DropReason.TCP_CONNECTION_LIMIT)).isEqualTo(1);
    script.end();
  }
}
