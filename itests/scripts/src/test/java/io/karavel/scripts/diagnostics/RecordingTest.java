package io.karavel.scripts.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.diagnostics.internal.capture.EpochClock;
import io.karavel.diagnostics.internal.capture.FrameFilter;
import io.karavel.diagnostics.internal.capture.RecordReader;
import io.karavel.diagnostics.internal.capture.Recorder;
import io.karavel.diagnostics.internal.capture.RowForm;
import io.karavel.diagnostics.internal.capture.TextForm;
import io.karavel.nic.FrameTap;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.BulkTransfer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What a recorder keeps of a stack's frames, and that it costs the stack nothing it could notice.
 */
class RecordingTest {
  private static final int RING = 1 << 20;

  private final Bench bench = new Bench(Map.of("timestamps", false));
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TextForm text =
      new TextForm(bytes, new EpochClock(bench.ground.clock(), bench.ground.calendar()));

  private Recorder record(String filter, int snapLength, long packets, int ring) {
    Recorder recorder = new Recorder(FrameFilter.parse(filter), snapLength, packets, 0, ring, true);
    bench.attach("main", recorder.tap("", FrameTap.AT_DEVICE, true, true));
    bench.transitions("main").add(recorder);
    return recorder;
  }

  private List<String> lines(Recorder recorder) throws Exception {
    new RecordReader(recorder).drain(text);
    text.flush();
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void aHandshakeReadsLikeTcpdumpWithTheStatesItLedTo() throws Exception {
    Recorder recorder = record("tcp", 96, 0, RING);
    bench.passive();
    List<String> lines = lines(recorder);
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0))
        .matches(
            "\\d\\d:\\d\\d:\\d\\d\\.\\d{6} wire0 < IP 10\\.0\\.0\\.1\\.\\d+ > 10\\.0\\.0\\.2\\.80:"
                + " Flags \\[S\\], seq \\d+, win \\d+, options \\[mss 1460, sackOK,.*"
                + " length 0 \\[now SYN-RECEIVED\\]");
    assertThat(lines.get(1)).contains("wire0 > ", "Flags [S.]", "ack ");
    assertThat(lines.get(2)).contains("Flags [.]", "now ESTABLISHED");
  }

  @Test
  void forScriptsAFrameIsARowOfColumnsOrAJsonObject() throws Exception {
    EpochClock clock = new EpochClock(bench.ground.clock(), bench.ground.calendar());
    Recorder[] recorders = {record("tcp", 96, 0, RING), record("tcp", 96, 0, RING)};
    bench.passive();
    List<List<String>> forms = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      ByteArrayOutputStream rows = new ByteArrayOutputStream();
      RowForm form = new RowForm(rows, clock, i == 1);
      new RecordReader(recorders[i]).drain(form);
      form.finish(0, 3);
      forms.add(rows.toString(StandardCharsets.UTF_8).lines().toList());
    }
    assertThat(forms.get(0)).hasSize(3);
    assertThat(forms.get(0).get(0).split("\t", -1))
        .hasSize(6)
        .contains("wire0", "in", "now SYN-RECEIVED");
    assertThat(forms.get(1)).hasSize(3);
    assertThat(forms.get(1).get(0))
        .matches(
            "\\{\"time\":\"\\d{4}-\\d\\d-\\d\\dT[^\"]+Z\",\"interface\":\"wire0\",\"direction\":\"in\",\"length\":\\d+,\"frame\":\"IP"
                + " [^\"]+\",\"comment\":\"now SYN-RECEIVED\"\\}");
  }

  @Test
  void theFilterChoosesAndTheBoundEndsIt() throws Exception {
    Recorder recorder = record("syn and not src host 10.0.0.2", 96, 2, RING);
    TcpListener listener = bench.main.tcp().listen(Bench.SERVER, 8);
    for (int i = 0; i < 4; i++) {
      bench.peer.tcp().connect(Bench.SERVER);
    }
    bench.until(() -> listener.acceptQueue() == 4);
    assertThat(recorder.isFull()).isTrue();
    assertThat(lines(recorder)).hasSize(2).allMatch(line -> line.contains("Flags [S],"));
  }

  @Test
  void whatFindsNoRoomIsLostToTheCaptureAloneAndCounted() throws Exception {
    Recorder recorder = record("", 65_535, 0, 1 << 16);
    TcpSocket[] ends = bench.passive();
    BulkTransfer transfer = new BulkTransfer(ends[1], ends[0], 1 << 20, 7, false);
    bench.network.afterEachEvent(transfer::pump);
    transfer.pump();
    bench.until(() -> transfer.readBytes() == 1 << 20);
    assertThat(recorder.lost()).isPositive();
    assertThat(recorder.packets()).isPositive();
    assertThat(bench.main.drops()).isEmpty();
    assertThat(lines(recorder)).hasSize((int) recorder.packets());
  }

  @Test
  void aDiscardedFrameSaysWhy() throws Exception {
    Recorder recorder = record("", 96, 0, RING);
    bench.main.deliver(
        new byte[] {0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 1, 1, 10, 0, 0, 1, 10, 0, 0, 2});
    assertThat(lines(recorder)).singleElement().asString().contains("dropped: IP_CHECKSUM");
  }

  @Test
  void framesGoOnWhenTheDriverIsReplacedWhileRecording() throws Exception {
    Recorder recorder = record("tcp", 96, 0, RING);
    TcpSocket[] ends = bench.passive();
    bench.main.replace("nic:wire0");
    ends[0].shutdownOutput();
    bench.network.advance(Duration.ofSeconds(1));
    assertThat(lines(recorder)).anyMatch(line -> line.contains("Flags [F.]"));
  }
}
