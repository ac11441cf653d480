package io.karavel.services.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.SettingsException;
import io.karavel.services.ServicesSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.spi.StackListener;
import io.karavel.tcp.spi.StackSocket;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One version takes up what another has at work. */
class TakeOverTest {
  private static final String OWNER = "io.karavel.services:echo";
  private static final int MANY = 700;

  private final ManualExecutor executor = new ManualExecutor();
  private final FakeStack stack = new FakeStack("main");
  private final Services before = services();
  private final Services after = services();
  private final List<FakeStack.Peer> peers = new ArrayList<>();

  private Services services() {
    try {
      ServicesSettings settings = ServicesSettings.parse(Map.of("forwarderEnabled", "false"));
      return new Services(executor, settings, () -> null, executor::nowNanos, Clock.systemUTC());
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void connect() {
    before.stackArrived(stack);
    for (int i = 0; i < MANY; i++) {
      peers.add(stack.connect(7, 64));
    }
  }

  @AfterEach
  void end() {
    stack.atLane = () -> {};
    before.close();
    after.close();
    assertThat(stack.handlerFailures).isEmpty();
  }

  private void takeOver() {
    before.leave();
    after.stackArrived(stack);
    before.close();
    stack.run();
  }

  private void echoes(FakeStack.Peer peer, String text) {
    peer.send(text);
    assertThat(peer.receiveText()).isEqualTo(text);
  }

  @Test
  void everyConnectionIsServedAtEveryMomentAndInTheEndByTheNewcomer() {
    Set<Integer> waiting = new HashSet<>();
    stack.atLane =
        () -> {
          waiting.add(stack.ready.size());
          peers.forEach(peer -> assertThat(peer.socket.handler()).isNotNull());
          stack.run();
          echoes(peers.get(0), "first");
          echoes(peers.get(MANY - 1), "last");
        };
    takeOver();
    assertThat(waiting).allMatch(count -> count < MANY / 4);
    assertThat(after.service("echo").openConnections()).isEqualTo(MANY);
    assertThat(before.service("echo").openConnections()).isZero();
    for (FakeStack.Peer peer : peers) {
      assertThat(((ServiceConnection) peer.socket.handler()).service())
          .isSameAs(after.service("echo"));
    }
    echoes(stack.connect(7, 64), "another");
    assertThat(after.service("echo").accepted()).isOne();
    executor.advanceMillis(10_000);
    echoes(peers.get(5), "later");
  }

  @Test
  void whatStandsByHasServedPretendedConnectionsOnly() {
    after.drill();
    for (String name : after.names()) {
      assertThat(after.service(name).openConnections()).isZero();
    }
    assertThatThrownBy(
            () ->
                Drill.run(
                    after.service("echo"),
                    (service, socket) ->
                        new ServiceConnection(service, socket) {
                          @Override
                          long serve(TcpSocket other, int turnBytes) {
                            throw new IllegalStateException("broken");
                          }
                        }))
        .hasMessage("the service echo does not serve");
  }

  @Test
  void whomTheAcceptorBeforeLetInWhileItWasReplacedIsTakenUpToo() {
    StackListener listener = stack.endpoints.listenerFor(0x0a4d0002, 7, 0);
    StackSocket late =
        listener.newAccepted(IpEndpoint.of("10.77.0.2", 7), IpEndpoint.of("10.77.0.1", 50000));
    stack.atLane =
        () -> {
          stack.atLane = () -> {};
          late.handler(before.service("echo").onAccept(late));
        };
    takeOver();
    assertThat(((ServiceConnection) late.handler()).service()).isSameAs(after.service("echo"));
    assertThat(after.service("echo").openConnections()).isEqualTo(MANY + 1);
  }

  @Test
  void aLaneThatHangsIsWaitedForOnce() {
    AtomicInteger waits = new AtomicInteger();
    before.leave();
    stack.hangs = true;
    stack.atLane = waits::incrementAndGet;
    after.stackArrived(stack);
    assertThat(waits).hasValue(1);
    assertThat(after.service("echo").openConnections()).isEqualTo(MANY);
  }

  @Test
  void whatEndsInTheMomentInWhichItIsTakenUpIsCountedByNobody() {
    TcpSocket ending = peers.get(MANY - 1).socket;
    stack.atLane =
        () -> {
          if (ending.handler() instanceof ServiceConnection connection
              && connection.service() == after.service("echo")) {
            // its handler before was being told of the end
            ending.handler(null);
            ending.close();
          }
        };
    takeOver();
    assertThat(ending.isClosed()).isTrue();
    assertThat(after.service("echo").openConnections()).isEqualTo(MANY - 1);
  }

  @Test
  void withoutASuccessorEveryConnectionWaits() {
    before.leave();
    assertThatThrownBy(() -> before.listen("main", "echo", IpEndpoint.of("0.0.0.0", 77)))
        .hasMessageContaining("leaving");
    echoes(peers.get(3), "still served");
    before.close();
    peers.forEach(peer -> assertThat(peer.socket.handler()).isNull());
    assertThat(stack.listeners(OWNER)).allMatch(listener -> listener.acceptor() == null);
  }
}
