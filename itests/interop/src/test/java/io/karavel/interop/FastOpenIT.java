package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.interop.SegmentLog.Entry;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TCP Fast Open (RFC 7413) with the kernel, in both roles. */
@Requires({"nft", "tcpdump"})
@SuppressWarnings("try") // a loss is there to be ended, not to be asked anything
class FastOpenIT {
  private static final String SYN_ACK = "tcp flags & (syn | ack) == (syn | ack)";
  private static final String NO_SYN = "tcp flags & syn == 0";
  private static final String SYN = "tcp flags & (syn | ack) == syn";
  private static RoutedWire wire;
  private static StateLog states;
  private static int lastPort = 8400;

  private final int port = ++lastPort;
  private final OneOfManyTests test = new OneOfManyTests(wire, states, port);

  @BeforeAll
  static void open() {
    wire = RoutedWire.create("tcp.fastOpen=both", "tcp.fastOpenBlackholeSeconds=0");
    // 1: clients, 2: servers, 0x400: every listener, without an option of its own
    wire.kernel
        .sysctl("net/ipv4/tcp_fastopen", Integer.toString(0x403))
        .sysctl("net/ipv4/tcp_fastopen_blackhole_timeout_sec", "0");
    states = StateLog.start(wire);
  }

  @AfterAll
  static void close() {
    states.close();
    wire.close();
  }

  private static boolean hasCookie(Entry segment) {
    return segment.options().matches(".*tfo +cookie [0-9a-f]{8,}.*");
  }

  private static boolean asksForCookie(Entry segment) {
    return segment.options().matches(".*tfo +cookiereq.*");
  }

  /** Listens at the other end. */
  private void listen(boolean weOpen) {
    if (weOpen) {
      wire.sockets.ask("listen l" + port + " " + port);
    } else {
      listener = wire.stack.values("listen " + port).get("id");
    }
  }

  private String listener;
  private String kernelAddress = RoutedWire.KERNEL;

  /** Connects with so many bytes; the name of the socket at the end that opens. */
  private String early(boolean weOpen, String name, int bytes) {
    if (weOpen) {
      Map<String, String> said =
          wire.stack.values("early " + kernelAddress + " " + port + " " + bytes);
      assertThat(said).containsEntry("taken", Integer.toString(bytes));
      return said.get("id");
    }
    assertThat(
            wire.sockets.values("early " + name + " " + RoutedWire.OURS + " " + port + " " + bytes))
        .containsEntry("taken", Integer.toString(bytes));
    return name;
  }

  /** Accepts at the other end. */
  private String accept(boolean weOpen, String name) {
    if (weOpen) {
      wire.sockets.ask("accept " + name + " l" + port);
      return name;
    }
    return wire.stack.values("accept " + listener).get("id");
  }

  /** Waits until so many bytes are there, and reads them. */
  private void assertReads(boolean ours, String name, int bytes) {
    if (ours) {
      test.await(
          bytes + " bytes should arrive",
          () -> wire.stack.number("pending " + name, "available") == bytes);
    } // the kernel says of a connection whose handshake is not over that nothing is there
    LineProcess end = ours ? wire.stack : wire.sockets;
    assertThat(end.values("read " + name + " " + bytes))
        .as(test.describe())
        .containsEntry("read", Integer.toString(bytes));
  }

  /** The client has a cookie afterwards. */
  private void learnCookie(boolean weOpen) {
    listen(weOpen);
    early(weOpen, "first" + port, 10);
    String accepted = accept(weOpen, "firstAccepted" + port);
    assertReads(!weOpen, accepted, 10);
    test.awaitSent(weOpen, segment -> !segment.isSyn(), 1);
  }

  /** The latest SYN with so much data, once the log of the wire has it. */
  private Entry synWith(boolean weOpen, int length) {
    Predicate<Entry> kind = segment -> segment.isSyn() && segment.length() == length;
    test.awaitSent(weOpen, kind, 1);
    var all = wire.segments.of(port, weOpen, kind);
    return all.get(all.size() - 1);
  }

  /** The answer to a SYN takes so many of its bytes. */
  private void awaitTaken(boolean weAnswer, Entry syn, int bytes) {
    test.awaitSent(
        weAnswer,
        segment -> segment.isSynAck() && segment.acknowledgment() == syn.sequence() + 1 + bytes,
        1);
  }

  private static long counter(boolean ours, String name) {
    if (ours) {
      return wire.stack.number("counters", "TcpExt." + name);
    }
    String[] lines =
        wire.kernel
            .run("cat", "/proc/net/netstat")
            .orFail()
            .lines()
            .filter(line -> line.startsWith("TcpExt:"))
            .toArray(String[]::new);
    String[] names = lines[0].split(" ");
    for (int i = 1; i < names.length; i++) {
      if (names[i].equals(name)) {
        return Long.parseLong(lines[1].split(" ")[i]);
      }
    }
    throw new AssertionError("no counter " + name);
  }

