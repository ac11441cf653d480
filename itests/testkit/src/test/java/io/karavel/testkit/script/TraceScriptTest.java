package io.karavel.testkit.script;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

class TraceScriptTest {
  private static final List<String> TRACE =
      List.of(
          "# what a seed failed with",
          "# connection hub 10.0.1.1:80 > 10.0.1.2:40000",
          "0.0s     tcp timestamps false",
          "0.0s     listen 80 2",
          "0.010s  <  S 0:0(0) win 65535 <mss 1460,sackOK>",
          "0.010s  >  S. 0:0(0) ack 1 <mss 1460,sackOK,nop,nop>",
          "0.020s  <  . 1:1(0) ack 1 win 65535",
          "0.020s     accept",
          "0.030s  <  P. 1:11(10) ack 1 win 65535",
          "0.030s  >  . 1:1(0) ack 11",
          "0.040s     read 10",
          "0.040s     retries2 = 4",
          "0.050s     write 100",
          "0.050s  >  P. 1:101(100) ack 11",
          "0.250s  >  P. 1:101(100) ack 11",
          "0.300s     abort",
          "0.300s  >  R. 101:101(0) ack 11",
          "# connection hub 10.0.1.1:80 > 10.0.1.2:50000",
          "0.0s     nonsense");

  @Test
  void aTraceRunsAgainAsAScript() {
    TraceScript.parse(TRACE, "40000").run();
  }

  @Test
  void whatDiffersFailsTheScript() {
    List<String> other = TRACE.stream().map(line -> line.replace("0.250s", "0.260s")).toList();
    assertThatThrownBy(() -> TraceScript.parse(other, "40000").run())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("0.250s");
  }

  /** {@code -Dkaravel.trace=FILE -Dkaravel.connection=hub} runs a trace of the simulation. */
  @Test
  @EnabledIfSystemProperty(named = "karavel.trace", matches = ".+")
  void theTraceThatWasAskedFor() throws IOException {
    List<String> lines = Files.readAllLines(Path.of(System.getProperty("karavel.trace")));
    TraceScript.parse(lines, System.getProperty("karavel.connection", "")).run();
  }
}
