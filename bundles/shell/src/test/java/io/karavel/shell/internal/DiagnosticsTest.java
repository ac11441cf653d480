package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.CaptureForm;
import io.karavel.control.CaptureInfo;
import io.karavel.control.CaptureRequest;
import io.karavel.control.Captures;
import io.karavel.control.ConnectionChoice;
import io.karavel.control.ConnectionTraces;
import io.karavel.control.Impairments;
import io.karavel.control.LossLaboratory;
import io.karavel.control.LossReport;
import io.karavel.control.LostMessage;
import io.karavel.nic.ImpairmentSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Captures, traces, the loss laboratory and bad wires as commands. */
class DiagnosticsTest {
  private final Shell shell = new Shell();
  private final List<String> asked = new ArrayList<>();
  private final Map<String, ImpairmentSettings> wires = new TreeMap<>();

  private static CaptureInfo info(String name, CaptureRequest request, String target) {
    return new CaptureInfo(name, request, target, false, 3, 300, 1, 1_000_000_000L, "packets");
  }

  /** How often the last line of an experiment or a trace was sent on while it ran. */
  private int delivered;

  @BeforeEach
  void publish() {
    shell.publish(
        Captures.class,
        new Captures() {
          @Override
          public CaptureInfo start(CaptureRequest request, Path file) {
            asked.add(request + " " + file);
            return info("capture1", request, file.toString());
          }

          @Override
          public CaptureInfo run(CaptureRequest request, CaptureForm form, OutputStream out)
              throws IOException {
            asked.add(request + " " + form);
            out.write("a frame\n".getBytes(StandardCharsets.UTF_8));
            int before = shell.deliveries;
            out.flush();
            assertThat(shell.deliveries).as("seen while it runs").isGreaterThan(before);
            return info("capture2", request, "standard output");
          }

          @Override
          public List<CaptureInfo> list() {
            CaptureRequest request = new CaptureRequest("main", "", "tcp and port 80", 96, 0, 0, 0);
            return List.of(info("capture1", request, "/tmp/x.pcapng"));
          }

          @Override
          public CaptureInfo stop(String name) {
            if (!name.equals("capture1")) {
              throw new IllegalArgumentException("there is no capture '" + name + "'");
            }
            return list().get(0);
          }
        });
    shell.publish(
        ConnectionTraces.class,
        (ConnectionChoice connection, long segments, long millis, Consumer<String> lines) -> {
          asked.add(connection + " " + segments + " " + millis);
          int before = shell.deliveries;
          lines.accept("|--- SYN --->");
          delivered = shell.deliveries - before;
        });
    shell.publish(
        LossLaboratory.class,
        (ConnectionChoice connection,
            LostMessage message,
            int times,
            long millis,
            Consumer<String> lines) -> {
          asked.add(connection + " " + message + " " + times + " " + millis);
          int before = shell.deliveries;
          lines.accept("losing it");
          delivered = shell.deliveries - before;
          return new LossReport(
              1, "arrived", List.of(new LossReport.Step(1_000_000_000L, -1, "SYN, arrives")));
        });
    shell.publish(
        Impairments.class,
        new Impairments() {
          @Override
          public void impair(String stack, String interfaceName, ImpairmentSettings settings) {
            wires.put(interfaceName, settings);
          }

          @Override
          public Map<String, ImpairmentSettings> inForce(String stack) {
            return wires;
          }
        });
  }

  @Test
  void theListsAreGoldenInEveryForm() throws Exception {
    Golden.check(shell, NetCaptureCommand::new, "list");
    wires.put("main0", ImpairmentSettings.NONE.withLoss(1).withDelay(20_000_000, 0));
    Golden.check(shell, NicImpairCommand::new);
  }

  @Test
  void captureShowsLinesUnlessAFileIsNamed() throws Exception {
    assertThat(
            shell.run(
                new NetCaptureCommand(),
                "-i",
                "main0",
                "-c",
                "5",
                "-s",
                "96",
                "--time",
                "2.5",
                "start",
                "tcp",
                "and",
                "port 80"))
        .isEqualTo("a frame\n");
    assertThat(shell.errors).isEqualTo("3 frames captured, 1 lost to the capture\n");
    assertThat(asked)
        .containsExactly(
            new CaptureRequest("main", "main0", "tcp and port 80", 96, 5, -1, 2500) + " TEXT");
  }

