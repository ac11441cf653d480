package io.karavel.engine.internal.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.Counters;
import io.karavel.engine.DropReason;
import io.karavel.engine.Drops;
import io.karavel.nic.TapPoint;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import io.karavel.tcp.spi.ByteRing;
import io.karavel.tcp.spi.LaneMailbox;
import io.karavel.tcp.spi.RingMemory;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpEndpoints;
import io.karavel.wire.InternetChecksum;
import io.karavel.wire.Ipv4Header;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a stack acknowledges that has got much behind holes, and what it sends, frame by frame. */
class WireWatchTest {
  private static final int NEAR = 0x0a00_0001;
  private static final int FAR = 0x0a00_0002;
  private static final int NEAR_PORT = 7;
  private static final int FAR_PORT = 40_000;
  private static final int PAYLOAD = 100;
  private static final int HEADERS = Ipv4Header.MINIMUM_LENGTH + TcpHeader.MINIMUM_LENGTH;

  /** The sequence numbers wrap on the way. */
  private static final int FIRST = -5_000;

  private int farPort = FAR_PORT;

  private final PacketPool pool = new PacketPool();
  private final Drops drops = new Drops(new Counters());
  private final TcpEndpoints endpoints =
      new TcpEndpoints(new NoMailbox(), new RingMemory(1 << 20), address -> true, bound -> 0);
  private final StackSocket socket = endpoints.newSocket();
  private WireWatch watch = new WireWatch(List.of(), reason -> 0);
  private final Point point = new Point();

  private static final class NoMailbox implements LaneMailbox {
    @Override
    public void attention(StackEndpoint endpoint) {}

    @Override
    public void ready(StackEndpoint endpoint) {}

    @Override
    public boolean onLane() {
      return true;
    }
  }

  private final class Point implements TapPoint {
    @Override
    public String stack() {
      return "main";
    }

    @Override
    public int lane() {
      return 0;
    }

    @Override
    public String interfaceName() {
      return "lan";
    }

    @Override
    public int interfaceIndex() {
      return 1;
    }

    @Override
    public boolean bareIp() {
      return true;
    }

    @Override
    public long nowNanos() {
      return 0;
    }

    @Override
    public PacketPool packets() {
      return pool;
    }

    @Override
    public Drops drops() {
      return drops;
    }

    @Override
    public void deliver(PacketBuffer frame) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void transmit(PacketBuffer frame) {
      throw new UnsupportedOperationException();
    }
  }

  private PacketBuffer frame(boolean down, int sequence, int acknowledgment, int payload) {
    return frame(down, sequence, acknowledgment, new byte[payload]);
  }

  private PacketBuffer frame(boolean down, int sequence, int acknowledgment, byte[] bytes) {
    int payload = bytes.length;
    PacketBuffer frame = pool.allocate(HEADERS + payload);
    int ip = frame.append(HEADERS + payload);
    int tcp = ip + Ipv4Header.MINIMUM_LENGTH;
    ByteBuffer memory = frame.memory();
    int from = down ? NEAR : FAR;
    int to = down ? FAR : NEAR;
    int total = HEADERS + payload;
    Ipv4Header.write(memory, ip, 0, total, 1, 0, 64, Ipv4Header.PROTOCOL_TCP, from, to);
    int fromPort = down ? NEAR_PORT : farPort;
    int toPort = down ? farPort : NEAR_PORT;
    int header = TcpHeader.MINIMUM_LENGTH;
    TcpHeader.write(
        memory, tcp, fromPort, toPort, sequence, acknowledgment, header, TcpHeader.ACK, 9_000, 0);
    memory.put(ip + HEADERS, bytes);
    int segment = total - Ipv4Header.MINIMUM_LENGTH;
    int pseudo = InternetChecksum.pseudoHeaderIpv4(from, to, Ipv4Header.PROTOCOL_TCP, segment);
    TcpHeader.checksum(memory, tcp, pseudo);
    if (down) {
      frame.checksumPartial(tcp, TcpHeader.CHECKSUM_OFFSET);
    } else {
      frame.checksumState(PacketBuffer.CHECKSUM_VERIFIED);
    }
    return frame;
  }

  /** A segment with data, counted from the first one, comes in. */
  private void arrives(int number) {
    PacketBuffer frame = frame(false, FIRST + number * PAYLOAD, 1, PAYLOAD);
    assertThat(watch.onReceived(point, frame)).isTrue();
    watch.onGiven(point, null);
    frame.release();
  }

  /** Whether an acknowledgement of so many segments and bytes may go out. */
  private boolean mayAcknowledge(int segments, int bytes) {
    PacketBuffer frame = frame(true, 1, FIRST + segments * PAYLOAD + bytes, 0);
    boolean may = watch.onTransmit(point, frame);
    if (may) {
      frame.release();
    }
    return may;
  }

