package io.karavel.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.simulation.rfc9293.Violation;
import io.karavel.testkit.script.TraceScript;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a seed leaves that fails: files with all that happened, and how to see it again. */
class FailureTest {
  private static final long SEED = 59;
  private static final int EVENT = 120;
  private static final int SECTION_HEADER = 0x0A0D0D0A;
  private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
  private static final int ENHANCED_PACKET = 6;

  @TempDir Path folder;

  /** Throws when everything of so many events has happened. */
  private static Simulation.Aside fault() {
    int[] events = {0};
    return world -> {
      if (++events[0] == EVENT) {
        throw new AssertionError("planted");
      }
    };
  }

  /** The checker is told of a key that the stack does not have. */
  private static Simulation.Aside misunderstanding() {
    int[] events = {0};
    return world -> {
      if (++events[0] == EVENT) {
        world.nodes.forEach(
            node -> world.checker.setting(node.name, "rtoMinMillis", 1500L, world.now()));
      }
    };
  }

  private Failure failure(Supplier<Simulation.Aside> planted) {
    Recorder quick = new Recorder(false);
    Throwable cause = Simulation.record(SEED, quick, planted.get());
    assertThat(cause).as("what was planted").isNotNull();
    return Failure.of(
        folder,
        "seed",
        SEED,
        cause,
        quick.hash(),
        recorder -> Simulation.record(SEED, recorder, planted.get()));
  }

  @Test
  void theMessageNamesTheSeedTheCommandAndTheFiles() {
    Failure failure = failure(FailureTest::fault);
    assertThat(failure)
        .hasMessageStartingWith("seed 59: planted\n")
        .hasMessageContaining("-Dkaravel.firstSeed=59 -Dkaravel.seeds=1")
        .hasMessageContaining(folder.resolve("seed-59.script").toAbsolutePath().toString())
        .hasMessageContaining(folder.resolve("seed-59.pcapng").toAbsolutePath().toString())
        .hasMessageNotContaining("does not replay")
        .hasRootCauseMessage("planted");
  }

  @Test
  void aViolationLeavesTheSame() {
    Failure failure = failure(FailureTest::misunderstanding);
    assertThat(failure).hasCauseInstanceOf(Violation.class);
    assertThat(failure.getMessage())
        .startsWith("seed 59: " + failure.getCause().getMessage())
        .doesNotContain("does not replay");
    assertThat(folder.resolve("seed-59.script")).isNotEmptyFile();
    assertThat(folder.resolve("seed-59.pcapng")).isNotEmptyFile();
  }

  @Test
  void whatDoesNotFailAgainIsSaidToBeNoReplay() {
    Recorder quick = new Recorder(false);
    Throwable cause = Simulation.record(SEED, quick, fault());
    Failure failure =
        Failure.of(
            folder,
            "seed",
            SEED,
            cause,
            quick.hash(),
            recorder -> Simulation.record(SEED, recorder, Simulation.NOTHING));
    assertThat(failure).hasMessageContaining("the seed does not replay");
  }

  @Test
  void theCaptureHasEveryFrameThatWasRecorded() throws IOException {
    failure(FailureTest::fault);
    Recorder recorder = new Recorder(true);
    Simulation.record(SEED, recorder, fault());
    List<byte[]> frames =
        recorder.lines().stream()
            .filter(line -> line.frame() != null)
            .map(line -> line.frame().bytes())
            .toList();
    assertThat(frames).hasSize((int) recorder.frames()).isNotEmpty();

    ByteBuffer capture =
        ByteBuffer.wrap(Files.readAllBytes(folder.resolve("seed-59.pcapng")))
            .order(ByteOrder.LITTLE_ENDIAN);
    assertThat(capture.getInt(0)).isEqualTo(SECTION_HEADER);
    assertThat(capture.getInt(8)).isEqualTo(BYTE_ORDER_MAGIC);
    int packets = 0;
    for (int at = 0; at < capture.capacity(); at += capture.getInt(at + 4)) {
      if (capture.getInt(at) == ENHANCED_PACKET) {
        byte[] packet = new byte[capture.getInt(at + 20)];
        capture.get(at + 28, packet);
        assertThat(packet).as("packet %d", packets).isEqualTo(frames.get(packets));
        packets++;
      }
    }
    assertThat(packets).isEqualTo(frames.size());
  }

  @Test
  void theScriptOfAConnectionRunsOnOneStack() throws IOException {
    failure(FailureTest::fault);
    List<String> script = Files.readAllLines(folder.resolve("seed-59.script"));
    assertThat(script).first().isEqualTo("# planted");
    String connection =
        script.stream()
            .filter(line -> line.startsWith("# connection leaf1 10.0.1.2:80 "))
            .findFirst()
            .get();
    TraceScript.parse(script, connection).run();
  }
}
