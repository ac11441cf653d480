package io.karavel.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The main table: the stack over TAP beside the Linux kernel over veth, measured in turn by the
 * same client in the same run, with and without offloads; medians over the rounds. Needs root, gcc
 * and iproute2; makes and removes namespaces of its own.
 *
 * <p>Arguments: {@code [rounds] [seconds per run] [jvm option…]}.
 */
public final class SideBySide {
  private static final int SERVER_SECONDS = 3600;

  private final Client client;
  private final int rounds;
  private final String seconds;
  private final List<String> jvmOptions;
  private final Map<String, Map<String, List<Double>>> figures = new LinkedHashMap<>();

  private SideBySide(Client client, int rounds, String seconds, List<String> jvmOptions) {
    this.client = client;
    this.rounds = rounds;
    this.seconds = seconds;
    this.jvmOptions = jvmOptions;
  }

  /** See the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Client client = Client.compile();
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3;
    String seconds = arguments.length > 1 ? arguments[1] : "1.5";
    List<String> jvm =
        arguments.length > 2
            ? Arrays.asList(arguments).subList(2, arguments.length)
            : List.of("-Xmx2g", "-XX:+UseSerialGC");
    new SideBySide(client, rounds, seconds, jvm).run();
  }

  private void run() throws IOException, InterruptedException {
    try (Namespaces namespaces = new Namespaces()) {
      for (boolean offloads : new boolean[] {true, false}) {
        Process kernel = Shell.start(namespaces.inServer(client.server(SERVER_SECONDS)));
        Process stack = Shell.start(namespaces.inClient(peer(offloads)));
        try {
          client.awaitServing(namespaces.client(), Namespaces.STACK, stack);
          String label = offloads ? "offloads" : "plain";
          for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < Measure.MAIN.size(); i++) {
              Measure measure = Measure.MAIN.get(i);
              if (i > 0 && measure.sameRun(Measure.MAIN.get(i - 1))) {
                continue;
              }
              measure(namespaces, measure, "Karavel, " + label, Namespaces.STACK, stack.pid());
              measure(
                  namespaces,
                  measure,
                  "kernel, " + label,
                  offloads ? Namespaces.KERNEL : Namespaces.KERNEL_PLAIN,
                  kernel.pid());
            }
          }
        } finally {
          for (Process process : List.of(stack, kernel)) {
            process.destroy();
            process.waitFor();
          }
        }
      }
    }
    print();
  }

  private List<String> peer(boolean offloads) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            BenchPeer.class.getName(),
            "--dev",
            Namespaces.TAP,
            "--ip",
            Namespaces.STACK,
            "--offloads",
            Boolean.toString(offloads)));
    return command;
  }

  private void measure(Namespaces namespaces, Measure measure, String label, String to, long pid)
      throws IOException {
    List<String> more =
        new ArrayList<>(
            List.of(
                "-P",
                Integer.toString(measure.connections()),
                "-t",
                seconds,
                "-w",
                "0.3",
                "-B",
                to.replace(".0.2", ".1.1"),
                "-K",
                "64",
                "-S",
                Long.toString(pid)));
    more.addAll(measure.more());
    List<String> command = client.measure(measure.mode(), to, more);
    if (measure.oneCore()) {
      Shell.run("taskset", "-acp", "1", Long.toString(pid));
      List<String> pinned = new ArrayList<>(List.of("taskset", "-c", "1"));
      pinned.addAll(command);
      command = pinned;
    }
    String line = Shell.run(namespaces.inClient(command)).strip();
    if (measure.oneCore()) {
      Shell.run(
          "taskset",
          "-acp",
          "0-" + (Runtime.getRuntime().availableProcessors() - 1),
          Long.toString(pid));
    }
    System.err.println(label + " " + line);
    for (Measure row : Measure.MAIN) {
      if (row.sameRun(measure)) {
        number(line, row.figure()).ifPresent(value -> note(row.name(), label, value));
      }
    }
    if (measure.mode().equals("up") || measure.mode().equals("down")) {
      double mbps = number(line, "mbps").orElse(0.0);
      double cpuPercent = number(line, "srv_cpu").orElse(0.0);
      if (mbps > 0) {
        note(measure.name() + ", CPU s/GB", label, cpuPercent / 100 / (mbps / 8000));
      }
    }
  }

  private void note(String row, String column, double value) {
    figures
        .computeIfAbsent(row, r -> new LinkedHashMap<>())
        .computeIfAbsent(column, c -> new ArrayList<>())
        .add(value);
  }

  private static java.util.Optional<Double> number(String json, String key) {
    Matcher matcher = Pattern.compile("\"" + key + "\":\\s*(-?[0-9.]+)").matcher(json);
    return matcher.find()
        ? java.util.Optional.of(Double.valueOf(matcher.group(1)))
        : java.util.Optional.empty();
  }

  private void print() {
    List<String> columns =
        List.of("Karavel, offloads", "kernel, offloads", "Karavel, plain", "kernel, plain");
    System.out.println("| measure | " + String.join(" | ", columns) + " |");
    System.out.println("|---|" + "---|".repeat(columns.size()));
    figures.forEach(
        (row, byColumn) -> {
          StringBuilder line = new StringBuilder("| " + row + " |");
          for (String column : columns) {
            List<Double> values = byColumn.getOrDefault(column, List.of());
            line.append(' ').append(values.isEmpty() ? "-" : text(median(values))).append(" |");
          }
          System.out.println(line);
        });
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  private static String text(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.3f" : value < 1000 ? "%.1f" : "%,.0f", value);
  }
}
