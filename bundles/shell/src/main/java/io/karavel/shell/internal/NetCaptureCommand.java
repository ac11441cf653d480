package io.karavel.shell.internal;

import io.karavel.control.CaptureForm;
import io.karavel.control.CaptureInfo;
import io.karavel.control.CaptureRequest;
import io.karavel.control.Captures;
import io.karavel.tcp.TcpConnectionInfo;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code net:capture}. */
@Service
@Command(
    scope = "net",
    name = "capture",
    description = "Records frames: shown as they pass, or written as pcapng",
    detailedDescription =
        "Example: net:capture -i main0 -c 100 -w web.pcapng start 'tcp and port 80'")
public final class NetCaptureCommand extends ReportingCommand {
  /** Writes pcapng to standard output. */
  private static final String STANDARD_OUTPUT = "-";

  @Argument(index = 0, name = "action", description = "start, stop NAME…, or list")
  @Completion(
      value = StringsCompleter.class,
      values = {"start", "stop", "list"})
  String action;

  @Argument(
      index = 1,
      name = "what",
      description =
          "For start the filter: host A, net A/L, port N, src, dst, arp, ip, icmp, tcp, udp, proto"
              + " N, syn, fin, rst, less N, greater N, connection A:P B:Q, and, or, not, ( ); for"
              + " stop the names",
      multiValued = true)
  @Completion(CaptureCompleter.class)
  List<String> what;

  @Option(name = "-i", aliases = "--interface", description = "Only this interface")
  @Completion(InterfaceCompleter.class)
  String interfaceName = "";

  @Option(
      name = "-w",
      aliases = "--write",
      description = "File to write as pcapng, in data/captures unless absolute; - is the output")
  @Completion(
      value = StringsCompleter.class,
      values = {"-", "capture.pcapng"})
  String file;

  @Option(
      name = "-c",
      aliases = "--count",
      description = "Ends after so many frames; 0 is no limit",
      valueToShowInHelp = "0")
  @Completion(
      value = StringsCompleter.class,
      values = {"10", "100", "1000"})
  long count;

  @Option(
      name = "-s",
      aliases = "--snap-length",
      description = "Bytes kept of a frame, 16 to 65535; -1 as configured",
      valueToShowInHelp = "-1")
  @Completion(
      value = StringsCompleter.class,
      values = {"96", "262", "65535"})
  int snapLength = CaptureRequest.CONFIGURED;

  @Option(
      name = "--bytes",
      description = "Ends after so many bytes kept; 0 is no limit, -1 as configured",
      valueToShowInHelp = "-1")
  @Completion(
      value = StringsCompleter.class,
      values = {"1000000", "100000000", "0"})
  long bytes = CaptureRequest.CONFIGURED;

  @Option(
      name = "--time",
      description = "Ends after so many seconds; 0 is no limit, -1 as configured",
      valueToShowInHelp = "-1")
  @Completion(
      value = StringsCompleter.class,
      values = {"10", "60", "0"})
  double seconds = CaptureRequest.CONFIGURED;

  @Option(
      name = "--connection",
      description = "Only the connection of this number, as in tcp:list",
      valueToShowInHelp = "0")
  @Completion(ConnectionCompleter.class)
  long connection;

  @Option(
      name = "--tcpdump",
      description =
          "As tcpdump: starts, and all arguments are the filter; the alias tcpdump says it")
  boolean likeTcpdump;

  /** For the shell. */
  public NetCaptureCommand() {}

  @Override
  boolean changes() {
    return likeTcpdump || !"list".equals(action);
  }

  /** With the action in front again. */
  private void readAsTcpdump() {
    List<String> filter = new ArrayList<>();
    if (action != null) {
      filter.add(action);
    }
    if (what != null) {
      filter.addAll(what);
    }
    action = "start";
    what = filter;
  }

  @Override
  void run() throws Exception {
    if (likeTcpdump) {
      readAsTcpdump();
    }
    appliance();
    if (action == null) {
      throw failure("do what? there are start, stop and list");
    }
    Captures captures =
        services()
            .find(Captures.class)
            .orElseThrow(
                () ->
                    failure(
                        "diagnostics: not running; start it with"
                            + " 'bundle:start io.karavel.diagnostics'"));
    switch (action) {
      case "start" -> start(captures);
      case "stop" -> stop(captures);
      case "list" -> list(captures);
      default -> throw failure("'" + action + "' is no action; there are start, stop and list");
    }
  }

