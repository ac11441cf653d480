package io.karavel.scripts.restarted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.ByteStream;
import io.karavel.testkit.FaultyModule;
import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.StackHarness;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A stack goes to disk and another goes on with its connections; the peer stays as it is. */
class KeptConnectionsTest {
  private static final Duration GAP = Duration.ofSeconds(7);

  @TempDir Path folder;
  private final StackHarness peer = StackHarness.builder().seed(2).addresses("10.0.0.2/24").build();
  private StackHarness kept = StackHarness.builder().seed(1).addresses("10.0.0.1/24").build();
  private final Cable cable = new Cable(kept, peer);
  private Path file;
  private TcpListener listener;
  private TcpSocket ours;
  private TcpSocket theirs;

  @BeforeEach
  void chooseFile() {
    file = folder.resolve("connections");
  }

  private void connect() throws Exception {
    listener = kept.tcp().listen(IpEndpoint.parse("*:80"), 5);
    theirs = peer.tcp().connect(IpEndpoint.of("10.0.0.1", 80));
    cable.exchange();
    ours = listener.accept();
  }

  /** The stack goes to disk; after the gap another one has what it had. */
  private void restart() throws Exception {
    kept.save(file);
    // another seed: what is drawn anew differs, what is kept does not
    kept = StackHarness.builder().seed(99).addresses("10.0.0.1/24").kept(file).build();
    if (ours != null) {
      ours = kept.tcp().takeUp(ours.id()).orElse(null);
    }
    if (listener != null) {
      long id = listener.id();
      listener =
          kept.tcp().listeners().stream().filter(l -> l.id() == id).findFirst().orElseThrow();
    }
  }

  private void restartAndReconnect() throws Exception {
    restart();
    cable.restart(GAP, kept);
  }

  private List<TcpConnectionInfo> all() {
    return kept.connections(info -> true).stream()
        .sorted(
            Comparator.comparing(TcpConnectionInfo::id)
                .thenComparing(info -> String.valueOf(info.remote())))
        .toList();
  }

  private static void write(TcpSocket socket, int bytes, long seed) throws Exception {
    assertThat(socket.write(new ByteStream(seed).from(0, bytes))).isEqualTo(bytes);
  }

  /** Reads to the end that is there now; returns how much. */
  private static int read(TcpSocket socket, long seed) throws Exception {
    ByteBuffer target = ByteBuffer.allocate(1 << 16);
    while (socket.read(target) > 0) {
      // there may be more
    }
    target.flip();
    int count = target.remaining();
    assertThat(new ByteStream(seed).mismatch(target, 0)).as("first wrong byte").isEqualTo(-1);
    return count;
  }

