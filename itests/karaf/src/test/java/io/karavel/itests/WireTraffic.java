package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What streams do not do, from the stack host to the stack main: connections that both ends close
 * in one moment (port 81), one on which little is said (82), and one whose window is shut most of
 * the time (83). {@code io.karavel.testkit.successors.BadBundle} knows the ports.
 */
final class WireTraffic {
  private static final String MAIN = "10.77.0.2:";
  private static final int CLOSING = 81;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long BEAT_MILLIS = 20;
  private static final int BEATS_PER_CLOSE = 5;
  private static final int CLOSING_AT_ONCE = 20;
  private static final int GULP_BYTES = 5_000;

  private final TcpService host;
  private final TcpListener closing;
  private final Deque<TcpSocket> opening = new ArrayDeque<>();
  private final Talk talk;
  private final Talk shut;
  private final Thread thread = new Thread(this::run, "wire-traffic");
  private volatile boolean over;
  private volatile Exception failure;

  WireTraffic(TcpService host, TcpService main) throws TcpException {
    this.host = host;
    closing = main.listen(IpEndpoint.parse("*:" + CLOSING), CLOSING_AT_ONCE);
    talk = new Talk(host, main, 82, false, 100, 1000);
    shut = new Talk(host, main, 83, true, 100_000, GULP_BYTES);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      for (int beat = 0; !over; beat++) {
        talk.beat();
        shut.beat();
        if (beat % BEATS_PER_CLOSE == 0 && opening.size() < CLOSING_AT_ONCE) {
          opening.add(host.connect(IpEndpoint.parse(MAIN + CLOSING)));
        }
        closeBothEnds();
        Thread.sleep(BEAT_MILLIS);
      }
    } catch (TcpException | InterruptedException e) {
      failure = e;
    }
  }

  /** Both FINs are on the wire together: CLOSING. */
  private void closeBothEnds() throws TcpException {
    for (TcpSocket accepted = closing.accept(); accepted != null; accepted = closing.accept()) {
      for (TcpSocket other : opening) {
        if (other.local() != null && other.local().equals(accepted.remote())) {
          other.close();
        }
      }
      accepted.close();
    }
    opening.removeIf(TcpSocket::isClosed);
  }

  /** Everything that was said has arrived in its order, and the two connections live. */
  void end() throws Exception {
    over = true;
    thread.join(PATIENCE.toMillis());
    assertFalse(thread.isAlive());
    assertNull(String.valueOf(failure), failure);
    talk.end();
    shut.end();
    // a listener that is closed resets what nobody has accepted
    Poll.within(
        60,
        "all that was opened is closed",
        () -> {
          closeBothEnds();
          return opening.size();
        },
        left -> left == 0);
    closing.close();
  }

  /** A connection on which one end counts as fast as it may, and the other reads as it likes. */
  private static final class Talk {
    private final TcpSocket writer;
    private final TcpSocket reader;
    private final ByteBuffer out;
    private final ByteBuffer in;
    private long written;
    private long read;

    Talk(TcpService from, TcpService to, int port, boolean forth, int writes, int reads)
        throws TcpException {
      out = ByteBuffer.allocate(writes);
      in = ByteBuffer.allocate(reads);
      TcpListener listener = to.listen(IpEndpoint.parse("*:" + port), 1);
      try {
        TcpSocket opener = from.connect(IpEndpoint.parse(MAIN + port));
        opener.awaitConnected(PATIENCE);
        assertTrue(listener.awaitAcceptable(PATIENCE));
        TcpSocket accepted = listener.accept();
        writer = forth ? opener : accepted;
        reader = forth ? accepted : opener;
      } finally {
        listener.close();
      }
    }

    void beat() throws TcpException {
      out.clear();
      for (long next = written; out.hasRemaining(); next++) {
        out.put((byte) (next * 31 >> 3));
      }
      written += writer.write(out.flip());
      takeIn();
    }

    private void takeIn() throws TcpException {
      reader.read(in.clear());
      for (in.flip(); in.hasRemaining(); read++) {
        assertEquals("byte " + read, (byte) (read * 31 >> 3), in.get());
      }
    }

    void end() throws Exception {
      Poll.within(
          60,
          "what was said is there",
          () -> {
            for (int i = 0; i < 100; i++) {
              takeIn();
            }
            return written - read;
          },
          left -> left == 0);
      assertEquals(TcpState.ESTABLISHED, writer.state());
      assertEquals(TcpState.ESTABLISHED, reader.state());
      writer.close();
      reader.close();
    }
  }
}
