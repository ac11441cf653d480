package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.fromPeer;
import static io.karavel.ip.internal.IpFixture.icmp;
import static io.karavel.ip.internal.IpFixture.ip;
import static io.karavel.ip.internal.IpFixture.ipv4;
import static io.karavel.ip.internal.IpFixture.millis;
import static io.karavel.ip.internal.IpFixture.tail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpAddress;
import io.karavel.engine.CloseReason;
import io.karavel.engine.DropReason;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Echo requests of ours and what comes of them. */
class PingTest {
  private final IpFixture f = new IpFixture();

  private static PingRequest request(int destination, int sequence) {
    return new PingRequest(IpAddress.ipv4(destination), 9, sequence, 56, 0, false, millis(1000));
  }

  private CompletableFuture<PingReply> ping(PingRequest request) {
    CompletableFuture<PingReply> reply = f.ip.ping(request);
    f.settle();
    return reply;
  }

  /** The request that was sent, from its ICMP header on. */
  private byte[] sentMessage() {
    return tail(f.sent(), 34);
  }

  private static byte[] answer(byte[] request) {
    byte[] reply = request.clone();
    reply[0] = IcmpMessage.ECHO_REPLY;
    IcmpMessage.updateChecksum(ByteBuffer.wrap(reply), 0, reply.length);
    return reply;
  }

  @Test
  void measuresTheRoundTrip() throws Exception {
    f.meetPeer();
    CompletableFuture<PingReply> reply = ping(request(PEER, 1));
    byte[] message = sentMessage();
    assertThat(IcmpMessage.type(ByteBuffer.wrap(message), 0)).isEqualTo(8);
    assertThat(IcmpMessage.checksumIsValid(ByteBuffer.wrap(message), 0, 64)).isTrue();
    f.advance(millis(7));
    f.receive(fromPeer(ipv4(PEER, US, 1, answer(message))));
    assertThat(reply)
        .isCompletedWithValue(
            new PingReply(PingReply.REPLY, IpAddress.ipv4(PEER), 1, 64, 64, millis(7)));
    f.expectNoLeak();
  }

  @Test
  void tellsRepliesApartBySequenceIdentifierAndSource() {
    f.meetPeer();
    CompletableFuture<PingReply> one = ping(request(PEER, 1));
    CompletableFuture<PingReply> two = ping(request(PEER, 2));
    sentMessage();
    byte[] second = sentMessage();
    f.receive(fromPeer(ipv4(ip("10.0.0.3"), US, 1, answer(second))));
    assertThat(two).isNotDone();
    byte[] stranger = icmp(IcmpMessage.ECHO_REPLY, 0, 8 << 16 | 1, new byte[0]);
    f.receive(fromPeer(ipv4(PEER, US, 1, stranger)));
    assertThat(f.dropped(DropReason.ICMP_UNMATCHED)).isEqualTo(2);
    f.receive(fromPeer(ipv4(PEER, US, 1, answer(second))));
    assertThat(two).isCompleted();
    assertThat(one).isNotDone();
  }

  @Test
  void timesOut() throws Exception {
    f.meetPeer();
    CompletableFuture<PingReply> reply = ping(request(PEER, 1));
    f.advance(millis(999));
    assertThat(reply).isNotDone();
    f.advance(millis(1));
    assertThat(reply.get().outcome()).isEqualTo(PingReply.TIMEOUT);
    byte[] late = answer(sentMessage());
    f.receive(fromPeer(ipv4(PEER, US, 1, late)));
    assertThat(f.dropped(DropReason.ICMP_UNMATCHED)).isEqualTo(1);
  }

  @Test
  void reportsErrorsInWords() throws Exception {
    f.meetPeer();
    CompletableFuture<PingReply> reply = ping(request(PEER, 1));
    byte[] quote = java.util.Arrays.copyOfRange(f.sent(), 14, 14 + 28);
    f.receive(fromPeer(ipv4(ip("10.0.0.254"), US, 1, icmp(11, 0, 0, quote))));
    assertThat(reply.get().outcome()).isEqualTo("time to live exceeded");
    assertThat(reply.get().from()).isEqualTo(IpAddress.parse("10.0.0.254"));
    f.expectNoLeak();
  }