  private void start(Captures captures) throws Exception {
    ask();
    double millis = seconds == CaptureRequest.CONFIGURED ? seconds : seconds * 1000;
    CaptureRequest request =
        new CaptureRequest(
            stack, interfaceName, filter(), snapLength, count, bytes, Math.round(millis));
    if (file == null || file.equals(STANDARD_OUTPUT)) {
      CaptureInfo info = captures.run(request, liveForm(), delivered());
      System.err.println(
          info.packets() + " frames captured, " + info.lost() + " lost to the capture");
      return;
    }
    CaptureInfo info;
    try {
      info = captures.start(request, path());
    } catch (IOException e) {
      throw failure(e.getMessage());
    }
    new Report()
        .with("name", info.name())
        .with("file", info.target())
        .print(
            info.name()
                + " writes "
                + info.target()
                + "; 'net:capture stop "
                + info.name()
                + "' ends it",
            form());
  }

  /** The output, which is seen whenever it is flushed. */
  private OutputStream delivered() {
    PrintStream out = out();
    return new OutputStream() {
      @Override
      public void write(int octet) {
        out.write(octet);
      }

      @Override
      public void write(byte[] bytes, int from, int count) {
        out.write(bytes, from, count);
      }

      @Override
      public void flush() {
        deliver();
      }
    };
  }

  private CaptureForm liveForm() throws CommandException {
    if (file == null) {
      return switch (form()) {
        case TABLE -> CaptureForm.TEXT;
        case PLAIN -> CaptureForm.PLAIN;
        case JSON -> CaptureForm.JSON;
      };
    }
    if (form() != Form.TABLE) {
      throw failure(
          "-w - writes pcapng to the output, where "
              + (json ? "--json" : "--no-format")
              + " has no room; leave one of them out");
    }
    return CaptureForm.PCAPNG;
  }

  private String filter() throws Exception {
    String words = what == null ? "" : String.join(" ", what);
    if (connection == 0) {
      return words;
    }
    TcpConnectionInfo info = ask().tcp(tcp -> tcp.info(connection));
    if (info == null || info.remote() == null) {
      throw failure(
          "there is no connection " + connection + "; 'tcp:list --connected' shows their numbers");
    }
    String ends = "connection " + info.local() + " " + info.remote();
    return words.isEmpty() ? ends : ends + " and (" + words + ")";
  }

  private Path path() throws IOException, CommandException {
    Path path = Path.of(file);
    if (path.isAbsolute()) {
      return path;
    }
    String data = context.getProperty("karaf.data");
    if (data == null) {
      throw failure("this is no Karaf: say an absolute path instead of '" + file + "'");
    }
    Path directory = Path.of(data, "captures");
    Files.createDirectories(directory);
    return directory.resolve(path);
  }

  private void stop(Captures captures) throws Exception {
    if (what == null) {
      throw failure("which capture? 'net:capture list' shows their names");
    }
    for (String name : what) {
      CaptureInfo info = captures.stop(name);
      new Report()
          .with("name", info.name())
          .with("packets", info.packets())
          .with("lost", info.lost())
          .with("file", info.target())
          .print(
              info.name()
                  + " ended: "
                  + info.packets()
                  + " frames in "
                  + info.target()
                  + ", "
                  + info.lost()
                  + " lost to the capture",
              form());
    }
  }

  private void list(Captures captures) throws IOException {
    new Listing<CaptureInfo>()
        .column("name", CaptureInfo::name)
        .column("state", info -> info.running() ? "running" : info.ending())
        .column("stack", info -> info.request().stack())
        .column("interface", info -> info.request().interfaceName())
        .column("filter", info -> info.request().filter())
        .number("packets", CaptureInfo::packets)
        .number("bytes", CaptureInfo::bytes)
        .number("lost", CaptureInfo::lost)
        .column("target", CaptureInfo::target)
        .print(captures.list(), form(), isColoured(), "no capture yet");
  }
}
