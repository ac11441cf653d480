package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import io.karavel.wire.Seq;
import io.karavel.wire.TcpHeader;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a peer sends and an application does, what must hold holds after every event. */
class InvariantTest {
  private final StringBuilder trace = new StringBuilder();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void holdUnderRandomSegmentsAndCommands(boolean options) {
    for (long seed = 0; seed < 3000; seed++) {
      trace.setLength(0);
      try {
        life(new Random(seed), options);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + "\n" + trace, e);
      }
    }
  }

  private void life(Random random, boolean options) {
    Scene scene = options ? new Scene(Peer.settings()) : Scene.plain();
    TcpState[] states = {
      TcpState.SYN_SENT,
      TcpState.SYN_RECEIVED,
      TcpState.ESTABLISHED,
      TcpState.FIN_WAIT_1,
      TcpState.FIN_WAIT_2,
      TcpState.CLOSE_WAIT,
      TcpState.CLOSING,
      TcpState.LAST_ACK
    };
    scene.peer.segmentationBytes = random.nextBoolean() ? 0 : 8000;
    scene.in(states[random.nextInt(states.length)]);
    int highestEdge = scene.connection().sndUna + scene.connection().sndWnd;
    int offeredEdge = scene.connection().rcvAdv;
    boolean edgeKnown = false;
    for (int i = 0; i < 60 && scene.connection() != null; i++) {
      TcpConnection c = scene.connection();
      boolean orphanBefore = c.orphan;
      event(scene, c, random);
      if (scene.connection() == null || c.state == TcpState.CLOSED) {
        assertThat(scene.peer.had(ConnectionEvents.OVER | ConnectionEvents.ENTER_TIME_WAIT))
            .isTrue();
        return;
      }
      assertThat(c.orphan || !orphanBefore).isTrue();
      if (c.synUnacknowledged()) {
        continue;
      }
      // RFC 9293 counts SND.WND from SND.UNA also when an old segment acknowledged.
      int edge = c.sndUna + c.sndWnd;
      highestEdge = Seq.max(highestEdge, edge);
      assertThat(Seq.lessOrEqual(c.sndUna, c.sndNxt)).as("una <= nxt").isTrue();
      assertThat(Seq.lessOrEqual(c.sndNxt, highestEdge + 1)).as("nxt within the window").isTrue();
      if (c.flight() > 0) {
        assertThat(c.retransmitDeadline).as("a timer runs").isNotEqualTo(ControlBlock.NEVER);
        assertThat(c.sent.firstSequence()).isEqualTo(c.sndUna);
        assertThat(c.sent.inFlightBytes()).isBetween(0, 2 * c.flight());
      } else if (c.sent != null) {
        assertThat(c.sent.isEmpty()).isTrue();
      }
      if (c.unsent() > 0 || c.finQueued && !c.finSent) {
        assertThat(c.retransmitDeadline).as("never stuck").isNotEqualTo(ControlBlock.NEVER);
      }
      if (c.state != TcpState.SYN_SENT) {
        // before that the peer's numbers are not known, and it is a length
        boolean moved = edgeKnown && Seq.lessThan(c.rcvAdv, offeredEdge);
        assertThat(moved).as("the right edge moved left").isFalse();
        offeredEdge = c.rcvAdv;
        edgeKnown = true;
      }
      assertThat(c.rcvAdv - c.rcvNxt).isGreaterThanOrEqualTo(0);
      assertThat(c.nextDeadlineNanos()).isGreaterThan(scene.now - 1);
      scene.peer.take();
    }
  }

  private void event(Scene scene, TcpConnection c, Random random) {
    int what = random.nextInt(20);
    trace.append(c.state).append(' ').append(what).append('\n');
    switch (what) {
      case 0 -> scene.write(1 + random.nextInt(5000));
      case 1 -> scene.read(1 + random.nextInt(5000));
      case 2 -> {
        if (random.nextInt(4) == 0 && c.state.isSynchronized()) {
          scene.shutdownOutput();
        }
      }
      case 3 -> {
        if (random.nextInt(8) == 0) {
          scene.close();
        }
      }
      case 4 -> {
        if (random.nextInt(8) == 0 && c.state.isSynchronized()) {
          c.shutdownInput(scene.now);
          scene.peer.flush(scene.now);
        }
      }
      case 5, 6 -> {
        long next = scene.peer.nextDeadline();
        if (next != Long.MAX_VALUE && random.nextBoolean()) {
          scene.now = Math.max(scene.now, next);
          scene.peer.onDeadline(scene.now);
        } else {
          scene.after(random.nextInt(300));
        }
      }
      case 7 -> {
        boolean cork = random.nextBoolean();
        c.options(ConnectionOptions.of(Map.of(TcpOption.CORK, cork)), scene.now);
        scene.peer.flush(scene.now);
      }
      case 8 -> {
        c.onPathMtu(200 + random.nextInt(1200), c.sndUna, scene.now);
        c.onIcmpError(TcpError.HOST_UNREACHABLE, false, c.sndUna, scene.now);
        scene.peer.flush(scene.now);
      }
      default -> scene.inject(segment(c, random));
    }
  }

  private Segment segment(TcpConnection c, Random random) {
    Segment s = new Segment();
    s.flags = random.nextInt(12) == 0 ? random.nextInt(64) : TcpHeader.ACK;
    if (random.nextInt(12) == 0) {
      s.flags |= TcpHeader.FIN;
    }
    int base = c.state == TcpState.SYN_SENT ? Scene.IRS : c.rcvNxt;
    s.sequence =
        switch (random.nextInt(5)) {
          case 0 -> base + random.nextInt(3000) - 1000;
          case 1 -> base + random.nextInt(80_000);
          case 2 -> c.irs;
          default -> base;
        };
    s.acknowledgment =
        switch (random.nextInt(6)) {
          case 0 -> c.sndUna + random.nextInt(3000) - 1000;
          case 1 -> c.sndNxt;
          case 2 -> c.sndUna;
          default -> c.sndUna + (c.flight() > 0 ? random.nextInt(c.flight() + 1) : 0);
        };
    s.windowField = random.nextInt(4) == 0 ? random.nextInt(2) * 100 : random.nextInt(65536);
    if (random.nextInt(3) == 0) {
      int length = random.nextInt(3000);
      s.payload(java.nio.ByteBuffer.allocate(length), 0, length);
    }
    if (c.timestamps) {
      s.timestampsPresent = random.nextInt(20) != 0;
      s.timestampValue = c.tsRecent + random.nextInt(3) - (random.nextInt(10) == 0 ? 5 : 0);
      s.timestampEcho = random.nextInt();
    }
    if (s.syn()) {
      s.maximumSegmentSize = random.nextInt(1500);
      s.sackPermitted = random.nextBoolean();
      s.windowScale = random.nextInt(15);
    } else if (random.nextInt(3) == 0) {
      s.sackCount = random.nextInt(4);
      for (int i = 0; i < s.sackCount; i++) {
        s.sackLeft[i] = c.sndUna + random.nextInt(4000) - 500;
        s.sackRight[i] = s.sackLeft[i] + random.nextInt(3000) - 200;
      }
    }
    trace
        .append("  ")
        .append(Integer.toHexString(s.flags))
        .append(" seq ")
        .append(s.sequence - c.rcvNxt)
        .append(" len ")
        .append(s.payloadLength)
        .append(" ack una+")
        .append(s.acknowledgment - c.sndUna)
        .append(" of ")
        .append(c.flight())
        .append(" win ")
        .append(s.windowField)
        .append('\n');
    return s;
  }
}
