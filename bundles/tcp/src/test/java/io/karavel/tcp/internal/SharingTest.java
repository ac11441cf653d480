package io.karavel.tcp.internal;

import static io.karavel.tcp.internal.TestNet.MILLI;
import static io.karavel.tcp.internal.TestNet.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.CloseReason;
import io.karavel.engine.DropReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverComparison;
import io.karavel.engine.HandoverException;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.FlowSet;
import io.karavel.tcp.spi.SharesConnections;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpControl;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state of a module is divided between two, and what they say together is what it was. */
class SharingTest {
  private final TestNet net = new TestNet();
  private final TestLane client = net.lane("10.0.0.1");
  private final TestLane server = net.lane("10.0.0.2");

  /** A connection from either side, with bytes on their way in both directions. */
  private StackSocket[] pair(StackListener listener) throws TcpException {
    StackSocket connector = client.connect(server, listener.local().port());
    net.run();
    return new StackSocket[] {connector, (StackSocket) listener.accept()};
  }

  /** Has the server's side in every state there is, some with lost segments and closed windows. */
  private void fill() throws TcpException {
    StackListener listener = server.listen(80, 100);
    final StackSocket timeWait = pair(listener)[1];
    final StackSocket[] timeWaits = {timeWait};
    StackSocket[] lasting = pair(listener);
    lasting[0].write(ByteBuffer.allocate(5000));
    lasting[1].write(ByteBuffer.allocate(7000));
    net.run();
    StackSocket[] finWait2 = pair(listener);
    finWait2[1].shutdownOutput();
    StackSocket[] closeWait = pair(listener);
    closeWait[0].shutdownOutput();
    net.run();
    timeWaits[0].close();
    net.run();
    client.endpoints.sockets().stream()
        .filter(socket -> socket.state() == TcpState.CLOSE_WAIT)
        .filter(socket -> socket.local().port() == timeWait.remote().port())
        .forEach(StackSocket::close);
    net.run();
    StackSocket[] recovering = pair(listener);
    StackSocket[] persisting = pair(listener);
    StackSocket[] closing = pair(listener);
    StackSocket[] finWait1 = pair(listener);
    StackSocket[] lastAck = pair(listener);
    lastAck[0].shutdownOutput();
    net.run();
    persisting[1].write(ByteBuffer.allocate(4 << 20));
    net.advance(SECOND);
    persisting[1].write(ByteBuffer.allocate(4 << 20));
    net.advance(SECOND);
    net.loses = segment -> segment.to() == client.ipv4 && segment.payloadBytes() > 0;
    recovering[1].write(ByteBuffer.allocate(20_000));
    net.advance(300 * MILLI);
    // nothing arrives any more: what closes now stays half-way
    net.loses = segment -> segment.from() == server.ipv4;
    finWait1[1].shutdownOutput();
    lastAck[1].close();
    closing[1].shutdownOutput();
    net.run();
    closing[0].shutdownOutput();
    net.run();
    client.connect(server, 80);
    net.run();
    net.loses = segment -> true;
    server.listen(81, 1);
    client.listen(82, 1);
    server.connect(client, 82);
    net.run();
  }

  private Set<TcpState> states() {
    Set<TcpState> states = EnumSet.noneOf(TcpState.class);
    long cursor = 0;
    do {
      TcpControl.Page page = server.module.list(cursor, 1024, info -> true);
      page.entries().forEach(info -> states.add(info.state()));
      cursor = page.next();
    } while (cursor != 0);
    return states;
  }

  private static List<String> missing(Handover before, Handover after) {
    return new HandoverComparison(
            attachment ->
                attachment instanceof StackEndpoint endpoint
                    ? "endpoint " + endpoint.id()
                    : attachment.getClass().getName())
        .missing(before, after);
  }