  /** Without a cookie the data follows the handshake, and the SYN-ACK brings the cookie. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theFirstConnectionBringsTheCookie(boolean weOpen) {
    if (weOpen) {
      kernelAddress = "10.77.1.2"; // to which nobody has connected yet
      wire.kernel.run("ip", "address", "add", kernelAddress + "/24", "dev", "eth0").orFail();
    } else {
      wire.kernel.run("ip", "tcp_metrics", "flush").orFail(); // where the kernel keeps cookies
    }
    learnCookie(weOpen);
    Entry syn = wire.segments.of(port, weOpen, Entry::isSyn).get(0);
    assertThat(asksForCookie(syn)).as(syn + test.describe()).isTrue();
    assertThat(syn.length()).isZero();
    test.awaitSent(!weOpen, FastOpenIT::hasCookie, 1);
  }

  /** The server's application has the data while the handshake is not even over. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void withTheCookieDataTravelsWithTheSynAndIsReadBeforeTheHandshakeEnds(boolean weOpen) {
    learnCookie(weOpen);
    final long opened = counter(weOpen, "TCPFastOpenActive");
    final long accepted = counter(!weOpen, "TCPFastOpenPassive");
    try (RoutedWire.Loss loss = wire.lose(weOpen, port, NO_SYN)) {
      final String client = early(weOpen, "c" + port, 500);
      String server = accept(weOpen, "a" + port);
      assertReads(!weOpen, server, 500);
      Entry syn = synWith(weOpen, 500);
      assertThat(hasCookie(syn)).as(syn.toString()).isTrue();
      awaitTaken(!weOpen, syn, 500);
      loss.mend();
      // and it is a connection like others, both ways
      if (weOpen) {
        wire.stack.ask("write " + client + " 100");
        wire.sockets.ask("write " + server + " 200");
      } else {
        wire.sockets.ask("write " + client + " 100");
        wire.stack.ask("write " + server + " 200");
      }
      assertReads(!weOpen, server, 100);
      assertReads(weOpen, client, 200);
    }
    test.await(
        "the client should count it", () -> counter(weOpen, "TCPFastOpenActive") == opened + 1);
    assertThat(counter(!weOpen, "TCPFastOpenPassive")).isEqualTo(accepted + 1);
  }

  /** A path that loses SYNs with data: the repeated one has neither cookie nor data. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLostSynIsRepeatedWithoutData(boolean weOpen) {
    learnCookie(weOpen);
    int before = wire.segments.of(port, weOpen, Entry::isSyn).size();
    try (RoutedWire.Loss loss = wire.lose(weOpen, port, SYN + " meta length > 200")) {
      early(weOpen, "c" + port, 500);
      test.awaitSent(weOpen, Entry::isSyn, before + 2);
      String server = accept(weOpen, "a" + port);
      assertReads(!weOpen, server, 500);
    }
    var syns = wire.segments.of(port, weOpen, Entry::isSyn);
    Entry repeated = syns.get(syns.size() - 1);
    assertThat(repeated.length()).as(test.describe()).isZero();
    assertThat(repeated.options()).doesNotContain("tfo");
  }

  /** A SYN-ACK that is lost: the server repeats it, and the data is delivered once. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLostSynAckRepeatsNoData(boolean weOpen) {
    learnCookie(weOpen);
    int before = wire.segments.of(port, !weOpen, Entry::isSynAck).size();
    RoutedWire.Loss loss = wire.lose(!weOpen, port, SYN_ACK);
    String client = early(weOpen, "c" + port, 500);
    String server = accept(weOpen, "a" + port);
    assertReads(!weOpen, server, 500);
    test.awaitSent(!weOpen, Entry::isSynAck, before + 2);
    loss.mend();
    if (weOpen) {
      test.await(
          "we should have opened",
          () -> wire.stack.values("outcome " + client).containsValue("ESTABLISHED"));
      wire.stack.ask("write " + client + " 7");
      wire.stack.ask("shutdown " + client);
    } else {
      wire.sockets.ask("write " + client + " 7");
      wire.sockets.ask("shutdown " + client);
    }
    assertReads(!weOpen, server, 7);
  }

  /**
   * The kernel forgets its key: our cookie is wrong, the data comes again, and a new one is kept.
   */
  @Test
  void aCookieThatTheKernelDoesNotKnowIsReplaced() {
    learnCookie(true);
    wire.kernel.sysctl("net/ipv4/tcp_fastopen_key", "12345678-9abcdef0-12345678-9abcdef0");
    early(true, "", 500);
    assertReads(false, accept(true, "a" + port), 500);
    awaitTaken(false, synWith(true, 500), 0);
    early(true, "", 500);
    assertReads(false, accept(true, "b" + port), 500);
    test.await(
        "the new cookie should be good",
        () ->
            wire.segments.of(port, false, Entry::isSynAck).stream()
                .anyMatch(
                    segment -> segment.acknowledgment() == synWith(true, 500).sequence() + 501));
  }
}
