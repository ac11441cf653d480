package io.karavel.tcp.internal;

import static io.karavel.tcp.internal.TestNet.MILLI;
import static io.karavel.tcp.internal.TestNet.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpAddress;
import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpModule;
import io.karavel.wire.TcpHeader;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A module goes, another instance takes its state over, and neither application nor peer notices.
 * The server's module is swapped; the client's is the peer and stays.
 */
class HandoverTest {
  private final TestNet net = new TestNet();
  private final TestLane client = net.lane("10.0.0.1");
  private final TestLane server = net.lane("10.0.0.2");

  private StackSocket connector;
  private StackSocket accepted;
  private StackListener listener;

  private void open() throws TcpException {
    listener = server.listen(80, 16);
    connector = client.connect(server, 80);
    net.run();
    accepted = (StackSocket) listener.accept();
  }

  private static byte at(long position) {
    return (byte) (position * 31 + (position >> 8) * 7);
  }

  private static long write(TcpSocket socket, long from, int length) throws TcpException {
    ByteBuffer piece = ByteBuffer.allocate(length);
    for (int i = 0; i < length; i++) {
      piece.put(i, at(from + i));
    }
    return from + socket.write(piece);
  }

  private static long read(TcpSocket socket, long from) throws TcpException {
    ByteBuffer target = ByteBuffer.allocate(200_000);
    long position = from;
    for (int n = socket.read(target); n > 0; n = socket.read(target.clear())) {
      for (int i = 0; i < n; i++) {
        if (target.get(i) != at(position + i)) {
          throw new AssertionError("byte " + (position + i) + " is wrong");
        }
      }
      position += n;
    }
    return position;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void bytesFlowBothWaysExactlyWhileTheModuleIsSwappedAgainAndAgainOverALossyWire(int seed)
      throws Exception {
    open();
    net.noting = true;
    Random random = new Random(seed);
    net.loses = segment -> random.nextInt(50) == 0;
    long total = 3_000_000;
    long up = 0;
    long upRead = 0;
    long down = 0;
    long downRead = 0;
    for (int step = 0; step < 200_000 && (upRead < total || downRead < total); step++) {
      if (up < total) {
        up = write(connector, up, (int) Math.min(20_000, total - up));
      }
      if (down < total) {
        down = write(accepted, down, (int) Math.min(20_000, total - down));
      }
      net.advance(MILLI);
      upRead = read(accepted, upRead);
      downRead = read(connector, downRead);
      if (step % 7 == 3) {
        server.swap();
      }
      if (net.sent.size() > 10_000) {
        net.sent.clear();
      }
    }
    assertThat(upRead).isEqualTo(total);
    assertThat(downRead).isEqualTo(total);
    assertThat(accepted.failure()).isNull();
    assertThat(connector.failure()).isNull();
    net.loses = segment -> false;
    connector.close();
    accepted.close();
    net.advance(200 * SECOND);
    assertThat(net.outstanding()).isZero();
    assertThat(server.endpoints.memory().usedBytes()).isZero();
    assertThat(client.endpoints.memory().usedBytes()).isZero();
    assertThat(server.endpoints.sockets()).isEmpty();
    assertThat(server.count("Tcp.Connections")).isZero();
  }

  @Test
  void whatArrivesWhileThereIsNoModuleWaitsAndNothingIsRetransmitted() throws Exception {
    open();
    server.leave();
    write(connector, 0, 5000);
    assertThat(accepted.write(ByteBuffer.wrap("wait".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo(4);
    net.run();
    assertThat(accepted.available()).isZero();
    server.arrive();
    net.run();
    assertThat(read(accepted, 0)).isEqualTo(5000);
    assertThat(connector.available()).isEqualTo(4);
    assertThat(client.count("Tcp.RetransSegs")).isZero();
    assertThat(connector.unacknowledged()).isZero();
  }

  @Test
  void anEmbryoCompletesInTheSuccessor() throws Exception {
    listener = server.listen(80, 16);
    net.loses = segment -> segment.flags() == TcpHeader.ACK;
    connector = client.connect(server, 80);
    net.run();
    assertThat(server.count("Tcp.Embryos")).isEqualTo(1);
    server.swap();
    net.loses = segment -> false;
    write(connector, 0, 10);
    net.run();
    accepted = (StackSocket) listener.accept();
    assertThat(read(accepted, 0)).isEqualTo(10);
    assertThat(server.count("Tcp.Embryos")).isZero();
    assertThat(server.module.summary().listeners().get(0).synQueue()).isZero();
  }

  @Test
  void theTimetableOfAnEmbryoGoesOnAsIfNothingHadHappened() throws Exception {
    listener = server.listen(80, 16);
    long start = net.nowNanos;
    int stranger = IpAddress.parse("10.9.9.9").ipv4Bits();
    net.inject(stranger, 5000, server, 80, TcpHeader.SYN, 1, 0);
    net.advance(2 * SECOND);
    server.swap();
    net.advance(100 * SECOND);
    assertThat(
            net.sent.stream().filter(s -> s.to() == stranger).map(s -> (s.nanos() - start) / MILLI))
        .containsExactly(0L, 1000L, 3000L, 7000L, 15000L, 31000L);
    assertThat(server.count("Tcp.Embryos")).isZero();
  }

  @Test
  void theTimetableOfAConnectGoesOnAsIfNothingHadHappened() throws Exception {
    long start = net.nowNanos;
    net.loses = segment -> true;
    StackSocket socket = server.connect(client, 80);
    net.advance(2 * SECOND);
    server.swap();
    net.advance(2 * SECOND);
    server.leave();
    net.advance(SECOND / 2);
    server.arrive();
    net.advance(58_499 * MILLI);
    assertThat(socket.failure()).isNull();
    net.advance(MILLI);
    assertThat(socket.failure().error()).isEqualTo(TcpError.TIMED_OUT);
    assertThat(net.sent.stream().map(s -> (s.nanos() - start) / MILLI))
        .containsExactly(0L, 1000L, 3000L, 7000L, 15000L, 31000L);
  }

  @Test
  void anAcceptQueueIsKeptAndALaterAcceptWorks() throws Exception {
    listener = server.listen(80, 16);
    connector = client.connect(server, 80);
    net.run();
    server.swap();
    assertThat(listener.acceptQueue()).isEqualTo(1);
    accepted = (StackSocket) listener.accept();
    write(accepted, 0, 100);
    net.run();
    assertThat(read(connector, 0)).isEqualTo(100);
    assertThat(server.module.summary().listeners().get(0).accepted()).isEqualTo(1);
    StackSocket second = client.connect(server, 80);
    net.run();
    assertThat(second.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void closingStatesGoOnToTheirEnds() throws Exception {
    open();
    connector.shutdownOutput();
    net.run();
    server.swap();
    assertThat(accepted.state()).isEqualTo(TcpState.CLOSE_WAIT);
    assertThat(accepted.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    net.loses = segment -> true;
    accepted.close();
    net.run();
    assertThat(accepted.state()).isEqualTo(TcpState.LAST_ACK);
    server.swap();
    assertThat(server.count("Tcp.Orphans")).isEqualTo(1);
    net.loses = segment -> false;
    net.advance(SECOND);
    assertThat(accepted.state()).isEqualTo(TcpState.CLOSED);
    assertThat(connector.state()).isEqualTo(TcpState.TIME_WAIT);
    assertThat(server.endpoints.sockets()).isEmpty();
    assertThat(server.count("Tcp.Orphans")).isZero();
  }

  @Test
  void finWaitAndTimeWaitGoOnToTheirEnds() throws Exception {
    open();
    net.loses = segment -> true;
    accepted.close();
    net.run();
    assertThat(accepted.state()).isEqualTo(TcpState.FIN_WAIT_1);
    server.swap();
    net.loses = segment -> false;
    net.advance(SECOND);
    assertThat(accepted.state()).isEqualTo(TcpState.FIN_WAIT_2);
    server.swap();
    connector.close();
    net.run();
    assertThat(accepted.state()).isEqualTo(TcpState.TIME_WAIT);
    assertThat(server.count("Tcp.TimeWaits")).isEqualTo(1);
    net.advance(30 * SECOND);
    server.swap();
    assertThat(server.module.summary().byState().get(TcpState.TIME_WAIT)).isEqualTo(1);
    net.advance(29 * SECOND);
    assertThat(server.count("Tcp.TimeWaits")).isEqualTo(1);
    net.advance(SECOND);
    assertThat(server.count("Tcp.TimeWaits")).isZero();
  }

  @Test
  void aWaitForIpAndThePortsInUseSurvive() throws Exception {
    open();
    server.ipSlot.set(null);
    StackSocket waiting = server.connect(client, 90);
    client.listen(90, 5);
    net.run();
    server.swap();
    server.ipSlot.set(server.ip);
    net.run();
    assertThat(waiting.state()).isEqualTo(TcpState.ESTABLISHED);
    StackListener second = server.endpoints.newListener();
    listener.close();
    assertThatThrownBy(() -> second.bind(listener.local())).isInstanceOf(TcpException.class);
  }

  @Test
  void exportingChangesNothingAndASuccessorExportsTheSame() throws Exception {
    populate();
    server.module.flush();
    Handover first = server.module.export();
    assertThat(server.module.export().sameForm(first)).isTrue();
    server.swap();
    assertThat(server.module.export().formBytes()).isEqualTo(first.formBytes());
    assertThat(new String(server.module.export().form(), StandardCharsets.ISO_8859_1))
        .isEqualTo(new String(first.form(), StandardCharsets.ISO_8859_1));
  }

  /** One of each: listener, embryo, connection with data, TIME-WAIT record. */
  private void populate() throws Exception {
    open();
    StackSocket second = client.connect(server, 80);
    net.run();
    StackSocket closing = (StackSocket) listener.accept();
    closing.close();
    net.run();
    second.close();
    net.run();
    int stranger = IpAddress.parse("10.9.9.9").ipv4Bits();
    net.inject(stranger, 5000, server, 80, TcpHeader.SYN, 1, 0);
    write(connector, 0, 5000);
    net.run();
    net.advance(100 * MILLI);
  }

  /**
   * State written by the first version of the form can be opened. When the form changes, this file
   * stays, its version's successor is added.
   */
  @Test
  void opensTheStateThatVersionOneWrote() throws Exception {
    populate();
    server.module.flush();
    Handover now = server.module.export();
    byte[] golden;
    try (InputStream in = HandoverTest.class.getResourceAsStream("handover-1.hex")) {
      assertThat(in).as("golden file; the form is now " + hex(now.form())).isNotNull();
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      golden = HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }
    HandoverWriter attachments = new HandoverWriter(TcpModule.SLOT, 1);
    now.attachments().forEach(attachment -> attachments.putAttachment(1, attachment));
    Handover kept = withForm(golden, attachments.finish());
    server.leave();
    server.keep(kept);
    server.arrive();
    net.run();
    assertThat(server.module.summary().byState().get(TcpState.ESTABLISHED)).isEqualTo(1);
    assertThat(server.module.summary().byState().get(TcpState.TIME_WAIT)).isEqualTo(1);
    assertThat(server.module.summary().byState().get(TcpState.SYN_RECEIVED)).isEqualTo(1);
    assertThat(read(accepted, 0)).isEqualTo(5000);
    write(connector, 5000, 3000);
    net.run();
    assertThat(read(accepted, 5000)).isEqualTo(8000);
    write(accepted, 0, 3000);
    net.run();
    assertThat(read(connector, 0)).isEqualTo(3000);
  }

  private static String hex(byte[] form) {
    return HexFormat.of().formatHex(form);
  }

  /** The golden bytes with today's sockets as attachments. */
  private static Handover withForm(byte[] golden, Handover attachments) throws Exception {
    java.lang.reflect.Method of =
        Handover.class.getDeclaredMethod(
            "of",
            String.class,
            int.class,
            byte[].class,
            java.util.List.class,
            int[].class,
            int[].class);
    of.setAccessible(true);
    return (Handover)
        of.invoke(
            null, TcpModule.SLOT, 1, golden, attachments.attachments(), new int[0], new int[0]);
  }

  @Test
  void aConnectionThatCrashesTheModuleIsNotHandedOnAndTheOthersLive() throws Exception {
    open();
    StackSocket second = client.connect(server, 80);
    net.run();
    StackSocket other = (StackSocket) listener.accept();
    int badPort = connector.local().port();
    server.ip.crashesOn =
        packet -> TcpHeader.destinationPort(packet.memory(), packet.offset()) == badPort;
    accepted.write(ByteBuffer.allocate(10));
    other.write(ByteBuffer.allocate(20));
    assertThatThrownBy(net::run).hasMessage("crash");
    server.leave();
    server.ip.crashesOn = packet -> false;
    server.arrive();
    net.run();
    assertThat(second.available()).isEqualTo(20);
    assertThat(accepted.failure().error()).isEqualTo(TcpError.CONNECTION_ABORTED);
    assertThat(accepted.ready() & TcpSocket.ENDED).isNotZero();
    TcpExplanation why = server.module.why(accepted.id());
    assertThat(why.cause()).isEqualTo(TcpCause.MODULE);
    assertThat(why.from()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(why.failure()).isEqualTo(TcpError.CONNECTION_ABORTED);
    write(connector, 0, 5);
    net.run();
    assertThat(connector.failure().error()).isEqualTo(TcpError.CONNECTION_RESET);
    accepted.close();
    other.close();
    second.close();
    net.advance(100 * SECOND);
    assertThat(server.endpoints.sockets()).isEmpty();
    assertThat(server.endpoints.memory().usedBytes()).isZero();
  }

  @Test
  void whatApplicationsAskForWhileThereIsNoModuleHappensInTheSuccessor() throws Exception {
    open();
    StackSocket unaccepted = client.connect(server, 80);
    net.run();
    client.listen(90, 5);
    server.leave();
    StackSocket connecting = server.connect(client, 90);
    listener.close();
    accepted.write(ByteBuffer.allocate(100));
    accepted.close();
    net.run();
    assertThat(connecting.failure()).isNull();
    server.arrive();
    net.run();
    assertThat(connecting.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(unaccepted.failure().error()).isEqualTo(TcpError.CONNECTION_RESET);
    assertThat(connector.skip(1000)).isEqualTo(100);
    assertThat(connector.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    StackSocket refused = client.connect(server, 80);
    net.run();
    assertThat(refused.failure().error()).isEqualTo(TcpError.CONNECTION_REFUSED);
  }

  @Test
  void tornStateIsRefused() throws Exception {
    open();
    Handover kept = server.module.export();
    TcpModule fresh = (TcpModule) server.factory.create(server);
    Handover torn = Handover.restored(TcpModule.SLOT, 1, kept.form());
    assertThatThrownBy(() -> fresh.open(torn)).isInstanceOf(HandoverException.class);
  }

  @Test
  void aDisposedModuleTellsPeersAndApplications() throws Exception {
    open();
    int stranger = IpAddress.parse("10.9.9.9").ipv4Bits();
    net.inject(stranger, 5000, server, 80, TcpHeader.SYN, 1, 0);
    net.run();
    server.module.close(CloseReason.DISPOSED);
    server.module = null;
    net.run();
    assertThat(accepted.failure().error()).isEqualTo(TcpError.MODULE_DISPOSED);
    assertThat(accepted.ready() & TcpSocket.ENDED).isNotZero();
    assertThat(connector.failure().error()).isEqualTo(TcpError.CONNECTION_RESET);
    assertThat(net.lastTo(stranger).has(TcpHeader.RST)).isTrue();
  }

  @Test
  void whatWentWithTheStateOfTheModuleGivesItsBuffersBackAndIsOver() throws Exception {
    open();
    StackSocket second = client.connect(server, 80);
    net.run();
    StackSocket waits = (StackSocket) listener.accept();
    waits.shutdownOutput();
    net.run();
    second.close();
    net.run();
    assertThat(waits.state()).isEqualTo(TcpState.TIME_WAIT);
    StackSocket third = client.connect(server, 80);
    net.run();
    StackSocket orphan = (StackSocket) listener.accept();
    write(third, 0, 1000);
    net.run();
    net.loses = segment -> true;
    write(accepted, 0, 5000);
    write(orphan, 0, 5000);
    assertThat(read(orphan, 0)).isEqualTo(1000);
    orphan.close();
    net.run();
    server.leave();
    assertThat(server.endpoints.disposeConnections(7)).isEqualTo(2);
    assertThat(waits.state()).isEqualTo(TcpState.CLOSED);
    assertThat(waits.ending())
        .isEqualTo(new StackSocket.Ending(TcpState.TIME_WAIT, TcpCause.MODULE, 7));
    assertThat(waits.failure()).isNull();
    waits.close();
    accepted.close();
    assertThat(server.endpoints.memory().usedBytes()).isZero();
    assertThat(server.endpoints.sockets()).isEmpty();
  }

  @Test
  void aHandedOverModuleSendsAndReportsNothing() throws Exception {
    open();
    int before = net.sent.size();
    server.leave();
    net.advance(10 * SECOND);
    assertThat(net.sent).hasSize(before);
    assertThat(accepted.failure()).isNull();
    assertThat(server.timers.armed()).isZero();
  }
}