  @Test
  void asTcpdumpAllWordsAreTheFilter() throws Exception {
    shell.run(new NetCaptureCommand(), "--tcpdump", "-i", "main0", "-c", "5", "tcp", "port", "80");
    shell.run(new NetCaptureCommand(), "--tcpdump");
    assertThat(asked)
        .containsExactly(
            new CaptureRequest("main", "main0", "tcp port 80", -1, 5, -1, -1) + " TEXT",
            new CaptureRequest("main", "", "", -1, 0, -1, -1) + " TEXT");
    assertThat(shell.failure(new NetCaptureCommand())).contains("start, stop and list");
  }

  @Test
  void captureForScriptsHasColumnsAndPcapngHasNone() throws Exception {
    shell.run(new NetCaptureCommand(), "--json", "start");
    shell.run(new NetCaptureCommand(), "--no-format", "start");
    String request = new CaptureRequest("main", "", "", -1, 0, -1, -1).toString();
    assertThat(asked).containsExactly(request + " JSON", request + " PLAIN");
    assertThat(shell.failure(new NetCaptureCommand(), "-w", "-", "--json", "start"))
        .isEqualTo(
            "-w - writes pcapng to the output, where --json has no room; leave one of them out");
  }

  @Test
  void captureWritesPcapngToItsOutputOrAFile() throws Exception {
    shell.run(new NetCaptureCommand(), "-w", "-", "--bytes", "100", "start");
    assertThat(
            shell.run(
                new NetCaptureCommand(),
                "-w",
                "/tmp/x.pcapng",
                "--connection",
                "5",
                "start",
                "syn"))
        .isEqualTo("capture1 writes /tmp/x.pcapng; 'net:capture stop capture1' ends it\n");
    assertThat(asked)
        .containsExactly(
            new CaptureRequest("main", "", "", -1, 0, 100, -1) + " PCAPNG",
            new CaptureRequest(
                    "main", "", "connection 10.77.0.2:7 10.77.0.1:40000 and (syn)", -1, 0, -1, -1)
                + " /tmp/x.pcapng");
  }

  @Test
  void capturesAreListedAndStopped() throws Exception {
    assertThat(shell.run(new NetCaptureCommand(), "--no-format", "list"))
        .isEqualTo("capture1\tpackets\tmain\t\ttcp and port 80\t3\t300\t1\t/tmp/x.pcapng\n");
    assertThat(shell.run(new NetCaptureCommand(), "list")).contains("tcp and port 80", "packets");
    assertThat(shell.run(new NetCaptureCommand(), "--json", "list")).contains("\"lost\" : 1");
    assertThat(shell.run(new NetCaptureCommand(), "stop", "capture1"))
        .isEqualTo("capture1 ended: 3 frames in /tmp/x.pcapng, 1 lost to the capture\n");
    assertThat(shell.failure(new NetCaptureCommand(), "stop", "x")).contains("no capture 'x'");
    assertThat(shell.failure(new NetCaptureCommand(), "stop")).contains("net:capture list");
    assertThat(shell.failure(new NetCaptureCommand(), "begin"))
        .isEqualTo("'begin' is no action; there are start, stop and list");
    assertThat(shell.failure(new NetCaptureCommand(), "-s", "5", "start"))
        .isEqualTo("snapLength = 5 is refused: the range is 16 to 65535");
    assertThat(shell.failure(new NetCaptureCommand(), "--connection", "77", "start"))
        .contains("there is no connection 77");
  }

  @Test
  void aTraceIsOfOneConnectionOrTheNext() throws Exception {
    assertThat(shell.run(new TcpTraceCommand(), "-c", "9", "5")).isEqualTo("|--- SYN --->\n");
    assertThat(delivered).isEqualTo(1);
    assertThat(shell.run(new TcpTraceCommand(), "--json", "--time", "1", "--local", ":80"))
        .contains("\"|--- SYN --->\"");
    shell.run(new TcpTraceCommand(), "--no-format", "--peer", "10.77.0.1:40000");
    assertThat(asked)
        .containsExactly(
            ConnectionChoice.ofId("main", 5) + " 9 60000",
            new ConnectionChoice("main", 0, 80, Optional.empty(), 0) + " 0 1000",
            new ConnectionChoice(
                    "main",
                    0,
                    0,
                    Optional.of(io.karavel.address.IpAddress.parse("10.77.0.1")),
                    40000)
                + " 0 60000");
    assertThat(shell.failure(new TcpTraceCommand())).startsWith("which connection?");
    assertThat(shell.failure(new TcpTraceCommand(), "--local", ":80", "5")).contains("exclude");
    assertThat(shell.failure(new TcpTraceCommand(), "--peer", "10.0.0.0/8"))
        .contains("one address here");
  }

