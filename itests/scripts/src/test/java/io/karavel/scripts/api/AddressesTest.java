package io.karavel.scripts.api;

import static io.karavel.tcp.TcpState.ESTABLISHED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.script.PacketScript;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening and addresses, and what IP is asked for: RFC 9293 §3.9.1 and §3.9.2. */
class AddressesTest {
  private static final IpAddress SECOND = IpAddress.parse("10.77.0.3");

  @Test
  @Rfc({"9293 MUST-43", "9293 MUST-45"})
  void theLocalAddressCanBeChosenAndStaysThroughTheConnection() throws TcpException {
    StackHarness stack = StackHarness.builder().addresses("10.77.0.2/24,10.77.0.3/24").build();
    TcpSocket socket = stack.socket();
    socket.bind(new IpEndpoint(SECOND, 0));
    socket.connect(new IpEndpoint(StackHarness.PEER, 80));
    stack.settle();
    WirePacket syn = stack.output().get(0);
    assertThat(syn.source()).isEqualTo(SECOND);
    stack.deliver(
        new PacketBuilder()
            .from(StackHarness.PEER, 80)
            .to(SECOND, syn.sourcePort())
            .sequence(7)
            .acknowledgment(syn.sequenceNumber() + 1)
            .flags(0x12)
            .tcp());
    socket.write(java.nio.ByteBuffer.wrap(new byte[10]));
    socket.shutdownOutput();
    stack.settle();
    List<WirePacket> sent = stack.output();
    assertThat(sent).isNotEmpty().allMatch(packet -> packet.source().equals(SECOND));
  }

  @Test
  @Rfc("9293 MUST-44")
  void withoutALocalAddressTheRouteSaysWhichItIs() {
    PacketScript script = PacketScript.create().connect();
    assertThat(script.takeSent().get(0).source()).isEqualTo(StackHarness.LOCAL);
    assertThat(script.socket().local().address()).isEqualTo(StackHarness.LOCAL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.77.0.255", "255.255.255.255", "224.0.0.1", "0.0.0.0"})
  @Rfc("9293 MUST-46")
  void aConnectToManyOrToNobodyIsRefused(String address) throws TcpException {
    StackHarness stack = StackHarness.create();
    TcpSocket socket = stack.socket();
    TcpError error;
    try {
      socket.connect(new IpEndpoint(IpAddress.parse(address), 80));
      stack.settle();
      error = socket.failure() == null ? null : socket.failure().error();
    } catch (TcpException e) {
      error = e.error();
    }
    assertThat(error).isIn(TcpError.ADDRESS_NOT_AVAILABLE, TcpError.NETWORK_UNREACHABLE);
    assertThat(stack.output()).isEmpty();
  }

  @Test
  @Rfc({"9293 MUST-41", "9293 MUST-42"})
  void aPortListensWhileConnectionsOfTheSamePortOpenAndLive() {
    PacketScript script =
        PacketScript.create()
            .option(TcpOption.REUSE_ADDRESS, true)
            .flow("out", 80, new IpEndpoint(StackHarness.PEER, 9000))
            .connectFrom(80)
            .expect("S 0:0(0)");
    script.flow("in", 4001).listen().inject("S 0:0(0) win 65535 <mss 1460>");
    script.expect("S. 0:0(0) ack 1").inject(". 1:1(0) ack 1").accept().expectState(ESTABLISHED);
    script.flow("out", 80, new IpEndpoint(StackHarness.PEER, 9000));
    script.inject("S. 0:0(0) ack 1 win 65535 <mss 1460>").expect(". 1:1(0) ack 1");
    script.expectState(ESTABLISHED).flow("in", 4001).expectState(ESTABLISHED).end();
  }

  @Test
  @Rfc({"9293 MUST-48", "9293 SHLD-21", "9293 SHLD-22"})
  void theServiceFieldIsTheSocketsAndMayChangeOnTheWay() {
    PacketScript.create()
        .option(TcpOption.TRAFFIC_CLASS, 0xb8)
        .connect()
        .expect("[tos 184] S 0:0(0)")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect("[tos 184] . 1:1(0) ack 1")
        .option(TcpOption.TRAFFIC_CLASS, 0x28)
        .write(10)
        .expect("[tos 40] P. 1:11(10) ack 1")
        .end();
  }

  @Test
  @Rfc("9293 MUST-49")
  void theTimeToLiveIsTheSockets() {
    PacketScript.create()
        .option(TcpOption.TIME_TO_LIVE, 3)
        .connect()
        .expect("[ttl 3] S 0:0(0)")
        .inject("S. 0:0(0) ack 1 win 65535 <mss 1460>")
        .expect("[ttl 3] . 1:1(0) ack 1")
        .end();
    assertThatThrownBy(() -> PacketScript.create().option(TcpOption.TIME_TO_LIVE, 0).connect())
        .hasMessageContaining("1 to 255");
  }

  @Test
  @Rfc("9293 MUST-55")
  void sourceQuenchIsPassedOver() {
    StackHarness stack = StackHarness.create();
    PacketScript script = PacketScript.on(stack).openPassively().write(100);
    byte[] sent = script.takeSent().get(0).ipBytes();
    byte[] quoted = java.util.Arrays.copyOf(sent, 28);
    Object before = script.info().details();
    stack.deliver(
        new PacketBuilder()
            .from(StackHarness.PEER, 0)
            .to(StackHarness.LOCAL, 0)
            .icmp(4, 0, 0, quoted));
    assertThat(script.info().details()).isEqualTo(before);
    script.expectNothing().expectState(ESTABLISHED).inject(". 1:1(0) ack 101").end();
  }
}
