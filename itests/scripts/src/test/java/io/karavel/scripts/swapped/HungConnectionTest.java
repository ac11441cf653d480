package io.karavel.scripts.swapped;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.internal.lane.CrashReport;
import io.karavel.engine.internal.lane.SlotStatus;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.tcp.CongestionControl;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.CongestionView;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.internal.connection.congestion.NewRenoFactory;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The code of one connection does not come back while others stream in both directions, with real
 * modules and threads: that connection is lost, the others lose no byte, and whoever was blocked in
 * a call goes on.
 */
@Timeout(900)
class HungConnectionTest {
  private static final int STREAMS = 8;
  private static final int BYTES = 30_000_000;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<CrashReport> reports = new CopyOnWriteArrayList<>();
  private final CountDownLatch hanging = new CountDownLatch(1);
  private final Stack one;
  private final Stack other;
  private volatile boolean hangNow;
  private volatile boolean released;
  private volatile Thread stuck;

  HungConnectionTest() throws Exception {
    CabledStacks stacks = new CabledStacks(1000, reports::add, new Stuck());
    one = stacks.one();
    other = stacks.other();
  }

  @AfterEach
  void end() throws InterruptedException {
    released = true;
    one.close();
    other.close();
    threads.shutdownNow();
    if (stuck != null) {
      stuck.join(60_000);
      assertThat(stuck.isAlive()).as("the stuck thread ends when it comes back").isFalse();
    }
  }

  /** NewReno, until it is told to hang with the next acknowledgement. */
  private final class Stuck implements CongestionControlFactory {
    @Override
    public String name() {
      return "stuck";
    }

    @Override
    public CongestionControl create(CongestionView view, int window, int threshold) {
      CongestionControl usual = new NewRenoFactory().create(view, window, threshold);
      return (CongestionControl)
          Proxy.newProxyInstance(
              CongestionControl.class.getClassLoader(),
              new Class<?>[] {CongestionControl.class},
              (self, method, arguments) -> {
                if (hangNow && method.getName().startsWith("onAck")) {
                  hangNow = false;
                  hang();
                }
                if (method.getName().equals("name")) {
                  return name();
                }
                try {
                  return method.invoke(usual, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }

  private void hang() {
    stuck = Thread.currentThread();
    hanging.countDown();
    while (!released) {
      Thread.onSpinWait();
    }
  }

  private Callable<String> writer(TcpSocket socket, int seed) {
    return () -> {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      Random random = new Random(seed);
      byte[] piece = new byte[20_000];
      OutputStream out = socket.outputStream();
      for (int sent = 0; sent < BYTES; sent += piece.length) {
        random.nextBytes(piece);
        digest.update(piece);
        out.write(piece);
      }
      socket.shutdownOutput();
      return HexFormat.of().formatHex(digest.digest());
    };
  }

  private Callable<String> reader(TcpSocket socket) {
    return () -> {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] piece = new byte[50_000];
      InputStream in = socket.inputStream();
      long total = 0;
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        digest.update(piece, 0, n);
        total += n;
      }
      assertThat(total).isEqualTo(BYTES);
      return HexFormat.of().formatHex(digest.digest());
    };
  }

  private TcpSocket[] pair(TcpListener listener, String congestionControl) throws TcpException {
    TcpSocket client = one.tcp().socket();
    client.option(TcpOption.CONGESTION_CONTROL, congestionControl);
    client.connect(IpEndpoint.of("10.0.0.2", 80));
    client.awaitConnected(Duration.ofSeconds(30));
    assertThat(listener.awaitAcceptable(Duration.ofSeconds(30))).isTrue();
    return new TcpSocket[] {client, listener.accept()};
  }

  @Test
  void itIsLostAndTheOthersStreamOn() throws Exception {
    TcpListener listener = other.tcp().listen(IpEndpoint.parse("*:80"), 100);
    // blocked for the whole time, on both sides
    TcpSocket[] idle = pair(listener, "newreno");
    final Future<String> blocked = threads.submit(reader(idle[0]));
    TcpSocket[] bad = pair(listener, "stuck");
    final Future<String> lost = threads.submit(writer(bad[0], 99));
    threads.submit(reader(bad[1]));
    List<Future<String>> sent = new ArrayList<>();
    List<Future<String>> got = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      TcpSocket[] pair = pair(listener, "newreno");
      sent.add(threads.submit(writer(pair[0], i)));
      got.add(threads.submit(reader(pair[1])));
      sent.add(threads.submit(writer(pair[1], i + 1000)));
      got.add(threads.submit(reader(pair[0])));
    }
    hangNow = true;
    assertThat(hanging.await(60, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < sent.size(); i++) {
      assertThat(got.get(i).get(600, TimeUnit.SECONDS))
          .isEqualTo(sent.get(i).get(600, TimeUnit.SECONDS));
    }
    assertThat(lost)
        .failsWithin(Duration.ofSeconds(60))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(TcpException.class);
    assertThat(bad[0].failure().error()).isEqualTo(TcpError.CONNECTION_ABORTED);
    threads.submit(writer(idle[1], 5)).get(200, TimeUnit.SECONDS);
    assertThat(blocked.get(200, TimeUnit.SECONDS)).isNotEmpty();

    assertThat(one.counters()).containsEntry("Lane.Hangs", 1L);
    assertThat(one.counters()).containsEntry("Lane.AbandonedThreads", 1L);
    assertThat(stuck.isAlive()).isTrue();
    SlotStatus tcp =
        one.lane().slots().stream().filter(s -> s.slot().equals("tcp")).findFirst().orElseThrow();
    assertThat(tcp.state()).isEqualTo("running");
    assertThat(tcp.crashes()).isEqualTo(1);
    assertThat(reports).hasSize(1);
    assertThat(reports.get(0).slot()).isEqualTo("tcp");
    assertThat(reports.get(0).frame()).as("the acknowledgement that it hung on").isNotNull();
    released = true;
    stuck.join(60_000);
    assertThat(stuck.isAlive()).isFalse();
    // what came back has harmed nobody
    TcpSocket[] later = pair(listener, "newreno");
    Future<String> laterSent = threads.submit(writer(later[0], 6));
    assertThat(threads.submit(reader(later[1])).get(200, TimeUnit.SECONDS))
        .isEqualTo(laterSent.get(200, TimeUnit.SECONDS));
    assertThat(one.counters()).containsEntry("Lane.Hangs", 1L);
  }
}