  @Test
  void reportsASilentNeighbourAndAMissingRoute() throws Exception {
    CompletableFuture<PingReply> silent =
        ping(new PingRequest(IpAddress.ipv4(PEER), 9, 1, 56, 0, false, millis(60_000)));
    f.advance(millis(3000));
    assertThat(silent.get().outcome()).isEqualTo("destination host unreachable");
    assertThat(silent.get().from()).isEqualTo(IpAddress.ipv4(US));
    f.configure("eth0", java.util.Map.of("device", "d0", "addresses", "10.0.0.1/24"));
    f.ip.onInterfacesChanged();
    CompletableFuture<PingReply> nowhere = ping(request(ip("192.0.2.1"), 2));
    assertThat(nowhere.get().outcome()).isEqualTo("destination net unreachable");
  }

  @Test
  void reportsTheMtuWhenItMayNotFragment() throws Exception {
    f.meetPeer();
    CompletableFuture<PingReply> reply =
        ping(new PingRequest(IpAddress.ipv4(PEER), 9, 1, 1473, 0, true, millis(1000)));
    assertThat(reply.get().outcome()).contains("fragmentation needed").contains("1500");
  }

  @Test
  void sendsTheTtlAndFragmentsWhatIsLarge() {
    f.meetPeer();
    ping(new PingRequest(IpAddress.ipv4(PEER), 9, 1, 65_507, 3, false, millis(1000)));
    assertThat(f.device.sent).hasSize(45);
    assertThat(Ipv4Header.ttl(ByteBuffer.wrap(f.sent()), 14)).isEqualTo(3);
  }

  @Test
  void pingsItselfInATurnOrTwo() throws Exception {
    assertThat(ping(request(US, 1)).get().outcome()).isEqualTo(PingReply.REPLY);
    assertThat(ping(request(ip("127.0.0.1"), 2)).get().outcome()).isEqualTo(PingReply.REPLY);
    f.expectNothingSent();
    f.expectNoLeak();
  }

  @Test
  void refusesWhatCannotBeSent() {
    IpAddress peer = IpAddress.ipv4(PEER);
    assertThatThrownBy(() -> ping(new PingRequest(peer, 9, 1, 65_508, 0, false, 1)))
        .hasMessageContaining("65507");
    assertThatThrownBy(() -> ping(new PingRequest(peer, 65_536, 1, 0, 0, false, 1)))
        .hasMessageContaining("identifier");
    assertThatThrownBy(() -> ping(new PingRequest(peer, 1, -1, 0, 0, false, 1)))
        .hasMessageContaining("sequence");
    assertThatThrownBy(() -> ping(new PingRequest(peer, 1, 1, 0, 256, false, 1)))
        .hasMessageContaining("TTL");
    assertThatThrownBy(() -> ping(new PingRequest(peer, 1, 1, 0, 0, false, 0)))
        .hasMessageContaining("wait");
    assertThatThrownBy(() -> ping(new PingRequest(IpAddress.ANY, 1, 1, 0, 0, false, 1)))
        .hasMessageContaining("0.0.0.0");
    ping(request(PEER, 1));
    assertThatThrownBy(() -> ping(request(PEER, 1))).hasMessageContaining("already");
    f.set("pingsMaximum", 1);
    assertThatThrownBy(() -> ping(request(PEER, 2))).hasMessageContaining("pingsMaximum");
  }

  @Test
  void tellsTheWaitingWhenItsStateIsDisposedOf() throws Exception {
    CompletableFuture<PingReply> reply = ping(request(PEER, 1));
    f.ip.close(CloseReason.DISPOSED);
    assertThat(reply.get().outcome()).contains("gone");
    assertThat(f.lane.timers.armed()).isZero();
    f.expectNoLeakAfterSent();
  }
}