  /** Brings {@link #ours} into a state with bytes unread and unsent where the state allows it. */
  private void bring(TcpState state) throws Exception {
    switch (state) {
      case CLOSED -> ours = kept.socket();
      case LISTEN -> listener = kept.tcp().listen(IpEndpoint.parse("*:80"), 5);
      case SYN_SENT -> {
        peer.tcp().listen(IpEndpoint.parse("*:80"), 5);
        ours = kept.tcp().connect(IpEndpoint.of("10.0.0.2", 80));
        kept.settle().output();
      }
      case SYN_RECEIVED -> {
        listener = kept.tcp().listen(IpEndpoint.parse("*:80"), 5);
        cable.fromKept = packet -> false;
        theirs = peer.tcp().connect(IpEndpoint.of("10.0.0.1", 80));
        cable.exchange();
      }
      case TIME_WAIT -> {
        connect();
        ours.close();
        cable.exchange();
        theirs.close();
        cable.exchange();
      }
      default -> {
        connect();
        write(theirs, 3000, 5);
        cable.exchange();
        boolean peerClosed =
            List.of(TcpState.CLOSE_WAIT, TcpState.LAST_ACK, TcpState.CLOSING).contains(state);
        if (state == TcpState.CLOSING || state == TcpState.FIN_WAIT_1) {
          cable.fromKept = packet -> false;
        }
        if (state != TcpState.ESTABLISHED && state != TcpState.CLOSE_WAIT) {
          if (state == TcpState.LAST_ACK) {
            theirs.shutdownOutput();
            cable.exchange();
            cable.fromKept = packet -> false;
          }
          write(ours, 2000, 6);
          ours.shutdownOutput();
          cable.exchange();
        } else {
          cable.fromKept = packet -> false;
          write(ours, 2000, 6);
          cable.exchange();
        }
        if (state == TcpState.FIN_WAIT_2) {
          cable.advance(Duration.ofMillis(100));
        }
        if (peerClosed && state != TcpState.LAST_ACK) {
          theirs.shutdownOutput();
          cable.exchange();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TcpState.class)
  void itsStateAndItsBytesAreTheSameAfterwardsAndItComesToItsEnd(TcpState state) throws Exception {
    bring(state);
    List<TcpConnectionInfo> before = all();
    if (state != TcpState.CLOSED) {
      assertThat(before).extracting(TcpConnectionInfo::state).contains(state);
    }
    TcpConnectionInfo details = ours == null ? null : kept.tcpControl().info(ours.id());
    restart();
    assertThat(all()).isEqualTo(before);
    if (details != null) {
      assertThat(variables(kept.tcpControl().info(details.id()))).isEqualTo(variables(details));
    }
    cable.fromKept = packet -> true;
    cable.restart(GAP, kept);
    cable.advance(Duration.ofSeconds(15));
    comeToItsEnd(state);
    assertThat(kept.crashes() + peer.crashes()).isZero();
    assertThat(kept.packetBuffersOut()).isZero();
  }

  /**
   * All variables but how much memory the rings hold; the segment size before the SYN is answered
   * is a guess made anew each time.
   */
  private static Map<String, Object> variables(TcpConnectionInfo info) {
    Map<String, Object> all = new TreeMap<>(info.details());
    all.keySet().removeAll(List.of("receiveRingBytes", "sendRingBytes"));
    if (info.state() == TcpState.SYN_SENT) {
      all.remove("sndMss");
    }
    return all;
  }

  private void comeToItsEnd(TcpState state) throws Exception {
    switch (state) {
      case CLOSED -> ours.connect(IpEndpoint.of("10.0.0.2", 9));
      case LISTEN -> {
        theirs = peer.tcp().connect(IpEndpoint.of("10.0.0.1", 80));
        cable.exchange();
        assertThat(listener.accept()).isNotNull();
      }
      case SYN_SENT -> assertThat(ours.state()).isEqualTo(TcpState.ESTABLISHED);
      case SYN_RECEIVED -> {
        assertThat(theirs.state()).isEqualTo(TcpState.ESTABLISHED);
        write(theirs, 1000, 5);
        cable.exchange();
        assertThat(read(listener.accept(), 5)).isEqualTo(1000);
      }
      case TIME_WAIT -> {
        assertThat(all()).extracting(TcpConnectionInfo::state).contains(TcpState.TIME_WAIT);
        cable.advance(Duration.ofSeconds(46));
        assertThat(all()).extracting(TcpConnectionInfo::state).doesNotContain(TcpState.TIME_WAIT);
      }
      default -> {
        assertThat(read(ours, 5)).isEqualTo(3000);
        assertThat(read(theirs, 6)).isEqualTo(2000);
        assertThat(ours.failure()).isNull();
        assertThat(theirs.failure()).isNull();
        ours.close();
        theirs.close();
        cable.advance(Duration.ofSeconds(70));
        assertThat(kept.tcp().socket(ours.id())).isEmpty();
        assertThat(peer.tcp().socket(theirs.id())).isEmpty();
        assertThat(kept.stack().endpoints().memory().usedBytes()).isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void streamsGoOnExactlyOverManyRestartsWithLossAndDataOutOfOrder(int seed) throws Exception {
    connect();
    Random random = new Random(seed);
    cable.fromPeer = packet -> random.nextInt(12) != 0;
    cable.fromKept = packet -> random.nextInt(12) != 0;
    long total = 400_000;
    ByteStream there = new ByteStream(seed);
    ByteStream back = new ByteStream(seed + 100);
    long sent = 0;
    long echoed = 0;
    long read = 0;
    long readBack = 0;
    ByteBuffer target = ByteBuffer.allocate(1 << 17);
    int restarts = 0;
    for (int step = 0; read < total || readBack < total; step++) {
      assertThat(step).as("steps until it is over").isLessThan(400_000);
      sent += theirs.write(there.from(sent, total - sent));
      echoed += ours.write(back.from(echoed, total - echoed));
      cable.advance(Duration.ofMillis(1));
      // a slow reader, so that there are bytes unread whenever the stack goes to disk
      target.clear().limit(300 + step % 2000);
      int count = ours.read(target);
      assertThat(there.mismatch(target.flip(), read)).isEqualTo(-1);
      read += Math.max(0, count);
      target.clear();
      count = theirs.read(target);
      assertThat(back.mismatch(target.flip(), readBack)).isEqualTo(-1);
      readBack += Math.max(0, count);
      if (step % 97 == 60 && restarts < 8) {
        restarts++;
        restartAndReconnect();
      }
    }
    assertThat(restarts).isGreaterThan(3);
    assertThat(kept.crashes()).isZero();
  }

  @Test
  void nothingIsSentForAConnectionBeforeItsPeerIsThereAndNoSegmentIsRefused() throws Exception {
    connect();
    write(theirs, 3000, 5);
    cable.exchange();
    kept.save(file);
    kept = StackHarness.builder().seed(99).addresses("10.0.0.1/24").kept(file).build();
    assertThat(kept.output()).noneMatch(packet -> packet.has(TcpHeader.RST));
    cable.restart(GAP, kept);
    cable.advance(Duration.ofSeconds(20));
    assertThat(theirs.failure()).isNull();
    assertThat(theirs.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void whoWaitsToBeAcceptedWaitsOn() throws Exception {
    listener = kept.tcp().listen(IpEndpoint.parse("*:80"), 5);
    theirs = peer.tcp().connect(IpEndpoint.of("10.0.0.1", 80));
    cable.exchange();
    write(theirs, 1000, 5);
    cable.exchange();
    restartAndReconnect();
    assertThat(listener.acceptQueue()).isEqualTo(1);
    assertThat(read(listener.accept(), 5)).isEqualTo(1000);
    TcpSocket another = peer.tcp().connect(IpEndpoint.of("10.0.0.1", 80));
    cable.exchange();
    assertThat(another.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void itsPortsAndNumbersAreNotGivenToOthers() throws Exception {
    connect();
    restart();
    assertThatThrownBy(() -> kept.tcp().listen(IpEndpoint.parse("*:80"), 5))
        .hasMessageContaining("80");
    assertThat(kept.socket().id()).isGreaterThan(ours.id());
  }

  @Test
  void theNoteOfItsApplicationGoesAlong() throws Exception {
    connect();
    ours.owner("example:echo");
    ByteBuffer half = ByteBuffer.allocate(100);
    half.put("unwritten".getBytes(java.nio.charset.StandardCharsets.US_ASCII)).flip();
    ours.attach(new Object[] {half, null, new long[] {1, 2, 3}, "text", new Object()});
    restart();
    assertThat(kept.tcp().sockets("example:echo")).containsExactly(ours);
    Object[] note = (Object[]) ours.attachment();
    assertThat(note[0]).isEqualTo(half);
    assertThat((long[]) note[2]).containsExactly(1, 2, 3);
    assertThat(note[3]).isEqualTo("text");
    assertThat(note[4]).as("what is no value of the JDK").isNull();
  }

  @Test
  void whatNobodyTakesUpIsClosedAfterTheHandoverTime() throws Exception {
    connect();
    TcpSocket another = peer.tcp().connect(IpEndpoint.of("10.0.0.1", 80));
    cable.exchange();
    long id = listener.accept().id();
    restartAndReconnect();
    cable.advance(Duration.ofSeconds(61));
    assertThat(theirs.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(another.state()).isEqualTo(TcpState.CLOSE_WAIT);
    assertThat(kept.tcp().socket(id).map(TcpSocket::isClosed).orElse(true)).isTrue();
  }

  @Test
  void timestampsDoNotGoBack() throws Exception {
    connect();
    int[] last = new int[1];
    boolean[] seen = new boolean[1];
    cable.fromKept =
        packet -> {
          for (SegmentOption option : packet.options()) {
            if (option.kind() == TcpOptionParser.TIMESTAMPS) {
              int value = option.values().get(0).intValue();
              assertThat(seen[0] && value - last[0] < 0)
                  .as("%d after %d", value, last[0])
                  .isFalse();
              last[0] = value;
              seen[0] = true;
            }
          }
          return true;
        };
    for (int round = 0; round < 3; round++) {
      write(ours, 2000, 6);
      cable.advance(Duration.ofMillis(300));
      restartAndReconnect();
      cable.advance(Duration.ofMillis(300));
    }
    assertThat(seen[0]).isTrue();
    assertThat(theirs.available()).isEqualTo(6000);
  }

  @Test
  void everyTornPrefixIsRefusedAndTheStartIsClean() throws Exception {
    connect();
    write(theirs, 100, 5);
    cable.exchange();
    kept.save(file);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length += length < 30 ? 1 : 199) {
      Files.write(file, Arrays.copyOf(whole, length));
      StackHarness fresh =
          StackHarness.builder().seed(9).addresses("10.0.0.1/24").kept(file).build();
      assertThat(file).as("%d bytes", length).doesNotExist();
      assertThat(fresh.tcp().listeners()).isEmpty();
      fresh.tcp().listen(IpEndpoint.parse("*:80"), 5);
    }
  }

  @Test
  void stateThatTheModuleCannotReadIsDisposedOfAndTheStartIsClean() throws Exception {
    connect();
    kept.save(file);
    kept =
        StackHarness.builder().seed(99).addresses("10.0.0.1/24").without("tcp").kept(file).build();
    kept.plug(FaultyModule.factory(kept.factory("tcp"), "open", 1, "cannot read it")).settle();
    TcpSocket old = kept.tcp().takeUp(ours.id()).orElseThrow();
    assertThat(old.isClosed()).as("closed by somebody else than its application").isFalse();
    assertThat(old.failure().error()).isEqualTo(TcpError.MODULE_DISPOSED);
    cable.restart(GAP, kept);
    TcpSocket another = peer.tcp().connect(IpEndpoint.of("10.0.0.1", 80));
    cable.exchange();
    assertThat(another.state()).as("the listener is there").isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void ifItCannotBeWrittenEverythingGoesOn() throws Exception {
    connect();
    write(theirs, 3000, 5);
    cable.exchange();
    Files.createDirectories(file.resolve("in the way"));
    assertThatThrownBy(() -> kept.save(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("go on as before");
    write(ours, 2000, 6);
    cable.exchange();
    assertThat(read(ours, 5)).isEqualTo(3000);
    assertThat(read(theirs, 6)).isEqualTo(2000);
  }

  @Test
  void whatIsFrozenTakesNothingAndGivesNothing() throws Exception {
    connect();
    write(theirs, 3000, 5);
    cable.exchange();
    kept.save(file);
    assertThat(ours.write(ByteBuffer.allocate(10))).isZero();
    assertThat(ours.read(ByteBuffer.allocate(10))).isZero();
    ours.close();
    cable.exchange();
    assertThat(kept.hasWork()).isFalse();
    assertThat(theirs.state()).isEqualTo(TcpState.ESTABLISHED);
    kept.stack().close();
    cable.exchange();
    assertThat(theirs.state()).as("nothing is sent at its end").isEqualTo(TcpState.ESTABLISHED);
    assertThat(kept.packetBuffersOut()).isZero();
  }
}
