package io.karavel.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table of bad paths: goodput through an emulated wire, the stack against the kernel, beside a
 * second kernel run as control. The three runs of a pair see the same seed one after the other; in
 * every other pair the stack's is the first. Needs root, gcc and iproute2; makes and removes
 * namespaces of its own.
 *
 * <p>Arguments: {@code [pairs] [seconds] [part of a row's name, or "fair" or "bbr"]}.
 */
public final class BadPaths {
  private static final String WARM_UP_SECONDS = "0.5";
  private static final int SERVER_SECONDS = 36_000;

  private final Client client;
  private final int pairs;
  private final String seconds;
  private final String only;
  private final Map<String, Ratios> stack = new LinkedHashMap<>();
  private final Map<String, Ratios> control = new LinkedHashMap<>();
  private final Map<String, Ratios> goodput = new LinkedHashMap<>();

  private BadPaths(Client client, int pairs, String seconds, String only) {
    this.client = client;
    this.pairs = pairs;
    this.seconds = seconds;
    this.only = only;
  }

  /** See the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    new BadPaths(
            Client.compile(),
            arguments.length > 0 ? Integer.parseInt(arguments[0]) : 9,
            arguments.length > 1 ? arguments[1] : "20",
            arguments.length > 2 ? arguments[2] : "")
        .run();
  }

  private void run() throws IOException, InterruptedException {
    try (BadNamespaces namespaces = new BadNamespaces()) {
      namespaces.kernelControl("cubic");
      List<Process> servers = new ArrayList<>();
      try {
        servers.add(Shell.start(namespaces.inKernel(client.server(SERVER_SECONDS))));
        servers.add(Shell.start(namespaces.inStack(client.server(SERVER_SECONDS))));
        servers.add(serving(namespaces, "cubic"));
        for (int pair = 0; pair < pairs; pair++) {
          for (BadCell cell : BadCell.ALL) {
            for (String mode : List.of("up", "down")) {
              String row = cell.name() + ", " + mode;
              if (row.contains(only)) {
                pair(namespaces, cell, mode, row, pair);
              }
            }
          }
          if ("fair".contains(only)) {
            compete(namespaces, pair);
          }
        }
        if ("bbr".contains(only) && BadNamespaces.kernelHas("bbr")) {
          servers.remove(2).destroy();
          namespaces.kernelControl("bbr");
          servers.add(serving(namespaces, "bbr"));
          for (int pair = 0; pair < pairs; pair++) {
            pair(namespaces, BadCell.BBR, "down", "BBR, 1 % loss, down", pair);
          }
        }
      } finally {
        for (Process process : servers) {
          process.destroy();
          process.waitFor();
        }
      }
    }
    print();
  }

  /** The stack under that congestion control, once it answers. */
  private Process serving(BadNamespaces namespaces, String congestionControl)
      throws IOException, InterruptedException {
    Process peer = Shell.start(namespaces.inStack(peer(congestionControl)));
    client.awaitServing(namespaces.stack(), BadNamespaces.FAR, peer);
    return peer;
  }

  private static List<String> peer(String congestionControl) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx1g",
        "-XX:+UseSerialGC",
        "-cp",
        System.getProperty("java.class.path"),
        BenchPeer.class.getName(),
        "--dev",
        BadNamespaces.TAP,
        "--ip",
        BadNamespaces.FAR,
        "congestionControl=" + congestionControl);
  }

  private void pair(BadNamespaces namespaces, BadCell cell, String mode, String row, int pair)
      throws IOException {
    long seed = cell.name().hashCode() * 1000L + pair;
    // a machine that gets slower or faster meanwhile is nobody's merit
    boolean first = pair % 2 == 1;
    double ours = first ? rate(namespaces, cell, mode, true, seed) : 0;
    double kernel = rate(namespaces, cell, mode, false, seed);
    ours = first ? ours : rate(namespaces, cell, mode, true, seed);
    double again = rate(namespaces, cell, mode, false, seed);
    System.err.printf(
        Locale.ROOT,
        "%s, pair %d: kernel %.1f, Karavel%s %.1f, kernel again %.1f Mbit/s%n",
        row,
        pair,
        kernel,
        first ? " before it" : "",
        ours,
        again);
    if (kernel > 0) {
      of(stack, row).add(ours / kernel);
      of(control, row).add(again / kernel);
      of(goodput, row).add(ours);
    }
  }

  private double rate(
      BadNamespaces namespaces, BadCell cell, String mode, boolean toStack, long seed)
      throws IOException {
    namespaces.wire(cell, toStack, seed);
    return rate(Shell.run(namespaces.inClient(command(mode, BadNamespaces.FAR))));
  }

  /** A flow of the stack and one of the kernel share the wire. */
  private void compete(BadNamespaces namespaces, int pair) throws IOException {
    namespaces.wire(BadCell.FAIRNESS, true, pair);
    Process other =
        new ProcessBuilder(namespaces.inClient(command("down", BadNamespaces.COMPETITOR)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    double ours = rate(Shell.run(namespaces.inClient(command("down", BadNamespaces.FAR))));
    double theirs = rate(new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    System.err.printf(
        Locale.ROOT, "fairness, pair %d: Karavel %.1f, kernel %.1f Mbit/s%n", pair, ours, theirs);
    if (ours + theirs > 0) {
      of(stack, "share against a kernel flow").add(ours / (ours + theirs));
    }
  }

  private static Ratios of(Map<String, Ratios> map, String row) {
    return map.computeIfAbsent(row, r -> new Ratios());
  }

  private List<String> command(String mode, String address) {
    return client.measure(mode, address, List.of("-P", "1", "-t", seconds, "-w", WARM_UP_SECONDS));
  }

  private static double rate(String json) {
    Matcher matcher = Pattern.compile("\"mbps\":\\s*([0-9.]+)").matcher(json);
    if (!matcher.find()) {
      System.err.println(json.strip());
      return 0;
    }
    return Double.parseDouble(matcher.group(1));
  }

  private void print() {
    System.out.println(
        "| path | Karavel : kernel, median [95 %] | kernel : kernel | Karavel, Mbit/s |");
    System.out.println("|---|---|---|---|");
    double logarithms = 0;
    int cells = 0;
    for (Map.Entry<String, Ratios> row : stack.entrySet()) {
      Ratios again = control.get(row.getKey());
      Ratios rates = goodput.get(row.getKey());
      System.out.printf(
          Locale.ROOT,
          "| %s | %s | %s | %s |%n",
          row.getKey(),
          row.getValue(),
          again == null ? "-" : again,
          rates == null ? "-" : String.format(Locale.ROOT, "%.1f", rates.median()));
      if (again != null && !row.getKey().startsWith("BBR")) {
        logarithms += Math.log(row.getValue().median());
        cells++;
      }
    }
    if (cells > 0) {
      System.out.printf(
          Locale.ROOT, "%nGeometric mean of %d cells: %.3f%n", cells, Math.exp(logarithms / cells));
    }
  }
}
