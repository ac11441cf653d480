package io.karavel.simulation.run;

import io.karavel.capture.PcapngWriter;
import io.karavel.capture.PcapngWriter.Direction;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A seed that failed, with its trace as a packet script and as a pcapng file. */
public final class Failure extends AssertionError {
  private static final long serialVersionUID = 1;
  private static final Path FOLDER = Path.of("target", "simulation");
  private static final int SHOWN = 60;

  private Failure(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * What a seed fails with.
   *
   * @param kind of run, as its files are called
   * @param hash of the trace
   * @param rerun runs it for its trace, and tells what it fails with then, or null
   */
  static Failure of(
      String kind, long seed, Throwable cause, long hash, Function<Recorder, Throwable> rerun) {
    return of(FOLDER, kind, seed, cause, hash, rerun);
  }

  /** The same, with the folder of its files. */
  static Failure of(
      Path folder,
      String kind,
      long seed,
      Throwable cause,
      long hash,
      Function<Recorder, Throwable> rerun) {
    Recorder recorder = new Recorder(true);
    Throwable again = rerun.apply(recorder);
    StringBuilder text = new StringBuilder(kind + " " + seed + ": " + cause.getMessage() + "\n");
    if (again == null || recorder.hash() != hash) {
      text.append("  and the seed does not replay: once more it ended with ").append(again);
    }
    List<Recorder.Line> lines = recorder.lines();
    String script = ScriptText.of(lines, String.valueOf(cause.getMessage()));
    try {
      Files.createDirectories(folder);
      Path scriptFile = folder.resolve(kind + "-" + seed + ".script");
      Path capture = folder.resolve(kind + "-" + seed + ".pcapng");
      Files.writeString(scriptFile, script);
      writeCapture(capture, lines);
      text.append("  again: -Dkaravel.firstSeed=").append(seed).append(" -Dkaravel.seeds=1\n");
      text.append("  packet script: ").append(scriptFile.toAbsolutePath()).append('\n');
      text.append("  capture: ").append(capture.toAbsolutePath()).append('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    text.append("the end of the script\n").append(tail(script));
    return new Failure(text.toString(), cause);
  }

  private static String tail(String script) {
    List<String> all = script.lines().toList();
    return String.join("\n", all.subList(Math.max(0, all.size() - SHOWN), all.size()));
  }

  private static void writeCapture(Path file, List<Recorder.Line> lines) throws IOException {
    Map<String, Integer> interfaces = new HashMap<>();
    try (OutputStream out = Files.newOutputStream(file);
        PcapngWriter writer = new PcapngWriter(out, "karavel simulation")) {
      for (Recorder.Line line : lines) {
        if (line.frame() == null) {
          continue;
        }
        String wire = line.node() + "/" + line.device();
        if (!interfaces.containsKey(wire)) {
          int link = line.bareIp() ? PcapngWriter.LINKTYPE_RAW : PcapngWriter.LINKTYPE_ETHERNET;
          interfaces.put(wire, writer.addInterface(wire, "", link, 0));
        }
        ByteBuffer bytes = ByteBuffer.wrap(line.frame().bytes());
        Direction direction = line.inbound() ? Direction.INBOUND : Direction.OUTBOUND;
        writer.packet(
            interfaces.get(wire), line.timeNanos(), direction, bytes, bytes.remaining(), "");
      }
    }
  }
}
