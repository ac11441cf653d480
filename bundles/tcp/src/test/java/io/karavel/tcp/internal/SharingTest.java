package io.karavel.tcp.internal;

import static io.karavel.tcp.internal.TestNet.MILLI;
import static io.karavel.tcp.internal.TestNet.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.CloseReason;
import io.karavel.engine.DropReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverComparison;
import io.karavel.engine.HandoverException;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.FlowSet;
import io.karavel.tcp.spi.SharesConnections;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpControl;
import io.karavel.tcp.spi.TcpModule;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
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

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void whatTwoModulesSayTogetherIsWhatOneSaid(int most) throws Exception {
    fill();
    assertThat(states()).isEqualTo(EnumSet.complementOf(EnumSet.of(TcpState.CLOSED)));
    server.module.flush();
    for (int round = 0; round < 5; round++) {
      final Handover before = server.module.export();
      final TcpProtocol host = (TcpProtocol) server.module;
      final TcpProtocol guest = guest();
      final int all = listed(host).size();
      final int movable =
          host.movable(info -> true).size() + host.summary().byState().get(TcpState.TIME_WAIT);
      assertThat(host.summary().byState().get(TcpState.TIME_WAIT)).isPositive();
      FlowSet moved = new FlowSet();
      SharesConnections.Portion portion;
      int cursor = 0;
      do {
        portion = host.portion(cursor, most);
        cursor = portion.next();
        assertThat(missing(before, host.export().and(guest.export()))).as("nothing yet").isEmpty();
        move(portion, host, guest);
        portion.flows().forEach(moved::add);
        assertThat(listed(guest)).hasSize(moved.size());
        expectSame(before, host.export().and(guest.export()));
      } while (cursor != 0);
      assertThat(moved.size()).isEqualTo(movable);
      assertThat(host.movable(info -> true)).isEmpty();
      assertThat(listed(host, guest)).doesNotHaveDuplicates().hasSize(all);
      Handover rest = host.export();
      guest.takeRest(rest);
      host.close(CloseReason.HANDED_OVER);
      server.module = guest;
      expectSame(before, guest.export());
    }
    assertThat(states()).isEqualTo(EnumSet.complementOf(EnumSet.of(TcpState.CLOSED)));
  }

  private static void expectSame(Handover before, Handover after) {
    assertThat(missing(before, after)).isEmpty();
    assertThat(missing(after, before)).isEmpty();
  }

  private static void move(
      SharesConnections.Portion portion, SharesConnections from, SharesConnections to)
      throws HandoverException {
    to.take(portion.state());
    from.release(portion.flows());
  }

  private TcpProtocol guest() throws HandoverException {
    TcpProtocol guest = (TcpProtocol) server.factory.create(server);
    guest.beGuest();
    guest.open(Handover.empty(TcpModule.SLOT));
    return guest;
  }

  private static List<Long> listed(TcpControl... modules) {
    List<Long> ids = new ArrayList<>();
    for (TcpControl module : modules) {
      long cursor = 0;
      do {
        TcpControl.Page page = module.list(cursor, 1024, info -> true);
        page.entries().forEach(info -> ids.add(info.id()));
        cursor = page.next();
      } while (cursor != 0);
    }
    return ids;
  }

  @Test
  void whatGoesAndComesBackIsAsItWas() throws Exception {
    fill();
    server.module.flush();
    final Handover before = server.module.export();
    TcpProtocol host = (TcpProtocol) server.module;
    TcpProtocol guest = guest();
    int cursor = 0;
    do {
      SharesConnections.Portion portion = host.portion(cursor, 2);
      move(portion, host, guest);
      cursor = portion.next();
    } while (cursor != 0);
    SharesConnections.Portion back = guest.portion(0, 3);
    assertThat(back.flows().size()).isPositive();
    move(back, guest, host);
    expectSame(before, host.export().and(guest.export()));
    host.takeRest(guest.export());
    guest.close(CloseReason.HANDED_OVER);
    expectSame(before, host.export());
    assertThat(host.summary().byState()).isEqualTo(fresh(before).summary().byState());
  }

  /** A module that opens the state alone. */
  private TcpProtocol fresh(Handover state) throws HandoverException {
    server.timers.clear();
    TcpProtocol module = (TcpProtocol) server.factory.create(server);
    module.open(state);
    return module;
  }

  @Test
  void whatIsLeftBesidePortionsIsTheRest() throws Exception {
    fill();
    server.module.flush();
    TcpProtocol host = (TcpProtocol) server.module;
    Handover all = host.rest(100);
    for (int cursor = 0, n = 0; cursor != 0 || n == 0; n++) {
      SharesConnections.Portion portion = host.portion(cursor, 2);
      all = all.and(portion.state());
      cursor = portion.next();
    }
    expectSame(host.export(), all);
    assertThat(missing(all, host.rest(0))).isNotEmpty();
    host.close(CloseReason.HANDED_OVER);
    expectSame(all, fresh(all).export());
  }

  @Test
  void whatIsOnItsWayIsOpenedOnce() throws Exception {
    fill();
    server.module.flush();
    final Handover before = server.module.export();
    TcpProtocol host = (TcpProtocol) server.module;
    TcpProtocol guest = guest();
    SharesConnections.Portion first = host.portion(0, 3);
    move(first, host, guest);
    SharesConnections.Portion torn = host.portion(first.next(), 3);
    guest.take(torn.state());
    Handover both = host.export().and(guest.export());
    assertThat(missing(both, before)).as("some are there twice").isNotEmpty();
    host.close(CloseReason.HANDED_OVER);
    guest.close(CloseReason.HANDED_OVER);
    expectSame(before, fresh(both).export());
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
    TcpProtocol host = (TcpProtocol) server.module;
    TcpProtocol guest = guest();
    SharesConnections.Portion all = host.portion(0, 100);
    move(all, host, guest);
    FlowSet moved = all.flows();
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

  @Test
  void aConnectionOfAnotherBundleThatWasNotAcceptedWentWithItsListener() throws Exception {
    StackListener listener = server.listen(80, 100);
    client.connect(server, 80);
    net.run();
    StackSocket waiting =
        server.endpoints.sockets().stream().filter(StackSocket::isOpened).findFirst().orElseThrow();
    // the guest's object is of a class that the host does not know
    Object guests = waiting.moduleState();
    waiting.moduleState("of another bundle");
    listener.close();
    server.module.onAttention(listener);
    waiting.moduleState(guests);
    net.run();
    assertThat(waiting.ending().cause()).isEqualTo(TcpCause.LISTENER_CLOSED);
  }
}
