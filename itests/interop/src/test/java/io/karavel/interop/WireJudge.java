package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * tshark in front of a device: it reads every frame that passes, whole, as tcpdump hands it on,
 * without a file between them. It may be slower than the traffic: the kernel keeps for tcpdump what
 * {@link #PART} bytes make, so whoever sends more lets it catch up in between.
 */
final class WireJudge implements AutoCloseable {
  /** There and back they are a quarter of what the kernel keeps, and a third with all headers. */
  static final long PART = Tcpdump.BUFFER_KIB * 1024L / 8;

  /** Of the largest frames, 64 KiB, another quarter. */
  private static final int UNREAD = Tcpdump.BUFFER_KIB / 4 / 64;

  /** tshark's last word: how many frames it has read, and their bytes. */
  private static final Pattern TOTAL = Pattern.compile("\\|.*<>.*\\| +([0-9]+) \\| +([0-9]+) \\|");

  /**
   * What was judged.
   *
   * @param partial how many had only the pseudo-header's sum
   */
  record Result(long frames, long bytes, int partial) {}

  private final List<Process> pipeline;
  private final Tcpdump tcpdump;
  private final CompletableFuture<Result> result;

  /** Begins; with offloads, checksums may be partial. */
  WireJudge(NetworkNamespace namespace, String device, boolean offloads) throws IOException {
    List<String> tshark = Verdict.tshark("-");
    tshark.addAll(List.of("-z", "io,stat,0"));
    pipeline =
        namespace.pipeline(
            new ProcessBuilder(Tcpdump.command(device, "-")),
            new ProcessBuilder(tshark).redirectErrorStream(true));
    tcpdump = new Tcpdump(namespace, pipeline.get(0));
    result = CompletableFuture.supplyAsync(() -> read(new Verdict(offloads)));
  }

  private Result read(Verdict verdict) {
    long frames = -1;
    long bytes = -1;
    try (BufferedReader lines = pipeline.get(1).inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher total = TOTAL.matcher(line);
        if (total.matches()) {
          frames = Long.parseLong(total.group(1));
          bytes = Long.parseLong(total.group(2));
        } else if (!line.matches("[|=].*|\\s*|Running as user.*")) {
          verdict.add(line);
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return new Result(frames, bytes, verdict.assertNothingWrong());
  }

  /** Waits until the kernel has room for another part. */
  void catchUp() throws IOException {
    tcpdump.awaitSeen(UNREAD);
  }

  /** Ends it: it has read every frame, and none was malformed or had a wrong checksum. */
  Result stop() throws Exception {
    long captured = tcpdump.stop();
    try {
      Result judged = result.get(120, TimeUnit.SECONDS);
      assertThat(judged.frames).as("frames that tshark has read").isEqualTo(captured);
      return judged;
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e);
    }
  }

  @Override
  public void close() {
    pipeline.forEach(Process::destroy);
  }
}
