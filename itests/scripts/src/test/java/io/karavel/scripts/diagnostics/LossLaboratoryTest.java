package io.karavel.scripts.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.control.ConnectionChoice;
import io.karavel.control.LossReport;
import io.karavel.control.LostMessage;
import io.karavel.diagnostics.internal.laboratory.LossRun;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The laboratory's prediction beside what happens: on virtual time they are equal. */
class LossLaboratoryTest {
  private static final Duration ENOUGH = Duration.ofMinutes(5);

  private final Bench bench = new Bench(Map.of("synRetries", 3, "synAckRetries", 3));

  private LossRun lose(ConnectionChoice choice, LostMessage message, int times) {
    LossRun run =
        new LossRun(
            bench.ground,
            choice,
            message,
            times,
            () -> {
              try {
                return TcpSettings.parse(Map.of("synRetries", 3, "synAckRetries", 3));
              } catch (io.karavel.engine.SettingsException e) {
                throw new AssertionError(e);
              }
            },
            bench.lines::add);
    bench.network.afterEachEvent(run::step);
    return run;
  }

  private static ConnectionChoice next() {
    return new ConnectionChoice("main", 0, 0, Optional.empty(), 0);
  }

  private LossReport whenOver(LossRun run) {
    bench.until(
        () -> {
          run.step();
          return run.isOver();
        });
    run.close();
    return run.report();
  }

  /** Every step that was predicted happened then, and there are so many of them. */
  private static void assertExact(LossReport report, int predicted) {
    List<LossReport.Step> steps =
        report.steps().stream().filter(step -> step.predictedNanos() >= 0).toList();
    assertThat(steps).as(report.toString()).hasSize(predicted);
    assertThat(steps).allMatch(step -> step.happenedNanos() == step.predictedNanos());
  }

  private static LossReport.Step last(LossReport report) {
    return report.steps().get(report.steps().size() - 1);
  }

  @Test
  void aLostSynIsSaidAgainAsPredicted() throws Exception {
    TcpListener listener = bench.peer.tcp().listen(Bench.PEER_SERVER, 4);
    LossRun run = lose(next(), LostMessage.SYN, 2);
    bench.main.tcp().connect(Bench.PEER_SERVER);
    LossReport report = whenOver(run);
    assertThat(report.ending()).isEqualTo("arrived");
    assertThat(report.lost()).isEqualTo(2);
    assertExact(report, 3);
    assertThat(last(report).happenedNanos()).isEqualTo(3_000_000_000L);
    bench.until(() -> listener.acceptQueue() > 0);
  }

  @Test
  void aSynLostForEverEndsWithGivingUpAsPredicted() throws Exception {
    bench.peer.tcp().listen(Bench.PEER_SERVER, 4);
    LossRun run = lose(next(), LostMessage.SYN, 100);
    bench.main.tcp().connect(Bench.PEER_SERVER);
    LossReport report = whenOver(run);
    assertThat(report.ending()).isEqualTo("gave up");
    // 0 1 3 7 | 15
    assertExact(report, 5);
    assertThat(last(report).happenedNanos()).isEqualTo(15_000_000_000L);
  }

  @Test
  void aLostSynAckIsSaidAgainOrAnswersTheClientsSyn() throws Exception {
    TcpListener listener = bench.main.tcp().listen(Bench.SERVER, 4);
    LossRun run = lose(next(), LostMessage.SYN_ACK, 2);
    bench.peer.tcp().connect(Bench.SERVER);
    LossReport report = whenOver(run);
    assertThat(report.ending()).isEqualTo("arrived");
    assertThat(report.lost()).isEqualTo(2);
    bench.until(() -> listener.acceptQueue() > 0);
  }

  /** The peer's SYNs at 0, 1.5 and 4.5 s; our timer at 1 s, and 2 s after each answer. */
  @Test
  void anAnswerToThePeersSynIsNoMissOfOurTimetableWhichGoesOnFromThere() throws Exception {
    TcpListener listener = bench.main.tcp().listen(Bench.SERVER, 4);
    bench.peer.set("io.karavel.tcp", "rtoInitialMillis", 1500);
    LossRun run = lose(next(), LostMessage.SYN_ACK, 3);
    bench.peer.tcp().connect(Bench.SERVER);
    LossReport report = whenOver(run);
    assertThat(report.ending()).isEqualTo("arrived");
    List<LossReport.Step> said =
        report.steps().stream().filter(step -> step.what().startsWith("SYN-ACK")).toList();
    assertThat(said)
        .extracting(LossReport.Step::happenedNanos)
        .containsExactly(0L, 1_000_000_000L, 1_500_000_000L, 3_500_000_000L);
    assertThat(said)
        .extracting(LossReport.Step::predictedNanos)
        .containsExactly(0L, 1_000_000_000L, -1L, 3_500_000_000L);
    assertThat(said.get(2).what()).contains("in answer to the peer's SYN");
    assertThat(bench.lines).noneMatch(line -> line.matches(".* -?[1-9]\\d*\\.\\d  SYN-ACK.*"));
    bench.until(() -> listener.acceptQueue() > 0);
  }

