package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpHandler;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.spi.StackSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sockets keep working, waiting or failing as the TCP module comes and goes. */
class SocketDeskTest extends LaneFixture {
  private static final IpEndpoint PEER = new IpEndpoint(IpAddress.parse("10.0.0.9"), 80);

  private final FakeTcp.Factory tcp = new FakeTcp.Factory();

  private StackSocket connect() throws TcpException {
    return (StackSocket) stack.tcp().connect(PEER);
  }

  @Test
  void wishesAreServedInTheNextTurn() throws TcpException {
    stack.arrive(tcp);
    StackSocket socket = connect();
    assertThat(lane.hasWork()).isTrue();
    run();
    assertThat(socket.isOpened()).isTrue();
    assertThat(tcp.said).hasSize(1);
  }

  @Test
  void aConnectWaitsUntilThereIsATcpModule() throws TcpException {
    StackSocket socket = connect();
    run();
    assertThat(socket.isOpened()).isFalse();
    assertThat(lane.hasWork()).isFalse();
    stack.arrive(tcp);
    run();
    assertThat(socket.isOpened()).isTrue();
  }

  @Test
  void aHandlerIsCalledOnTheLaneAndItsWritesAreServedInTheSameTurn() throws TcpException {
    stack.arrive(tcp);
    StackSocket socket = connect();
    List<String> calls = new ArrayList<>();
    socket.handler(
        s -> {
          calls.add("ready " + lane.wasBusy());
          s.write(ByteBuffer.wrap(new byte[10]));
        });
    run();
    assertThat(calls).isNotEmpty().allMatch(call -> call.equals("ready true"));
    assertThat(socket.unacknowledged()).isEqualTo(10L * calls.size());
    assertThat(lane.sockets().hasWork()).isFalse();
  }

  @Test
  void anExceptionOfAHandlerEndsItsConnectionAndNoOther() throws TcpException {
    stack.arrive(tcp);
    StackSocket bad = connect();
    StackSocket worse = connect();
    StackSocket good = connect();
    List<String> calls = new ArrayList<>();
    bad.handler(
        s -> {
          throw new IllegalStateException("application bug");
        });
    worse.handler(
        s -> {
          throw new NoClassDefFoundError("gone");
        });
    good.handler(s -> calls.add("good"));
    run();
    assertThat(bad.isClosed()).isTrue();
    assertThat(bad.isAborted()).isTrue();
    assertThat(worse.isAborted()).isTrue();
    assertThat(good.isClosed()).isFalse();
    assertThat(calls).isNotEmpty();
    assertThat(tcp.made).hasSize(1);
    assertThat(count("Lane.HandlerFailures")).isEqualTo(2);
  }

  @Test
  void callsOfHandlersAreBoundedPerTurn() throws TcpException {
    stack.arrive(tcp);
    settings("handlerBudget", 3);
    List<Long> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      connect().handler(s -> calls.add(s.id()));
    }
    run();
    calls.clear();
    stack.endpoints().sockets().forEach(StackSocket::callAgain);
    assertThat(lane.turn()).isTrue();
    assertThat(calls).hasSize(3);
    run();
    assertThat(calls).hasSize(8);
  }

  @Test
  void handlersRunWhileTcpIsAway() throws TcpException {
    ModuleSource source = stack.arrive(tcp);
    StackSocket socket = connect();
    run();
    stack.leave(source);
    List<String> calls = new ArrayList<>();
    socket.handler(s -> calls.add("called"));
    run();
    assertThat(calls).containsExactly("called");
  }

  @Test
  void afterASwapTheSocketsBelongToTheNewModule() throws TcpException {
    stack.arrive(tcp);
    StackSocket socket = connect();
    run();
    FakeTcp.Factory next = new FakeTcp.Factory();
    assertThat(stack.swap(ModuleSource.of(next))).isNull();
    assertThat(socket.moduleState()).isSameAs(next.last());
  }

  @Test
  void afterASwapThatFailedTheSocketsStillBelongToTheOldModule() throws TcpException {
    stack.arrive(tcp);
    StackSocket socket = connect();
    run();
    FakeTcp.Factory next = new FakeTcp.Factory();
    next.failOpen = new IllegalStateException("half way");
    assertThat(stack.swap(ModuleSource.of(next))).contains("half way");
    assertThat(socket.moduleState()).isSameAs(tcp.last());
  }

  @Test
  void nothingOfAModuleThatLeftStaysAtTheSockets() throws TcpException {
    ModuleSource source = stack.arrive(tcp);
    StackSocket socket = connect();
    run();
    stack.leave(source);
    assertThat(socket.moduleState()).isNull();
  }

  @Test
  void handlesFailWhenNobodyComesForTheState() throws TcpException {
    ModuleSource source = stack.arrive(tcp);
    StackSocket socket = connect();
    run();
    List<TcpException> closings = new ArrayList<>();
    socket.handler(
        new TcpHandler() {
          @Override
          public void onReady(TcpSocket s) {}

          @Override
          public void onClosed(TcpSocket s, TcpException cause) {
            closings.add(cause);
          }
        });
    stack.leave(source);
    run();
    assertThat(socket.failure()).isNull();
    advanceTo(now + 60 * SECONDS);
    assertThat(socket.failure().error()).isEqualTo(TcpError.MODULE_DISPOSED);
    assertThat(closings).hasSize(1);
    stack.arrive(tcp);
    StackSocket fresh = connect();
    run();
    assertThat(fresh.isOpened()).isTrue();
  }

  @Test
  void handlesFailWhenACrashedModuleCannotExport() throws TcpException {
    stack.arrive(tcp);
    StackSocket socket = connect();
    run();
    tcp.failExport = new IllegalStateException("torn");
    tcp.failFlush = new IllegalStateException("boom");
    connect();
    run();
    assertThat(socket.failure().error()).isEqualTo(TcpError.MODULE_DISPOSED);
    tcp.failExport = null;
    StackSocket fresh = connect();
    run();
    assertThat(fresh.isOpened()).isTrue();
  }

  @Test
  void whatNobodyTakesUpAfterItsOwnerLeftIsClosed() throws TcpException {
    stack.arrive(tcp);
    StackSocket forgotten = connect();
    StackSocket adopted = connect();
    StackSocket foreign = connect();
    forgotten.owner("app.one");
    adopted.owner("app.two");
    foreign.owner("other");
    TcpListener listener = stack.tcp().listener();
    listener.owner("app.one");
    run();
    forgotten.handler(s -> {});
    stack.tcp().detach("app.one");
    stack.tcp().detach("app.two");
    assertThat(forgotten.handler()).isNull();
    assertThat(stack.tcp().sockets("app.two")).containsExactly(adopted);
    advanceTo(now + 60 * SECONDS);
    assertThat(forgotten.isClosed()).isTrue();
    assertThat(listener.isClosed()).isTrue();
    assertThat(adopted.isClosed()).isFalse();
    assertThat(foreign.isClosed()).isFalse();
  }
}