  private void learnThatTenHaveArrived() {
    for (int i = 0; i < 10; i++) {
      arrives(i);
    }
    assertThat(mayAcknowledge(10, 0)).isTrue();
    watch.begin(0);
  }

  private Map<String, Integer> faults() {
    return watch.findings(0, 1_000_000_000).faults();
  }

  @Test
  void ofALongFlightBehindAHoleTheHoleIsNotForgotten() {
    learnThatTenHaveArrived();
    for (int i = 11; i < 500; i++) {
      arrives(i);
      assertThat(mayAcknowledge(10, 1)).as("the hole before segment " + i).isFalse();
      assertThat(mayAcknowledge(10, 0)).isTrue();
    }
    assertThat(faults()).containsEntry("it acknowledges what has not arrived", 489);
    assertThat(drops.dropped(DropReason.WATCHED_FAULT)).isEqualTo(489);
    arrives(10);
    assertThat(mayAcknowledge(500, 1)).isFalse();
    assertThat(mayAcknowledge(500, 0)).isTrue();
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void ofVeryManyHolesTheFirstIsKnownAndNothingRightIsRefused() {
    learnThatTenHaveArrived();
    // from behind and from the front, so that pieces lie before, between and after others
    for (int i = 0; i < 1_000; i += 2) {
      arrives(i % 4 == 0 ? 1_011 - i : 11 + i);
      assertThat(mayAcknowledge(10, 1)).isFalse();
    }
    for (int i = 10; i < 1_012; i++) {
      arrives(i);
      assertThat(mayAcknowledge(i + 1, 0)).as("up to segment " + i).isTrue();
    }
    assertThat(mayAcknowledge(1_012, 1)).isFalse();
    assertThat(pool.outstanding()).isZero();
  }

  private static byte[] text(int from, int count) {
    byte[] text = new byte[count];
    for (int i = 0; i < count; i++) {
      text[i] = (byte) ((from + i) * 31 >> 3);
    }
    return text;
  }

  /** Acknowledges so many bytes of what was written. */
  private void acknowledged(int bytes) {
    PacketBuffer frame = frame(false, FIRST, FIRST + bytes, 0);
    watch.onReceived(point, frame);
    socket.sendRing().consume(bytes);
    watch.onGiven(point, null);
    frame.release();
  }

  private boolean maySend(int from, byte[] bytes) {
    PacketBuffer frame = frame(true, FIRST + from, FIRST, bytes);
    boolean may = watch.onTransmit(point, frame);
    if (may) {
      frame.release();
    }
    return may;
  }

  @Test
  void ofASegmentThatIsAcknowledgedInPartTheRestIsJudged() throws Exception {
    socket.connect(new IpEndpoint(IpAddress.ipv4(FAR), FAR_PORT));
    socket.local(new IpEndpoint(IpAddress.ipv4(NEAR), NEAR_PORT));
    RingMemory memory = new RingMemory(1 << 20);
    socket.rings(new ByteRing(memory, 10_000), new ByteRing(memory, 10_000));
    socket.markOpened();
    watch = new WireWatch(List.of(socket), reason -> 0);
    socket.sendRing().write(ByteBuffer.wrap(text(0, 1_000)));
    assertThat(maySend(0, text(0, 500))).isTrue();
    acknowledged(100);
    acknowledged(250);
    watch.begin(0);
    assertThat(maySend(200, text(200, 100))).isTrue();
    byte[] wrong = text(200, 100);
    wrong[99] ^= 1;
    assertThat(maySend(200, wrong)).isFalse();
    byte[] acknowledgedOnes = text(200, 100);
    acknowledgedOnes[49] ^= 1;
    assertThat(maySend(200, acknowledgedOnes)).as("nobody takes these").isTrue();
    assertThat(maySend(249, new byte[1])).as("a probe").isTrue();
    assertThat(faults().keySet()).hasSize(1).first().asString().contains("other bytes");
  }

  @Test
  void manyConnectionsAreLookedAtSomeAtATime() {
    for (farPort = 40_000; farPort < 40_010; farPort++) {
      arrives(0);
      assertThat(mayAcknowledge(1, 0)).isTrue();
    }
    watch.begin(0);
    for (farPort = 40_000; farPort < 40_010; farPort++) {
      arrives(1);
    }
    long late = 10_000_000_000L;
    assertThat(watch.look(0, 4, late, 1_000_000_000)).isEqualTo(4);
    assertThat(watch.findings().faults()).isNotEmpty();
    assertThat(watch.findings().faults().values()).allMatch(times -> times == 4);
    assertThat(watch.look(4, 4, late, 1_000_000_000)).isEqualTo(8);
    assertThat(watch.look(8, 4, late, 1_000_000_000)).as("the last").isZero();
    assertThat(watch.findings().faults()).isNotEmpty();
    assertThat(watch.findings().faults().values()).allMatch(times -> times == 10);
  }
}
