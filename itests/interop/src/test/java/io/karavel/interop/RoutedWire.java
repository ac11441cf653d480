package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The kernel's TCP and ours with a router between them, in which packets can be lost without either
 * end noticing: what a netfilter rule drops at the sender would be told to its TCP. The kernel is
 * {@link #KERNEL} in a namespace of its own; the router, also a namespace, has the TAP behind which
 * our stack is.
 *
 * <p>{@link #segments} sees every segment when it leaves its end, also those that are then lost.
 */
final class RoutedWire implements AutoCloseable {
  /** The kernel's address. */
  static final String KERNEL = "10.77.1.1";

  /** Our address. */
  static final String OURS = StackProcess.ADDRESS;

  /** The device of the router behind which our stack is. */
  static final String TAP = "tap0";

  // what can be lost
  static final String SYN = "tcp flags & (syn | ack) == syn";
  static final String SYN_ACK = "tcp flags & (syn | ack) == (syn | ack)";
  static final String FIN = "tcp flags & fin == fin";
  static final String PURE_ACK = "tcp flags & (fin | syn | rst | psh) == 0";

  private static final String KERNEL_LINK = "wire0";

  /** Nobody listens there; each wait for the log has a port of its own. */
  private static final int FIRST_MARK = 30_000;

  /** In seconds; a shorter one makes no time wrong. */
  private static final double SHORTEST_PAUSE = 0.03;

  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final AtomicInteger losses = new AtomicInteger();
  private final AtomicInteger marks = new AtomicInteger(FIRST_MARK);
  final NetworkNamespace kernel = NetworkNamespace.create();
  final NetworkNamespace router = NetworkNamespace.create();
  final StackProcess stack;
  final KernelSockets sockets;
  final SegmentLog segments;

  private RoutedWire(String... settings) {
    router.run("ip", "link", "add", KERNEL_LINK, "type", "veth", "peer", "eth0").orFail();
    router.run("ip", "link", "set", "eth0", "netns", kernel.name()).orFail();
    router.run("ip", "address", "add", "10.77.1.254/24", "dev", KERNEL_LINK).orFail();
    router.run("ip", "link", "set", KERNEL_LINK, "up").orFail();
    router.sysctl("net/ipv4/ip_forward", "1");
    kernel.run("ip", "address", "add", KERNEL + "/24", "dev", "eth0").orFail();
    kernel.run("ip", "link", "set", "eth0", "up").orFail();
    kernel.run("ip", "route", "add", "default", "via", "10.77.1.254").orFail();
    router.run("nft", "add table ip wire").orFail();
    router
        .run("nft", "add chain ip wire between { type filter hook forward priority 0 ; }")
        .orFail();
    // what the tests depend on, whatever the machine's defaults are
    kernel
        .sysctl("net/ipv4/tcp_syn_linear_timeouts", "0")
        .sysctl("net/ipv4/tcp_early_retrans", "0")
        .sysctl("net/ipv4/tcp_timestamps", "1")
        .sysctl("net/ipv4/tcp_sack", "1")
        .sysctl("net/ipv4/tcp_congestion_control", "reno");
    String[] all = new String[settings.length + 1];
    all[0] = "gateway=" + StackProcess.HOST_ADDRESS;
    System.arraycopy(settings, 0, all, 1, settings.length);
    stack = StackProcess.start(router, all);
    sockets = KernelSockets.start(kernel);
    segments = SegmentLog.start(router);
  }

  /**
   * Both ends and the router, with settings of our stack as {@link StackProcess#start} has them.
   */
  static RoutedWire create(String... settings) {
    return new RoutedWire(settings);
  }

  /**
   * For how many seconds the machine kept one of the two ends from running between two times, both
   * in seconds since 1970: so much later than it ought to it may do something, or see a state.
   */
  double pausedSeconds(double from, double to) {
    return Stream.of(stack, sockets)
        .mapToDouble(
            end ->
                pauses(end)
                    .mapToDouble(pause -> Math.min(to, pause.end) - Math.max(from, pause.begin))
                    .filter(seconds -> seconds > 0)
                    .sum())
        .max()
        .orElse(0);
  }

  /** How long the machine kept one of the two ends from running at most since then; 0 if never. */
  double longestPauseSince(double seconds) {
    return Stream.of(stack, sockets)
        .flatMap(RoutedWire::pauses)
        .filter(pause -> pause.end >= seconds)
        .mapToDouble(pause -> pause.end - pause.begin)
        .filter(length -> length > SHORTEST_PAUSE)
        .max()
        .orElse(0);
  }

  /**
   * Waits until everything that either end has sent by now is in the log, which comes later than
   * what it tells of: a SYN follows it, and is waited for.
   */
  void awaitLogged() {
    int port = marks.getAndIncrement();
    sockets.ask("dial mark" + port + " " + OURS + " " + port);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (segments.of(port, false, SegmentLog.Entry::isSyn).isEmpty()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("the log of the wire does not go on");
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  private record Pause(double begin, double end) {}

  private static Stream<Pause> pauses(LineProcess process) {
    return process.ask("pauses").stream()
        .map(line -> line.split(" "))
        .map(words -> new Pause(Double.parseDouble(words[0]), Double.parseDouble(words[1])));
  }

  /** Loses packets of one end until it is mended. */
  final class Loss implements AutoCloseable {
    private final String chain;

    private Loss(String chain) {
      this.chain = chain;
    }

    /** The rules, with what their counters have counted. */
    String show() {
      return router.run("nft", "list chain ip wire " + chain).orFail();
    }

    /** From now on they pass again. */
    void mend() {
      router.run("nft", "flush chain ip wire " + chain).orFail();
    }

    @Override
    public void close() {
      mend();
    }
  }

  /**
   * Loses what one end sends from or to a port and an expression of nft matches.
   *
   * @param byUs what we send; else, what the kernel sends
   * @param match such as {@code tcp flags & fin == fin}; empty for everything
   */
  Loss lose(boolean byUs, int port, String match) {
    String chain = "loss" + losses.getAndIncrement();
    StringBuilder rules = new StringBuilder("add chain ip wire " + chain + " ; ");
    for (String side : List.of("sport", "dport")) {
      rules.append(rule(chain, byUs, side, port, match + " drop"));
    }
    rules.append("add rule ip wire between jump " + chain);
    router.run("nft", rules.toString()).orFail();
    return new Loss(chain);
  }

  /** Refuses with an ICMP error of the router what we send to a port; see {@link #lose}. */
  Loss refuse(int port, String icmp) {
    String chain = "refusal" + losses.getAndIncrement();
    String rules =
        "add chain ip wire "
            + chain
            + " ; "
            + rule(chain, true, "dport", port, "reject with icmp type " + icmp)
            + "add rule ip wire between jump "
            + chain;
    router.run("nft", rules).orFail();
    return new Loss(chain);
  }

  /**
   * Loses the first few such packets only.
   *
   * @param toServer whether they go to the port, not from it
   */
  void loseFirst(int count, boolean byUs, boolean toServer, int port, String match) {
    String first = " numgen inc mod 1000000 < " + count + " drop";
    router
        .run("nft", rule("between", byUs, toServer ? "dport" : "sport", port, match + first))
        .orFail();
  }

  /** Loses all such packets to the port but the first few. */
  void loseAllButFirst(int count, boolean byUs, int port, String match) {
    String later = " numgen inc mod 1000000 >= " + count + " drop";
    router.run("nft", rule("between", byUs, "dport", port, match + later)).orFail();
  }

  private static String rule(String chain, boolean byUs, String side, int port, String rest) {
    return String.format(
        "add rule ip wire %s iifname %s tcp %s %d %s ; ",
        chain, byUs ? TAP : KERNEL_LINK, side, port, rest);
  }

  /** A connection: its name at the kernel's end and its id at ours. */
  record Pair(String kernelName, String ourId) {}

  /** Opens a connection to a fresh listener at a port of the other end. */
  Pair open(boolean weOpen, int port) {
    String name = "c" + port;
    if (weOpen) {
      sockets.ask("listen l" + port, Integer.toString(port));
      String id = stack.values("connect " + KERNEL + " " + port).get("id");
      assertThat(id).as("we connect to port " + port).isNotNull();
      sockets.ask("accept " + name + " l" + port);
      return new Pair(name, id);
    }
    String listener = stack.values("listen " + port).get("id");
    Map<String, String> result = sockets.values("connect " + name + " " + OURS + " " + port);
    assertThat(result).containsEntry("result", "connected");
    return new Pair(name, stack.values("accept " + listener).get("id"));
  }

  @Override
  public void close() {
    segments.close();
    sockets.close();
    stack.close();
    kernel.close();
    router.close();
  }
}
