package io.karavel.simulation.run;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpHandler;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.testkit.ByteStream;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * The application at one end of a connection: writes a stream of its own, reads and checks the
 * other's, half closes, closes and aborts as its random numbers say; polled, or as a handler.
 */
final class App implements TcpHandler, Source {
  private static final int LARGEST = 20_000;

  final World world;
  final Node node;
  final TcpSocket socket;
  final ByteStream stream;
  private final SplittableRandom random;
  private final ByteBuffer buffer = ByteBuffer.allocate(LARGEST);
  private final long toWrite;
  private final int chunk;
  private final int laziness;
  private final int manner;

  /** Whether some of what it writes is urgent. */
  private final boolean urgency;

  /** Who writes what it reads; null as long as that is not known. */
  Source peer;

  boolean handled;
  long written;
  long read;
  boolean shut;
  boolean over;
  private int failed;

  /** How often it looks at a socket that has failed before it closes it. */
  private final int patience;

  boolean ended;
  long mix;

  App(World world, Node node, TcpSocket socket, long number, SplittableRandom random) {
    this.world = world;
    this.node = node;
    this.socket = socket;
    this.random = random;
    stream = new ByteStream(number);
    patience = number % 3 == 0 ? 20 : 0;
    toWrite =
        switch (random.nextInt(4)) {
          case 0 -> random.nextInt(3);
          case 1 -> random.nextInt(5_000);
          case 2 -> random.nextInt(50_000);
          default -> random.nextInt(250_000);
        };
    chunk = 1 + random.nextInt(random.nextBoolean() ? 500 : LARGEST);
    laziness = random.nextInt(3) == 0 ? 5 + random.nextInt(200) : 1;
    manner = random.nextInt(10);
    urgency = random.nextInt(5) == 0;
  }

  @Override
  public ByteStream stream() {
    return stream;
  }

  @Override
  public long written() {
    return written;
  }

  /** A byte of what this end writes; told to the checker. */
  int byteAt(long position) {
    return stream.from(position, 1).get(0) & 0xff;
  }

  boolean isReady(int bits) {
    return (socket.ready() & bits) != 0;
  }

  private void tell(String call) {
    recordCall(call);
  }

  private void recordCall(String call) {
    world.recorder.call(node.name, world.now(), socket.local(), socket.remote(), call);
  }

  /** Does what can be done now, or some of it. */
  void act() {
    if (over || node.tcpAway || handled) {
      return;
    }
    if (random.nextInt(laziness) != 0) {
      return;
    }
    step();
  }

  @Override
  public void onReady(TcpSocket ready) {
    try {
      if (!over) {
        step();
      }
    } catch (AssertionError | RuntimeException fault) {
      world.found(fault);
    }
  }

  private void step() {
    try {
      if (isReady(TcpSocket.FAILED)) {
        if (failed++ >= patience) {
          close();
        }
        return;
      }
      if (!isReady(TcpSocket.CONNECTED)) {
        return;
      }
      readSome();
      if (over) {
        return;
      }
      writeSome();
      if (!over && random.nextInt(60) == 0) {
        oddly();
      }
      if (!over && written >= toWrite) {
        finish();
      }
    } catch (TcpException e) {
      // whatever failed: closed by either end; what was read before was right
      close();
    }
  }

  /** Connects with the first bytes. */
  void connectEarly(IpEndpoint remote, int count) throws TcpException {
    written = count;
    world.checker.early(node.name, this, count);
    tell("with " + count + " bytes");
    int taken = socket.connect(remote, stream.from(0, count));
    if (taken != count) {
      throw new AssertionError(this + " gave " + count + " bytes, " + taken + " were taken");
    }
  }

  /** Writes as much of so many bytes as there is room for. */
  void write(int most) throws TcpException {
    int count = socket.write(stream.from(written, most));
    written += count;
    world.checker.wrote(node.name, this, count, world.now());
    tell("write " + count);
  }

  /** Reads all there is. */
  void readAll() throws TcpException {
    for (int count = 1; count > 0; ) {
      count = socket.read(buffer.clear());
      if (count > 0) {
        read += count;
        world.checker.read(node.name, this, count, world.now());
        tell("read " + count);
      }
    }
  }

