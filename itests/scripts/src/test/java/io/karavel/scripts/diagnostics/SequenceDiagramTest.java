package io.karavel.scripts.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.ConnectionChoice;
import io.karavel.control.LostMessage;
import io.karavel.diagnostics.internal.laboratory.LossRun;
import io.karavel.diagnostics.internal.trace.ConnectionWatch;
import io.karavel.diagnostics.internal.trace.SequenceDiagram;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The handshake and the close as they are taught, drawn from a connection. */
class SequenceDiagramTest {
  private final Bench bench = new Bench(Map.of("timestamps", false));
  private final SequenceDiagram diagram = new SequenceDiagram(bench.lines::add);

  /** The lines without windows and with single spaces and dashes. */
  private List<String> drawn() {
    return bench.lines.stream()
        .map(line -> line.replaceAll(" win \\d+", "").replaceAll("-{2,}", "--"))
        .map(line -> line.trim().replaceAll("\\s+", " "))
        .toList();
  }

  @Test
  void drawsOpeningDataAndCloseOfAConnectionThatThePeerOpens() throws Exception {
    TcpListener listener = bench.main.tcp().listen(Bench.SERVER, 4);
    ConnectionChoice next = new ConnectionChoice("main", 0, 80, Optional.empty(), 0);
    try (ConnectionWatch watch = new ConnectionWatch(bench.ground, next, diagram)) {
      bench.network.afterEachEvent(watch::look);
      TcpSocket client = bench.peer.tcp().connect(Bench.SERVER);
      bench.until(() -> listener.acceptQueue() > 0);
      TcpSocket server = listener.accept();
      client.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)));
      bench.network.advance(Duration.ofSeconds(1));
      assertThat(server.read(ByteBuffer.allocate(10))).isEqualTo(5);
      client.close();
      bench.network.advance(Duration.ofSeconds(1));
      server.close();
      bench.network.advance(Duration.ofSeconds(1));
      watch.look();
    }
    assertThat(drawn().subList(1, drawn().size()))
        .containsExactly(
            "0.000000 <-- SYN seq 0 --| (SYN-SENT)",
            "0.000000 SYN-RECEIVED",
            "0.000000 |-- SYN ACK seq 0 ack 1 -->",
            "0.001000 <-- ACK ack 1 --| (ESTABLISHED)",
            "0.001000 ESTABLISHED",
            "0.001500 <-- PSH ACK seq 1:6 (5) ack 1 --|",
            "0.001500 |-- ACK ack 6 -->",
            "1.001500 <-- FIN ACK seq 6 ack 1 --| (FIN-WAIT-1)",
            "1.001500 CLOSE-WAIT",
            "1.041500 |-- ACK ack 7 --> (FIN-WAIT-2)",
            "2.001000 LAST-ACK",
            "2.001000 |-- FIN ACK seq 1 ack 7 -->",
            "2.002000 <-- ACK ack 2 --| (TIME-WAIT)",
            "2.002000 CLOSED");
    assertThat(diagram.isOver()).isTrue();
  }

  @Test
  void showsWhatWasLostAndSaidAgainAndTheEndsOfAnExistingConnection() throws Exception {
    TcpSocket[] ends = bench.passive();
    bench.network.advance(Duration.ofSeconds(1));
    ConnectionChoice choice = ConnectionChoice.ofId("main", ends[0].id());
    try (ConnectionWatch watch = new ConnectionWatch(bench.ground, choice, diagram);
        LossRun run =
            new LossRun(
                bench.ground, choice, LostMessage.FIN1, 1, TcpSettings::defaults, line -> {})) {
      bench.network.afterEachEvent(
          () -> {
            watch.look();
            run.step();
          });
      ends[0].shutdownOutput();
      bench.network.advance(Duration.ofMillis(300));
      watch.look();
    }
    List<String> drawn = drawn();
    assertThat(drawn.get(0)).startsWith("seconds us 10.0.0.2:80 peer 10.0.0.1:");
    assertThat(drawn.get(1)).isEqualTo("ESTABLISHED (ESTABLISHED)");
    assertThat(drawn).anyMatch(line -> line.endsWith("X lost: LABORATORY_LOSS"));
    assertThat(drawn).anyMatch(line -> line.startsWith("0.200000 |-- FIN ACK seq 1 ack 1 -->"));
    assertThat(drawn).endsWith("0.241000 FIN-WAIT-2");
  }
}
