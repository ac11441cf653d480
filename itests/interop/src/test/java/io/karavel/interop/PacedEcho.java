package io.karavel.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.concurrent.CompletableFuture;

/**
 * An echo on one connection of the kernel's, in parts, so that tshark, which is slower, misses no
 * frame of it.
 */
final class PacedEcho {
  private final WireJudge judge;
  private final BufferedReader lines;
  private final Writer goOn;
  private volatile boolean enough;

  /** Begins. */
  PacedEcho(NetworkNamespace namespace, WireJudge judge, String address, long bytes) {
    this.judge = judge;
    String[] command =
        KernelPeer.command(
            "echo", address, "7", Long.toString(bytes), "1", Long.toString(WireJudge.PART));
    Process peer = namespace.start(new ProcessBuilder(command).redirectErrorStream(true));
    lines = peer.inputReader(UTF_8);
    goOn = peer.outputWriter(UTF_8);
  }

  /** No further part. */
  void end() {
    enough = true;
  }

  /** Goes on in a thread of its own. */
  CompletableFuture<String> start() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return finish();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> new Thread(task, "echo").start());
  }

  /** Goes on to the end and returns what {@link KernelPeer} says of it, on one line. */
  String finish() throws IOException {
    StringBuilder result = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.startsWith("echoed=")) {
        result.append(line).append(' ');
      } else if (enough) {
        goOn.close();
      } else {
        judge.catchUp();
        goOn.append('\n').flush();
      }
    }
    return result.toString();
  }
}