  private FlowSet some(SharesConnections module, Random random) {
    FlowSet some = new FlowSet();
    for (TcpConnectionInfo info : module.movable(info -> random.nextBoolean())) {
      some.add(
          info.local().address().ipv4Bits(),
          info.local().port(),
          info.remote().address().ipv4Bits(),
          info.remote().port());
    }
    return some;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void whatTwoModulesSayTogetherIsWhatOneSaid(int seed) throws Exception {
    fill();
    assertThat(states()).isEqualTo(EnumSet.complementOf(EnumSet.of(TcpState.CLOSED)));
    Random random = new Random(seed);
    server.module.flush();
    for (int round = 0; round < 5; round++) {
      Handover before = server.module.export();
      TcpProtocol old = (TcpProtocol) server.module;
      FlowSet moving = some(old, random);
      SharesConnections.Parts parts = old.divide(moving);
      assertThat(missing(before, server.module.export())).as("dividing changes nothing").isEmpty();
      old.close(CloseReason.HANDED_OVER);
      server.timers.clear();
      TcpProtocol host = open(parts.staying(), false);
      TcpProtocol guest = open(parts.moving(), true);
      assertThat(guest.movable(info -> true)).hasSize(moving.size());
      Handover after = host.export().and(guest.export());
      assertThat(missing(before, after)).isEmpty();
      assertThat(missing(after, before)).isEmpty();
      host.close(CloseReason.HANDED_OVER);
      guest.close(CloseReason.HANDED_OVER);
      server.timers.clear();
      server.module = open(after, false);
      assertThat(missing(before, server.module.export())).isEmpty();
    }
    assertThat(states()).isEqualTo(EnumSet.complementOf(EnumSet.of(TcpState.CLOSED)));
  }

  private TcpProtocol open(Handover state, boolean asGuest) throws HandoverException {
    TcpProtocol module = (TcpProtocol) server.factory.create(server);
    if (asGuest) {
      module.beGuest();
    }
    module.open(state);
    return module;
  }

  @Test
  void whatHalfOpenListenersAndRecordsAreCannotBeMoved() throws Exception {
    fill();
    List<TcpState> movable = new ArrayList<>();
    ((SharesConnections) server.module)
        .movable(info -> true)
        .forEach(info -> movable.add(info.state()));
    assertThat(movable)
        .doesNotContain(
            TcpState.LISTEN, TcpState.TIME_WAIT, TcpState.SYN_SENT, TcpState.SYN_RECEIVED)
        .contains(
            TcpState.ESTABLISHED,
            TcpState.FIN_WAIT_1,
            TcpState.FIN_WAIT_2,
            TcpState.CLOSE_WAIT,
            TcpState.CLOSING,
            TcpState.LAST_ACK);
  }

  @Test
  void aGuestGivesBackWhatIsOverAndTheHostAnswersForIt() throws Exception {
    StackListener listener = server.listen(80, 10);
    StackSocket[] reset = pair(listener);
    StackSocket[] closed = pair(listener);
    TcpProtocol old = (TcpProtocol) server.module;
    FlowSet moved = some(old, new AlwaysTrue());
    SharesConnections.Parts parts = old.divide(moved);
    old.close(CloseReason.HANDED_OVER);
    server.timers.clear();
    TcpProtocol host = open(parts.staying(), false);
    TcpProtocol guest = open(parts.moving(), true);
    server.module = guest;
    assertThat(guest.hasLeavers()).isFalse();
    reset[1].abort();
    closed[1].close();
    net.run();
    closed[0].close();
    net.run();
    assertThat(guest.hasLeavers()).isTrue();
    host.takeLeavers(guest.leavers(), moved);
    guest.forgetLeavers();
    assertThat(moved.size()).isZero();
    assertThat(guest.hasLeavers()).isFalse();
    assertThat(guest.summary().byState().get(TcpState.TIME_WAIT)).isZero();
    assertThat(host.summary().byState().get(TcpState.TIME_WAIT)).isOne();
    server.module = host;
    net.inject(client.ipv4, closed[1].remote().port(), server, 80, TcpHeader.ACK, 1, 1);
    net.run();
    assertThat(server.dropped(DropReason.TCP_TIME_WAIT)).as("the record is asked").isOne();
    net.advance(200 * SECOND);
    assertThat(host.summary().byState().get(TcpState.TIME_WAIT)).isZero();
    assertThat(server.endpoints.sockets()).isEmpty();
  }

  private static final class AlwaysTrue extends Random {
    private static final long serialVersionUID = 1;

    @Override
    public boolean nextBoolean() {
      return true;
    }
  }
}