  @Test
  void lostForEverItIsGivenUpAsPredictedThoughThePeersSynsWereAnswered() throws Exception {
    bench.main.tcp().listen(Bench.SERVER, 4);
    bench.peer.set("io.karavel.tcp", "rtoInitialMillis", 1500);
    bench.peer.set("io.karavel.tcp", "synRetries", 1);
    LossRun run = lose(next(), LostMessage.SYN_ACK, 100);
    bench.peer.tcp().connect(Bench.SERVER);
    LossReport report = whenOver(run);
    assertThat(report.ending()).isEqualTo("gave up");
    // 0, 1, answer at 1.5, 3.5, 7.5, and the end at 15.5 s
    assertExact(report, 5);
    assertThat(last(report).happenedNanos()).isEqualTo(15_500_000_000L);
  }

  @Test
  void aLostAcknowledgementOfTheOpeningHasTheSynAckSaidAgainAsPredicted() throws Exception {
    TcpListener listener = bench.main.tcp().listen(Bench.SERVER, 4);
    LossRun run = lose(next(), LostMessage.ACK, 2);
    bench.peer.tcp().connect(Bench.SERVER);
    LossReport report = whenOver(run);
    assertThat(report.ending()).isEqualTo("arrived");
    assertExact(report, 3);
    bench.until(() -> listener.acceptQueue() > 0);
  }

  @Test
  void aLostFirstFinIsSaidAgainAsPredictedAndNoOtherConnectionIsTouched() throws Exception {
    TcpSocket[] ends = bench.passive();
    TcpSocket other = bench.peer.tcp().connect(Bench.SERVER);
    bench.network.advance(Duration.ofSeconds(1));
    LossRun run = lose(ConnectionChoice.ofId("main", ends[0].id()), LostMessage.FIN1, 2);
    other.shutdownOutput();
    ends[0].shutdownOutput();
    LossReport report = whenOver(run);
    assertThat(report.ending()).isEqualTo("arrived");
    assertExact(report, 3);
    assertThat(other.state()).isEqualTo(TcpState.FIN_WAIT_2);
    assertThat(bench.lines.get(0)).startsWith("losing fin1 2 times between us 10.0.0.2:80");
  }

  @Test
  void aLostAcknowledgementOfTheFirstFinHasItSaidAgain() throws Exception {
    TcpSocket[] ends = bench.passive();
    bench.network.advance(Duration.ofSeconds(1));
    LossRun run = lose(ConnectionChoice.ofId("main", ends[0].id()), LostMessage.FIN1_ACK, 2);
    ends[0].shutdownOutput();
    LossReport report = whenOver(run);
    assertThat(report.ending()).isEqualTo("arrived");
    assertExact(report, 3);
    assertThat(report.steps()).anyMatch(step -> step.what().startsWith("ACK of the first FIN"));
  }

  @Test
  void aLostSecondFinIsSaidAgainAsPredicted() throws Exception {
    TcpSocket[] ends = bench.passive();
    bench.network.advance(Duration.ofSeconds(1));
    ends[1].shutdownOutput();
    bench.until(() -> ends[0].state() == TcpState.CLOSE_WAIT);
    LossRun run = lose(ConnectionChoice.ofId("main", ends[0].id()), LostMessage.FIN2, 3);
    ends[0].shutdownOutput();
    LossReport report = whenOver(run);
    assertThat(report.ending()).isEqualTo("arrived");
    assertExact(report, 4);
  }

  @Test
  void aLostAcknowledgementOfTheSecondFinHasItSaidAgain() throws Exception {
    TcpSocket[] ends = bench.passive();
    bench.network.advance(Duration.ofSeconds(1));
    ends[1].shutdownOutput();
    bench.until(() -> ends[0].state() == TcpState.CLOSE_WAIT);
    LossRun run = lose(ConnectionChoice.ofId("main", ends[0].id()), LostMessage.FIN2_ACK, 1);
    ends[0].shutdownOutput();
    LossReport report = whenOver(run);
    assertThat(report.lost()).isEqualTo(1);
    assertThat(report.ending()).isEqualTo("arrived");
    assertExact(report, 2);
  }

  @Test
  void whatCannotComeAnyMoreIsRefusedWithWhatToDo() throws Exception {
    TcpSocket[] ends = bench.passive();
    long id = ends[0].id();
    assertThatThrownBy(() -> lose(ConnectionChoice.ofId("main", id), LostMessage.SYN, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ESTABLISHED: its syn has passed")
        .hasMessageContaining("--peer or --local");
    assertThatThrownBy(() -> lose(ConnectionChoice.ofId("main", 4711), LostMessage.FIN1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no connection 4711");
    assertThatThrownBy(() -> lose(next(), LostMessage.FIN1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("range is 1 to 1000");
  }

  @Test
  void nothingIsLostAfterItHasEnded() throws Exception {
    TcpSocket[] ends = bench.passive();
    bench.network.advance(Duration.ofSeconds(1));
    lose(ConnectionChoice.ofId("main", ends[0].id()), LostMessage.FIN1, 1).close();
    ends[0].shutdownOutput();
    assertThat(bench.network.advanceUntil(() -> ends[0].state() == TcpState.FIN_WAIT_2, ENOUGH))
        .isTrue();
    assertThat(bench.main.drops()).isEmpty();
  }
}
