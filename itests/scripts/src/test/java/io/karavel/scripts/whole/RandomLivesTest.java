package io.karavel.scripts.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.ByteStream;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Connections whose ends write, read, half close, close and abort at random over a bad cable, while
 * modules are replaced and settings change. What is read is what was written, in order; in the end
 * nothing is left. {@code -Dkaravel.seeds=100000} runs more of them, {@code -Dkaravel.firstSeed}
 * begins elsewhere.
 */
class RandomLivesTest {
  private static final String[] SLOTS = {"tcp", "ip", "timer", "keepalive", "nic:wire0"};
  private static final int CONNECTIONS = 6;

  static LongStream seeds() {
    long first = Long.getLong("karavel.firstSeed", 1);
    return LongStream.range(first, first + Long.getLong("karavel.seeds", 40));
  }

  /** One end of a connection: what it wrote, and what of the other's it has read. */
  private static final class End {
    private final TcpSocket socket;
    private final long number;
    private final ByteStream stream;
    private final ByteBuffer buffer = ByteBuffer.allocate(20_000);
    private End other;
    private long written;
    private long read;
    private boolean over;
    private boolean shut;

    End(TcpSocket socket, long number) {
      this.socket = socket;
      this.number = number;
      stream = new ByteStream(number);
    }

    private void act(SplittableRandom random) {
      if (over) {
        return;
      }
      try {
        switch (random.nextInt(40)) {
          case 0 -> finish(random);
          case 1 -> halfClose();
          default -> {
            if (random.nextBoolean()) {
              write(1 + random.nextInt(20_000));
            } else {
              read(1 + random.nextInt(20_000));
            }
          }
        }
      } catch (TcpException e) {
        // whatever failed: closed by either end; what was read before was right
        socket.close();
        over = true;
      }
    }

    private void finish(SplittableRandom random) {
      if (random.nextInt(4) == 0) {
        socket.abort();
      } else {
        socket.close();
      }
      over = true;
    }

    private void halfClose() throws TcpException {
      if (!shut && (socket.ready() & TcpSocket.CONNECTED) != 0) {
        socket.shutdownOutput();
        shut = true;
      }
    }

    private void write(int length) throws TcpException {
      if (!shut && (socket.ready() & TcpSocket.WRITABLE) != 0) {
        written += socket.write(stream.from(written, length));
      }
    }

    private void read(int length) throws TcpException {
      if (other == null || (socket.ready() & TcpSocket.READABLE) == 0) {
        return;
      }
      int count = socket.read(buffer.clear().limit(length));
      if (count > 0) {
        long wrong = other.stream.mismatch(buffer.flip(), read);
        if (wrong >= 0) {
          throw new AssertionError("end " + number + " read a wrong byte at " + wrong);
        }
        read += count;
        if (read > other.written) {
          throw new AssertionError("end " + number + " read more than was written");
        }
      } else if (count < 0) {
        if (read != other.written) {
          throw new AssertionError(
              "end " + number + " read the end at " + read + " of " + other.written);
        }
        if (shut) {
          socket.close();
          over = true;
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void livesOfConnectionsEndAndLeaveNothing(long seed) throws TcpException {
    SplittableRandom random = new SplittableRandom(seed);
    VirtualNetwork network = new VirtualNetwork();
    List<StackHarness> stacks = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      stacks.add(
          network
              .builder("stack" + i)
              .addresses("10.0.0." + i + "/24")
              .seed(random.nextLong())
              .tcp("sack", random.nextInt(4) > 0)
              .tcp("timestamps", random.nextInt(4) > 0)
              .tcp("windowScaling", random.nextInt(4) > 0)
              .build());
    }
    network.connect(
        stacks.get(0),
        stacks.get(1),
        ImpairmentSettings.NONE
            .withDelay(random.nextInt(20_000_000), random.nextInt(2_000_000))
            .withLoss(random.nextInt(12))
            .withReordering(random.nextInt(10), random.nextInt(5_000_000))
            .withDuplication(random.nextInt(5))
            .withCorruption(random.nextInt(3))
            .withSeed(random.nextInt(Integer.MAX_VALUE)));
    List<End> ends = new ArrayList<>();
    List<TcpListener> listeners = new ArrayList<>();
    for (StackHarness stack : stacks) {
      listeners.add(stack.tcp().listen(IpEndpoint.parse("*:80"), 3));
    }
    List<End> clients = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      int from = random.nextInt(2);
      TcpSocket socket = stacks.get(from).tcp().connect(IpEndpoint.of("10.0.0." + (2 - from), 80));
      End client = new End(socket, 2L * i);
      clients.add(client);
      ends.add(client);
    }
    for (int turn = 0; turn < 1500; turn++) {
      network.advance(Duration.ofNanos(random.nextInt(30_000_000)));
      for (TcpListener listener : listeners) {
        accept(listener, clients, ends);
      }
      for (End end : ends) {
        end.act(random);
      }
      if (random.nextInt(30) == 0) {
        disturb(stacks.get(random.nextInt(2)), network, random);
      }
    }
    for (End end : ends) {
      end.socket.close();
    }
    for (TcpListener listener : listeners) {
      listener.close();
    }
    network.advance(Duration.ofMinutes(20));
    for (StackHarness stack : stacks) {
      assertThat(stack.connections(c -> true)).isEmpty();
      assertThat(stack.crashes()).as(stack.stack().lane().events().since(0).toString()).isZero();
      assertThat(stack.packetBuffersOut()).as("packet buffers not given back").isZero();
      assertThat(stack.tcpSummary().bufferBytes()).as("ring memory not given back").isZero();
    }
  }

  private static void accept(TcpListener listener, List<End> clients, List<End> ends)
      throws TcpException {
    TcpSocket socket = listener.accept();
    if (socket == null) {
      return;
    }
    for (End client : clients) {
      if (client.socket.local().port() == socket.remote().port() && client.other == null) {
        End server = new End(socket, client.number + 1);
        server.other = client;
        client.other = server;
        ends.add(server);
        return;
      }
    }
    // its client has closed and forgotten its port already
    socket.close();
  }

  private static void disturb(StackHarness stack, VirtualNetwork network, SplittableRandom random) {
    String slot = SLOTS[random.nextInt(SLOTS.length)];
    switch (random.nextInt(5)) {
      case 4 -> assertThat(stack.rehearse(stack.factory(slot))).as(slot).isEmpty();
      case 0 -> stack.replace(slot);
      case 1 -> assertThat(stack.swap(slot)).isNull();
      case 2 -> {
        stack.unplug(slot);
        network.advance(Duration.ofNanos(random.nextInt(300_000_000)));
        stack.plug(slot);
      }
      default -> stack.set("io.karavel.tcp", "retries2", 8 + random.nextInt(8));
    }
  }
}
