package io.karavel.itests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Thousands of connections over the kernel's TCP to an echo, to be run inside a namespace until its
 * standard input ends: some stream by a timetable, the others are idle, and one, the probe, passes
 * a byte to and fro every millisecond.
 *
 * <pre>
 * ADDRESS PORT STREAMS IDLE PERIOD_MILLIS
 * </pre>
 *
 * It prints {@code ready}. To each line {@code mark} it answers, when all that was due is back,
 * {@code mark} with the longest times since the mark before in nanoseconds, and the kernel's
 * counters: {@code probe} between two bytes of the probe, {@code stream} from when a piece of a
 * stream was due until its echo was there, {@code own} that this program itself did not run. Then
 * come the times between two bytes of the probe that were long, each as {@code FROM:TO} in
 * nanoseconds. At the end it prints {@code exact BYTES} or what was wrong.
 */
final class KernelCrowd {
  private static final long MILLI = 1_000_000;

  /** A time between two bytes of the probe that is told by itself is longer. */
  static final long LONG_NANOS = 4 * MILLI;

  private static final int IDLE_BYTES = 64;
  private static final List<String> COUNTERS =
      List.of("TCPTimeouts", "TCPLossProbes", "RetransSegs", "EstabResets", "OutRsts");

  private final InetSocketAddress echo;
  private final List<SocketChannel> idle = new ArrayList<>();
  private final KernelStream[] streams;
  private final SocketChannel probe;
  private final Selector selector = Selector.open();
  private final long periodNanos;
  private final AtomicLong longestProbe = new AtomicLong();
  private final Queue<String> longProbes = new ConcurrentLinkedQueue<>();
  private final AtomicLong longestStream = new AtomicLong();
  private final AtomicLong longestOwn = new AtomicLong();
  private volatile CountDownLatch asked;
  private volatile long probed;
  private volatile boolean over;
  private volatile String problem;

  private KernelCrowd(InetSocketAddress echo, int streams, int idle, long periodNanos)
      throws Exception {
    this.echo = echo;
    this.periodNanos = periodNanos;
    this.streams = new KernelStream[streams];
    probe = connected();
    for (int i = 0; i < streams; i++) {
      SocketChannel channel = connected();
      channel.configureBlocking(false);
      this.streams[i] = new KernelStream(channel, i);
    }
    for (int i = 0; i < idle; i++) {
      this.idle.add(connected());
    }
  }

  /** See the class. */
  public static void main(String[] words) throws Exception {
    KernelCrowd crowd =
        new KernelCrowd(
            new InetSocketAddress(words[0], Integer.parseInt(words[1])),
            Integer.parseInt(words[2]),
            Integer.parseInt(words[3]),
            Long.parseLong(words[4]) * MILLI);
    crowd.run();
  }