  private void writeSome() throws TcpException {
    while (!shut && written < toWrite && isReady(TcpSocket.WRITABLE)) {
      int length = (int) Math.min(toWrite - written, 1 + random.nextInt(chunk));
      boolean urgently = urgency && random.nextInt(20) == 0;
      int count =
          urgently
              ? socket.writeUrgent(stream.from(written, length))
              : socket.write(stream.from(written, length));
      if (count == 0) {
        return;
      }
      written += count;
      if (urgently) {
        world.checker.wroteUrgent(node.name, this, count, world.now());
      } else {
        world.checker.wrote(node.name, this, count, world.now());
      }
      tell((urgently ? "write urgently " : "write ") + count);
      if (random.nextInt(3) == 0) {
        return;
      }
    }
  }

  private void readSome() throws TcpException {
    while (!ended && peer != null && isReady(TcpSocket.READABLE)) {
      int count = socket.read(buffer.clear().limit(1 + random.nextInt(chunk)));
      if (count == 0) {
        return;
      }
      if (count < 0) {
        ended = true;
        tell("read the end");
        if (read != peer.written()) {
          throw new AssertionError(this + " read the end at " + read + " of " + peer.written());
        }
        return;
      }
      long wrong = peer.stream().mismatch(buffer.flip(), read);
      if (wrong >= 0) {
        throw new AssertionError(this + " read a wrong byte at " + wrong);
      }
      read += count;
      mix = mix * 31 + count;
      world.checker.read(node.name, this, count, world.now());
      tell("read " + count);
      if (read > peer.written()) {
        throw new AssertionError(this + " read more than was written");
      }
      if (random.nextInt(4) == 0) {
        return;
      }
    }
  }

  /** Something out of the way. */
  private void oddly() throws TcpException {
    switch (random.nextInt(8)) {
      case 0 -> abort();
      case 1 -> close();
      case 2 -> shutdownOutput();
      case 3 -> {
        world.checker.shutdownInput(node.name, this);
        tell("shutdown input");
        socket.shutdownInput();
        ended = true;
      }
      default -> Options.change(this, random);
    }
  }

  /** Everything is written. */
  private void finish() throws TcpException {
    if (manner < 4) {
      shutdownOutput();
      if (ended) {
        close();
      }
    } else if (manner < 7) {
      if (ended || peer == null) {
        close();
      }
    } else if (manner == 7) {
      close();
    } else if (manner == 8 && random.nextInt(20) == 0) {
      abort();
    }
  }

  <T> void option(TcpOption<T> option, T value) throws TcpException {
    world.checker.option(node.name, this, option.name(), value, world.now());
    tell("option " + option.name() + " " + value);
    socket.option(option, value);
  }

  void shutdownOutput() throws TcpException {
    if (!shut) {
      shut = true;
      world.checker.shutdownOutput(node.name, this, world.now());
      tell("shutdown output");
      socket.shutdownOutput();
    }
  }

  void close() {
    if (!over) {
      over = true;
      world.checker.close(node.name, this, world.now());
      tell("close");
      socket.close();
    }
  }

  void abort() {
    if (!over) {
      over = true;
      world.checker.abort(node.name, this, world.now());
      tell("abort");
      socket.abort();
      socket.close();
    }
  }

  /** Whether it has a connection that can be ended. */
  boolean isOpen() {
    TcpState state = socket.state();
    return !over && state != TcpState.CLOSED && state != TcpState.TIME_WAIT;
  }

  /** The operator ends its connection. */
  void kill(boolean reset) {
    over = !reset;
    world.checker.kill(node.name, this, reset, world.now());
    tell(reset ? "killed" : "killed in order");
    long id = ((StackSocket) socket).id();
    node.stack.stack().lane().post((Runnable) () -> node.stack.tcpControl().kill(id, reset));
    node.stack.settle();
  }

  /** Shows the checker what the socket shows. */
  void observe() {
    if (!over && socket.remote() != null) {
      world.checker.bound(node.name, this, socket.local() == null ? 0 : socket.local().port());
      TcpException failure = socket.failure();
      world.checker.observe(
          node.name,
          this,
          socket.state().name(),
          failure == null ? null : failure.error().name(),
          world.now());
      if (failure == null) {
        world.checker.observeUrgent(node.name, this, socket.urgentAvailable(), world.now());
      }
    }
  }

  /** Whether whoever is at such an end is at the other end of this, and not known yet. */
  boolean isPeerOf(IpEndpoint local, IpEndpoint remote) {
    return peer == null && remote.equals(socket.local()) && local.equals(socket.remote());
  }

  @Override
  public String toString() {
    return node.name + " " + socket.local() + " > " + socket.remote();
  }
}
