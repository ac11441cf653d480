package io.karavel.scripts.inspection;

import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpControl;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.script.PacketScript;
import java.time.Duration;

/** Connections brought to a state in one way or another, to be asked why they are there. */
final class Lives {
  private static final String SYN = "S 0:0(0) win 65535 <mss 1460>";

  private Lives() {}

  /** A connection whose story the name tells; nothing sent is left to look at. */
  static PacketScript of(String name) {
    PacketScript script = PacketScript.create();
    String state = name.replaceFirst(" by .*", "");
    switch (state) {
      case "listener" -> script.listen();
      case "aborted before it was open", "closed before it was open" -> script.connect();
      case "connect",
          "refused",
          "connect unanswered",
          "connect to nowhere",
          "closed connect",
          "connect too late for a new userTimeoutMillis" ->
          script.connect();
      case "embryo", "embryo forgotten" -> script.listen().inject(SYN);
      case "simultaneous", "simultaneous open" -> script.connect().discardSent().inject(SYN);
      case "active" -> script.openActively();
      default -> script.openPassively();
    }
    switch (state) {
      case "refused" -> script.expect("S 0:0(0)").nextFails(null).inject("R. 0:0(0) ack 1 win 0");
      case "connect unanswered" -> pass(script, 200_000);
      case "connect too late for a new userTimeoutMillis" ->
          pass(script, 5_000).tcp("userTimeoutMillis", 4000);
      case "connect to nowhere" ->
          pass(script.expect("S 0:0(0)").inject("icmp host-unreachable [0:0(0)]"), 200_000);
      case "simultaneous open" -> script.discardSent().inject("S. 0:0(0) ack 1 win 65535");
      case "data" -> script.write(10);
      case "data unanswered" -> pass(script.tcp("retries2", 3).write(10), 60_000);
      case "data too late for userTimeoutMillis" ->
          pass(script.tcp("userTimeoutMillis", 5000).write(10), 60_000);
      case "data too late for a new userTimeoutMillis" ->
          pass(script.write(10), 150).tcp("userTimeoutMillis", 100);
      case "closed window too long for a new userTimeoutMillis" ->
          pass(script.inject(". 1:1(0) ack 1 win 0").write(10), 150).tcp("userTimeoutMillis", 100);
      case "data too late for retries2" -> {
        pass(script.write(10), 20_000);
        script.tcp("retries2", 3);
      }
      case "closed window" -> script.inject(". 1:1(0) ack 1 win 0").write(10);
      case "closed window unanswered" ->
          pass(script.tcp("retries2", 3).inject(". 1:1(0) ack 1 win 0").write(10), 60_000);
      case "kept alive" -> script.option(TcpOption.KEEPALIVE, true);
      case "kept alive, silent" -> {
        script.option(TcpOption.KEEPALIVE, true).option(TcpOption.KEEPALIVE_TIME_SECONDS, 5);
        pass(script.option(TcpOption.KEEPALIVE_PROBES, 2), 300_000);
      }
      case "kept alive, silent, and fewer probes", "kept alive, silent, and sooner probes" -> {
        script.option(TcpOption.KEEPALIVE, true).option(TcpOption.KEEPALIVE_TIME_SECONDS, 5);
        script.option(TcpOption.KEEPALIVE_PROBES, 3);
        pass(script.option(TcpOption.KEEPALIVE_INTERVAL_SECONDS, 20), 60_000);
        boolean fewer = state.contains("fewer");
        script.option(
            fewer ? TcpOption.KEEPALIVE_PROBES : TcpOption.KEEPALIVE_INTERVAL_SECONDS,
            fewer ? 2 : 10);
      }
      case "reset" -> script.inject("R 1:1(0) win 0");
      case "shut down" -> script.shutdownOutput();
      case "closed" -> script.close();
      case "aborted", "aborted before it was open" -> script.abort();
      case "closed before it was open" -> script.close();
      case "closed with data unread" -> script.inject("P. 1:11(10) ack 1").discardSent().close();
      case "data after close" -> script.close().discardSent().inject("P. 1:11(10) ack 1");
      case "data after close, acknowledged" ->
          script
              .close()
              .discardSent()
              .inject(". 1:1(0) ack 2")
              .discardSent()
              .inject("P. 1:11(10) ack 2");
      case "one orphan too many" -> script.tcp("maxOrphans", 0).close();
      case "one TIME-WAIT too many" ->
          script
              .tcp("maxTimeWait", 0)
              .shutdownOutput()
              .discardSent()
              .inject("F. 1:1(0) ack 2")
              .close();
      case "reset in TIME-WAIT" ->
          script
              .close()
              .discardSent()
              .inject("F. 1:1(0) ack 2")
              .discardSent()
              .inject("R 2:2(0) win 0");
      case "aborted in TIME-WAIT" ->
          script.shutdownOutput().discardSent().inject("F. 1:1(0) ack 2").discardSent().abort();
      case "closed, data long unanswered" -> pass(script.write(10), 150_000).close();
      case "closed, the window long closed" ->
          pass(script.inject(". 1:1(0) ack 1 win 0").write(10), 150_000).close();
      case "killed in order with data unread" ->
          kill(script.inject("P. 1:11(10) ack 1").discardSent());
      case "killed in order and not to linger" ->
          kill(script.option(TcpOption.LINGER_SECONDS, 0).discardSent());
      case "killed in order and not to wait for FIN" -> {
        script.option(TcpOption.LINGER_FIN_WAIT_SECONDS, -1).shutdownOutput().discardSent();
        kill(script.inject(". 1:1(0) ack 2"));
      }
      case "closed, unanswered" -> pass(script.close(), 200_000);
      case "closed, the window closed for good" ->
          pass(script.inject(". 1:1(0) ack 1 win 0").write(10).close(), 1_000_000);
      case "closed, and the peer does not" ->
          pass(script.close().discardSent().inject(". 1:1(0) ack 2"), 61_000);
      case "closed, and finTimeoutSeconds lowered" ->
          pass(script.close().discardSent().inject(". 1:1(0) ack 2"), 30_000)
              .tcp("finTimeoutSeconds", 20);
      case "closed, reset" -> script.close().discardSent().inject("R 1:1(0) win 0");
      case "half closed" -> script.shutdownOutput().discardSent().inject(". 1:1(0) ack 2");
      case "orphan" -> script.close().discardSent().inject(". 1:1(0) ack 2");
      case "peer closed" -> script.inject("F. 1:1(0) ack 1");
      case "peer closed, then shut down" -> script.inject("F. 1:1(0) ack 1").shutdownOutput();
      case "peer closed, then closed" -> script.inject("F. 1:1(0) ack 1").close();
      case "peer closed, both over" ->
          script.inject("F. 1:1(0) ack 1").shutdownOutput().discardSent().inject(". 2:2(0) ack 2");
      case "both at once" -> script.shutdownOutput().discardSent().inject("F. 1:1(0) ack 1");
      case "both at once, acknowledged" ->
          script
              .shutdownOutput()
              .discardSent()
              .inject("F. 1:1(0) ack 1")
              .discardSent()
              .inject(". 2:2(0) ack 2");
      case "waits" -> script.shutdownOutput().discardSent().inject("F. 1:1(0) ack 2");
      case "waits anew" -> {
        pass(script.shutdownOutput().discardSent().inject("F. 1:1(0) ack 2"), 20_000);
        script.inject("F. 1:1(0) ack 2");
      }
      case "waits, and timeWaitSeconds lowered" ->
          pass(script.shutdownOutput().discardSent().inject("F. 1:1(0) ack 2"), 30_000)
              .tcp("timeWaitSeconds", 20);
      case "waited" ->
          pass(script.shutdownOutput().discardSent().inject("F. 1:1(0) ack 2"), 61_000);
      default -> {}
    }
    return script.discardSent();
  }

  private static void kill(PacketScript script) {
    StackHarness harness = script.harness();
    harness.tcpControl().kill(((StackSocket) script.socket()).id(), false);
    harness.settle();
  }

  /** Lets milliseconds pass, whatever is sent meanwhile. */
  static PacketScript pass(PacketScript script, long millis) {
    script.harness().advance(Duration.ofMillis(millis));
    script.harness().output();
    return script;
  }

  /** What the stack says of it. */
  static TcpExplanation why(PacketScript script, long id) {
    StackHarness harness = script.harness();
    TcpControl tcp = harness.tcpControl();
    if (id != 0) {
      return tcp.why(id);
    }
    return harness.connections(info -> info.remote() != null).stream()
        .map(info -> tcp.why(info.local(), info.remote()))
        .findFirst()
        .orElse(null);
  }

  /** The number of the connection, or of the listener if there is no connection; else 0. */
  static long id(PacketScript script, boolean listener) {
    if (listener) {
      return script.harness().connections(info -> info.remote() == null).get(0).id();
    }
    return script.harness().connections(info -> info.remote() != null).stream()
        .findFirst()
        .map(info -> info.id())
        .orElseGet(() -> ((StackSocket) script.socket()).id());
  }
}