  private SocketChannel connected() throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.socket().connect(echo, 20_000);
    return channel;
  }

  private void run() throws Exception {
    List<Thread> threads =
        List.of(
            thread("streams", this::stream),
            thread("probe", this::probe),
            thread("own", this::watchItself));
    threads.forEach(Thread::start);
    System.out.println("ready");
    BufferedReader asking =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (asking.readLine() != null) {
      System.out.println(problem == null ? mark() : problem);
    }
    over = true;
    selector.wakeup();
    for (Thread thread : threads) {
      thread.join();
    }
    if (problem == null) {
      askTheIdle();
    }
    long bytes = 0;
    for (KernelStream stream : streams) {
      bytes += stream.received();
      if (problem == null && !stream.isExact()) {
        problem = "other bytes came back on " + stream;
      }
    }
    System.out.println(problem == null ? "exact " + bytes : problem);
  }

  private interface Work {
    void run() throws Exception;
  }

  private Thread thread(String name, Work work) {
    return new Thread(
        () -> {
          try {
            work.run();
          } catch (Exception e) {
            problem = name + ": " + e;
          }
        },
        name);
  }

  /** What the class says; waits until all that is due now has come back, however long it takes. */
  private String mark() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    long probes = probed;
    asked = answered;
    while (problem == null && (answered.getCount() > 0 || probed < probes + 2)) {
      Thread.sleep(1);
    }
    StringBuilder answer = new StringBuilder("mark");
    answer.append(" probe=").append(longestProbe.getAndSet(0));
    answer.append(" stream=").append(longestStream.getAndSet(0));
    answer.append(" own=").append(longestOwn.getAndSet(0));
    Map<String, Long> counters = counters();
    COUNTERS.forEach(
        name -> answer.append(' ').append(name).append('=').append(counters.get(name)));
    for (String gap = longProbes.poll(); gap != null; gap = longProbes.poll()) {
      answer.append(' ').append(gap);
    }
    return problem == null ? answer.toString() : problem;
  }

  /** Of the namespace, as nstat reads them: lines of names, each followed by one of values. */
  private static Map<String, Long> counters() throws IOException {
    Map<String, Long> counters = new LinkedHashMap<>();
    for (String file : List.of("/proc/self/net/snmp", "/proc/self/net/netstat")) {
      List<String> lines = Files.readAllLines(Path.of(file));
      for (int i = 0; i + 1 < lines.size(); i += 2) {
        String[] names = lines.get(i).split(" ");
        String[] values = lines.get(i + 1).split(" ");
        for (int j = 1; j < names.length && names[0].startsWith("Tcp"); j++) {
          counters.put(names[j], Long.parseLong(values[j]));
        }
      }
    }
    return counters;
  }

  /** The timetable: piece {@code n} of all streams is due {@code n} intervals after the begin. */
  private void stream() throws Exception {
    for (KernelStream stream : streams) {
      stream.register(selector);
    }
    long intervalNanos = Math.max(1, periodNanos / Math.max(1, streams.length));
    long beginNanos = System.nanoTime();
    long next = 0;
    long awaited = -1;
    CountDownLatch served = null;
    while (!over) {
      long nowNanos = System.nanoTime();
      while (streams.length > 0 && beginNanos + next * intervalNanos - nowNanos <= 0) {
        streams[(int) (next % streams.length)].send();
        next++;
      }
      if (asked != served && awaited < 0) {
        awaited = next;
      }
      if (awaited >= 0 && allBack(awaited)) {
        awaited = -1;
        served = asked;
        served.countDown();
      }
      selector.select(1);
      nowNanos = System.nanoTime();
      for (SelectionKey key : selector.selectedKeys()) {
        KernelStream stream = (KernelStream) key.attachment();
        long from = stream.echoed();
        stream.ready();
        for (long piece = from; piece < stream.echoed(); piece++) {
          long dueNanos = beginNanos + (piece * streams.length + stream.number()) * intervalNanos;
          longestStream.accumulateAndGet(nowNanos - dueNanos, Math::max);
        }
      }
      selector.selectedKeys().clear();
    }
    for (KernelStream stream : streams) {
      stream.end();
    }
  }

  private boolean allBack(long pieces) {
    for (KernelStream stream : streams) {
      if (stream.echoed() * streams.length + stream.number() < pieces) {
        return false;
      }
    }
    return true;
  }

  private void probe() throws Exception {
    ByteBuffer one = ByteBuffer.allocateDirect(1);
    long lastNanos = System.nanoTime();
    for (long count = 0; !over; count++) {
      one.clear().put(0, (byte) count);
      probe.write(one);
      one.clear();
      if (probe.read(one) < 0 || one.get(0) != (byte) count) {
        problem = "the probe got another byte or the end after " + count;
        return;
      }
      long nowNanos = System.nanoTime();
      longestProbe.accumulateAndGet(nowNanos - lastNanos, Math::max);
      if (nowNanos - lastNanos > LONG_NANOS) {
        longProbes.add(lastNanos + ":" + nowNanos);
      }
      lastNanos = nowNanos;
      probed = count;
      LockSupport.parkNanos(MILLI);
    }
  }

  private void watchItself() {
    long lastNanos = System.nanoTime();
    while (!over) {
      LockSupport.parkNanos(MILLI);
      long nowNanos = System.nanoTime();
      longestOwn.accumulateAndGet(nowNanos - lastNanos, Math::max);
      lastNanos = nowNanos;
    }
  }

  /** Each says something of its own and hears it. */
  private void askTheIdle() throws IOException {
    for (int i = 0; i < idle.size(); i++) {
      byte[] said = new byte[IDLE_BYTES];
      new Random(i).nextBytes(said);
      byte[] heard = new byte[IDLE_BYTES];
      idle.get(i).socket().setSoTimeout(60_000);
      idle.get(i).socket().getOutputStream().write(said);
      int count = idle.get(i).socket().getInputStream().readNBytes(heard, 0, IDLE_BYTES);
      if (count < IDLE_BYTES || !java.util.Arrays.equals(said, heard)) {
        problem = "idle connection " + i + " heard " + count + " bytes, or others";
        return;
      }
      idle.get(i).close();
    }
  }
}
