package io.karavel.ip.internal;

import static io.karavel.ip.internal.IpFixture.OUR_MAC;
import static io.karavel.ip.internal.IpFixture.PEER;
import static io.karavel.ip.internal.IpFixture.PEER_MAC;
import static io.karavel.ip.internal.IpFixture.US;
import static io.karavel.ip.internal.IpFixture.arp;
import static io.karavel.ip.internal.IpFixture.millis;
import static io.karavel.ip.internal.IpFixture.tail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpAddress;
import io.karavel.address.MacAddress;
import io.karavel.engine.CloseReason;
import io.karavel.ip.ArpReply;
import io.karavel.ip.PingReply;
import io.karavel.wire.ArpPacket;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** ARP requests of the operator, past the neighbour table. */
class ArpQuestionsTest {
  private final IpFixture f = new IpFixture();

  private CompletableFuture<ArpReply> arping(Optional<String> interfaceName, int target) {
    CompletableFuture<ArpReply> reply =
        f.ip.arping(interfaceName, IpAddress.ipv4(target), millis(500));
    f.settle();
    return reply;
  }

  @Test
  void asksTheLinkThoughTheNeighbourIsKnown() throws Exception {
    f.meetPeer();
    CompletableFuture<ArpReply> reply = arping(Optional.empty(), PEER);
    byte[] request = tail(f.sent(), 14);
    assertThat(ArpPacket.operation(ByteBuffer.wrap(request), 0)).isEqualTo(ArpPacket.REQUEST);
    assertThat(ArpPacket.targetAddress(ByteBuffer.wrap(request), 0)).isEqualTo(PEER);
    assertThat(reply).isNotDone();
    f.advance(millis(3));
    f.receive(arp(ArpPacket.REPLY, PEER_MAC, PEER, OUR_MAC, US));
    assertThat(reply)
        .isCompletedWithValue(
            new ArpReply(PingReply.REPLY, Optional.of(MacAddress.of(PEER_MAC)), millis(3)));
  }

  @Test
  void silenceEndsAtTheTimeGiven() throws Exception {
    f.meetPeer();
    CompletableFuture<ArpReply> reply = arping(Optional.empty(), PEER);
    tail(f.sent(), 14);
    f.advance(millis(499));
    assertThat(reply).isNotDone();
    f.advance(millis(1));
    assertThat(reply.get().outcome()).isEqualTo(PingReply.TIMEOUT);
  }

  @Test
  void whoAsksIsToldWhenTheModuleLeaves() throws Exception {
    f.meetPeer();
    CompletableFuture<ArpReply> reply = arping(Optional.empty(), PEER);
    f.ip.close(CloseReason.HANDED_OVER);
    assertThat(reply.get().outcome()).isEqualTo("the ip module was replaced");
  }

  @Test
  void onlyAnotherStationOfALinkCanBeAsked() {
    assertThatThrownBy(() -> arping(Optional.empty(), US))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another station");
    assertThatThrownBy(() -> arping(Optional.of("nowhere"), PEER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nowhere");
    assertThatThrownBy(() -> arping(Optional.empty(), 0x08080808))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not on a link of ours");
  }
}
