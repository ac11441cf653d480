package io.karavel.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** All frames that pass a device, written into a file by tcpdump and read by tshark afterwards. */
final class Capture implements AutoCloseable {
  private final NetworkNamespace namespace;
  private final Path file;
  private final Tcpdump tcpdump;

  /** Begins. */
  Capture(NetworkNamespace namespace, String device) throws IOException {
    this.namespace = namespace;
    file = Files.createTempFile(Path.of("target", "interop"), "wire", ".pcap");
    List<String> command = Tcpdump.command(device, file.toString());
    tcpdump = new Tcpdump(namespace, namespace.start(new ProcessBuilder(command)));
  }

  /**
   * Ends it; nothing was missed.
   *
   * @return how many frames there are
   */
  long stop() throws Exception {
    return tcpdump.stop();
  }

  /** What tshark prints of the frames that pass a filter. */
  List<String> frames(String filter) {
    return run(Verdict.tshark(file.toString(), filter, List.of()));
  }

  private List<String> run(List<String> command) {
    return namespace
        .run(command.toArray(new String[0]))
        .orFail()
        .lines()
        .filter(line -> !line.startsWith("Running as user"))
        .toList();
  }

  /**
   * Nothing is malformed and no checksum is wrong, as {@link Verdict} has it.
   *
   * @return how many frames had only the pseudo-header's sum
   */
  int assertNothingWrong(boolean offloads) {
    Verdict verdict = new Verdict(offloads);
    run(Verdict.tshark(file.toString())).forEach(verdict::add);
    return verdict.assertNothingWrong();
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}
