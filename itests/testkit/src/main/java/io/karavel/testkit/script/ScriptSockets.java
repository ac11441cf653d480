package io.karavel.testkit.script;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpEndpoint;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.StackHarness;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The applications of a script: one socket per flow, one listener per port. */
final class ScriptSockets {
  /** A call on a socket. */
  interface Call<T> {
    T run() throws TcpException;
  }

  private final ScriptEngine engine;
  private final Map<Flow, TcpSocket> sockets = new HashMap<>();
  private final Map<Integer, TcpListener> listeners = new HashMap<>();
  private final Map<TcpOption<?>, Object> options = new HashMap<>();
  private TcpError expectedError;

  ScriptSockets(ScriptEngine engine) {
    this.engine = engine;
  }

  private StackHarness harness() {
    return engine.harness();
  }

  private <T> T call(String words, Call<T> call) {
    engine.note("   " + words);
    TcpError expected = expectedError;
    expectedError = null;
    try {
      T result = call.run();
      engine.settle();
      engine.stepDone();
      if (expected != null) {
        throw engine.failure(words + " was to fail with " + expected + " and did not");
      }
      return result;
    } catch (TcpException e) {
      engine.settle();
      if (e.error() == expected) {
        return null;
      }
      throw engine.failure(words + " failed: " + e.error() + ", " + e.getMessage(), e);
    }
  }

  /** The next call must fail so. */
  void nextFails(TcpError error) {
    expectedError = error;
  }

  TcpSocket socket() {
    TcpSocket socket = sockets.get(engine.flow());
    if (socket == null) {
      throw new IllegalStateException(
          "flow " + engine.flow().name() + " has no socket: connect or accept first");
    }
    return socket;
  }

  TcpSocket socketOrNull() {
    return sockets.get(engine.flow());
  }

  TcpListener listener() {
    return listeners.get(engine.flow().local().port());
  }

  void listen(int backlog) {
    int port = engine.flow().local().port();
    call(
        "listen " + port + " (backlog " + backlog + ")",
        () -> {
          TcpListener listener = listeners.get(port);
          if (listener == null) {
            listener = harness().listener();
            applyOptions(listener);
            listener.option(TcpOption.REUSE_ADDRESS, true);
            listener.bind(new IpEndpoint(io.karavel.address.IpAddress.ANY, port));
            listeners.put(port, listener);
          }
          listener.listen(backlog);
          return listener;
        });
  }

  void accept() {
    TcpSocket socket = call("accept", () -> listener().accept());
    if (socket == null) {
      throw engine.failure("accept: no connection waits");
    }
    sockets.put(engine.flow(), socket);
  }

  void acceptNothing() {
    TcpSocket socket = call("accept", () -> listener().accept());
    if (socket != null) {
      throw engine.failure("accept: a connection waits, from " + socket.remote());
    }
  }

  void connect(IpEndpoint bindTo) {
    Flow flow = engine.flow();
    call(
        "connect " + flow.remote(),
        () -> {
          TcpSocket socket = harness().socket();
          sockets.put(flow, socket);
          applyOptions(socket);
          if (bindTo != null) {
            socket.bind(bindTo);
          }
          socket.connect(flow.remote());
          return socket;
        });
  }

  void connectWith(byte[] first) {
    Flow flow = engine.flow();
    call(
        "connect " + flow.remote() + " with " + first.length + " bytes",
        () -> {
          TcpSocket socket = harness().socket();
          sockets.put(flow, socket);
          applyOptions(socket);
          flow.wrote(first, socket.connect(flow.remote(), ByteBuffer.wrap(first)));
          return socket;
        });
  }

  void write(byte[] bytes) {
    Flow flow = engine.flow();
    Integer count =
        call("write " + bytes.length + " bytes", () -> socket().write(ByteBuffer.wrap(bytes)));
    if (count != null) {
      flow.wrote(bytes, count);
      if (count < bytes.length) {
        throw engine.failure("write took " + count + " of " + bytes.length + " bytes");
      }
    }
  }

  void read(int length) {
    Flow flow = engine.flow();
    ByteBuffer target = ByteBuffer.allocate(length);
    call(
        "read " + length + " bytes",
        () -> {
          int count = 1;
          while (target.hasRemaining() && count > 0) {
            count = socket().read(target);
          }
          return target.position();
        });
    if (target.position() < length) {
      throw engine.failure("read got " + target.position() + " of " + length + " bytes");
    }
    int wrong = Content.mismatch(target.array(), flow.readPosition());
    if (wrong >= 0) {
      throw engine.failure("read got other bytes than the peer sent, from byte " + wrong + " on");
    }
    flow.wasRead(length);
  }

  void readEnd() {
    Integer count = call("read the end", () -> socket().read(ByteBuffer.allocate(1)));
    if (count == null || count != -1) {
      throw engine.failure("the end was to be read; read returned " + count);
    }
  }

  void run(String words, Call<?> call) {
    call(words, call);
  }

  <T> void option(TcpOption<T> option, T value) {
    TcpSocket socket = socketOrNull();
    TcpListener listener = listener();
    TcpEndpoint endpoint = socket != null ? socket : listener;
    if (endpoint == null) {
      options.put(option, value);
      engine.note("   option " + option + " " + value + " for the next socket");
    } else {
      call(
          "option " + option + " " + value,
          () -> {
            endpoint.option(option, value);
            return endpoint;
          });
    }
  }

  private void applyOptions(TcpEndpoint endpoint) throws TcpException {
    for (Map.Entry<TcpOption<?>, Object> entry : options.entrySet()) {
      applyOption(endpoint, entry.getKey(), entry.getValue());
    }
  }

  private static <T> void applyOption(TcpEndpoint endpoint, TcpOption<T> option, Object value)
      throws TcpException {
    endpoint.option(option, option.check(value));
  }

  // ---- assertions ----

  /** The stack's record of the flow: connection, embryo or TIME-WAIT; null if there is none. */
  TcpConnectionInfo info() {
    Flow flow = engine.flow();
    List<TcpConnectionInfo> found =
        harness()
            .connections(
                info ->
                    flow.remote().equals(info.remote())
                        && info.local().port() == flow.local().port());
    if (found.size() > 1) {
      throw engine.failure("more than one connection of a flow: " + found);
    }
    return found.isEmpty() ? null : found.get(0);
  }

  void expectState(TcpState expected) {
    engine.settle();
    TcpConnectionInfo info = info();
    TcpState state = info == null ? TcpState.CLOSED : info.state();
    if (state != expected) {
      throw engine.failure("state: " + expected + " expected, " + state + " found");
    }
    TcpSocket socket = socketOrNull();
    // a closed socket is told nothing any more
    if (socket != null && !socket.isClosed() && socket.state() != expected) {
      throw engine.failure("state: " + expected + " expected, the socket shows " + socket.state());
    }
    engine.note("   state " + expected);
  }

  void expectFailure(TcpError expected) {
    engine.settle();
    TcpException failure = socket().failure();
    if (failure == null || failure.error() != expected) {
      throw engine.failure(
          "failure: "
              + expected
              + " expected, "
              + (failure == null ? "none" : failure.error() + " (" + failure.getMessage() + ")")
              + " found");
    }
    engine.note("   failed: " + expected);
  }

  void expectReady(int bits, boolean expected) {
    engine.settle();
    int ready = socket().ready();
    if (((ready & bits) != 0) != expected) {
      throw engine.failure(
          "ready bits are "
              + Integer.toBinaryString(ready)
              + ": "
              + Integer.toBinaryString(bits)
              + " expected "
              + (expected ? "among" : "not among")
              + " them");
    }
  }
}