  @Test
  void theLaboratoryLosesOneOfTheSeven() throws Exception {
    assertThat(
            shell.run(
                new NetLabCommand(),
                "--connection",
                "5",
                "--message",
                "fin1-ack",
                "--times",
                "2",
                "--time",
                "60",
                "lose"))
        .isEqualTo("losing it\nlost 1 times; arrived\n");
    assertThat(delivered).isEqualTo(1);
    assertThat(asked).containsExactly(ConnectionChoice.ofId("main", 5) + " FIN1_ACK 2 60000");
    assertThat(
            shell.run(
                new NetLabCommand(), "--no-format", "--local", ":80", "--message", "syn", "lose"))
        .isEqualTo("\t1000\tSYN, arrives\n");
    assertThat(
            shell.run(new NetLabCommand(), "--json", "--peer", ":80", "--message", "syn", "lose"))
        .contains("\"happenedMillis\" : 1000");
    assertThat(shell.failure(new NetLabCommand(), "--connection", "5", "lose"))
        .startsWith("which message?");
    assertThat(shell.failure(new NetLabCommand(), "--connection", "5", "--message", "data", "lose"))
        .isEqualTo(
            "message 'data' is not one of the seven: syn, syn-ack, ack, fin1, fin1-ack, fin2,"
                + " fin2-ack");
    assertThat(shell.failure(new NetLabCommand(), "win")).contains("there is lose");
  }

  @Test
  void aWireIsMadeBadShownAndMended() throws Exception {
    assertThat(
            shell.run(
                new NicImpairCommand(),
                "--loss",
                "1%",
                "--delay",
                "20ms",
                "--jitter",
                "100us",
                "--reorder",
                "5",
                "--reorder-delay",
                "0.01s",
                "--duplicate",
                "0.5%",
                "--corrupt",
                "0%",
                "--rate",
                "10mbit",
                "--queue",
                "50",
                "--seed",
                "7",
                "main0"))
        .isEqualTo("main0 is impaired until 'nic:impair --off main0'\n");
    Map<String, Object> inForce = wires.get("main0").asMap();
    assertThat(inForce)
        .containsEntry("lossPercent", 1.0)
        .containsEntry("delayMs", 20.0)
        .containsEntry("jitterMs", 0.1)
        .containsEntry("reorderDelayMs", 10.0)
        .containsEntry("rateBitsPerSecond", 10_000_000L);
    assertThat(shell.run(new NicImpairCommand(), "--no-format", "main0")).startsWith("main0\t20");
    assertThat(shell.run(new NicImpairCommand(), "--json")).contains("\"lossPercent\" : 1");
    assertThat(shell.run(new NicImpairCommand(), "--off", "main0"))
        .isEqualTo("main0 is as its device is again\n");
    assertThat(wires.get("main0")).isEqualTo(ImpairmentSettings.NONE);
    assertThat(shell.failure(new NicImpairCommand(), "--loss", "101%", "main0"))
        .contains("lossPercent = '101.0' is refused: the range is 0.0 to 100.0 %");
    assertThat(shell.failure(new NicImpairCommand(), "--delay", "long", "main0"))
        .isEqualTo("--delay 'long' is no number");
    assertThat(shell.failure(new NicImpairCommand(), "--loss", "1%")).startsWith("which interface");
    assertThat(shell.failure(new NicImpairCommand(), "--off", "--loss", "1", "main0"))
        .contains("--off goes alone");
  }

  @Test
  void withoutTheBundleEachSaysSo() {
    shell.services.keySet().removeIf(type -> !type.getSimpleName().equals("Appliance"));
    for (ApplianceCommand command : List.of(new TcpTraceCommand(), new NicImpairCommand())) {
      assertThat(shell.failure(command)).contains("diagnostics: not running", "bundle:start");
    }
    assertThat(shell.failure(new NetCaptureCommand(), "list")).contains("diagnostics: not running");
    assertThat(shell.failure(new NetLabCommand(), "lose")).contains("diagnostics: not running");
  }
}
