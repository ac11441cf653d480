package io.karavel.itests;

import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an operator has a module of a running appliance go and another come, at its console and in
 * its directories. Each returns when the next one is at work.
 */
final class SwapMeans {
  /** What goes and comes. */
  private static final List<String> BUNDLES =
      List.of(
          "tcp",
          "ip",
          "nic-tap",
          "timer",
          "congestion-bbr",
          "services",
          "shell",
          "metrics",
          "control",
          "diagnostics");

  private static final String OTHER = "0.1.1";
  private static final Pattern PAUSE =
      Pattern.compile("longest pause ([0-9]+) us|started the new one within ([0-9]+) ms");

  private static final Pattern CONFIGURATION = Pattern.compile("(?m)^Pid: +([^ ]+)$");

  private final TapAppliance appliance;
  private final Ssh.Terminal console;

  SwapMeans(TapAppliance appliance, Ssh.Terminal console) {
    this.appliance = appliance;
    this.console = console;
  }

  /** One of them. */
  interface Means {
    /**
     * Applies it to a module.
     *
     * @param time how often it was applied to that module before
     * @return the pause that the appliance tells of in nanoseconds, or -1
     */
    long apply(String module, int time) throws Exception;
  }

  /** A means, its name, and what it can be applied to. */
  static final class Kind {
    final String name;
    final List<String> modules;
    final int swaps;
    final Means means;

    /** With how many swaps there are in an application of it. */
    Kind(String name, List<String> modules, int swaps, Means means) {
      this.name = name;
      this.modules = modules;
      this.swaps = swaps;
      this.means = means;
    }
  }

  /** All of them. */
  List<Kind> all() {
    return List.of(
        new Kind(
            "module-swap",
            BUNDLES.stream().filter(module -> !module.equals("control")).toList(),
            1,
            this::swap),
        new Kind(
            "update", BUNDLES, 1, (module, time) -> anew(module, "bundle:update " + of(module))),
        new Kind(
            "stop-start",
            BUNDLES,
            1,
            (module, time) ->
                anew(module, "bundle:stop " + of(module) + "; bundle:start " + of(module))),
        new Kind(
            "refresh", BUNDLES, 1, (module, time) -> anew(module, "bundle:refresh " + of(module))),
        new Kind("feature", BUNDLES, 1, (module, time) -> anew(module, feature(module))),
        new Kind(
            "configuration",
            // those of the other modules: ReplacementIT
            List.of(
                "tcp",
                "ip",
                "ip.interface-main0",
                "nic.tap-" + TapAppliance.DEVICE,
                "timer",
                "engine",
                "services"),
            1,
            (file, time) -> deleteAndMake("io.karavel." + file)),
        new Kind("deploy", List.of("tcp", "ip", "nic-tap", "timer"), 3, this::deploy));
  }

  private static String of(String module) {
    return "io.karavel." + module;
  }

  private static String feature(String module) {
    String name = " --no-auto-refresh karavel-" + module;
    return "feature:uninstall" + name + "; feature:install" + name;
  }

  /** Runs a line that must succeed. */
  String run(String line) throws Exception {
    Ssh.Answer answer = console.run(line);
    assertTrue(line + " " + answer, answer.succeeded);
    return answer.output;
  }

  private long swap(String module, int time) throws Exception {
    String said =
        run(
            time % 2 == 0
                ? "net:module-swap --watch 0s " + module + " " + appliance.jar(module, OTHER)
                : "net:module-rollback " + module);
    assertTrue(said, said.contains("committed"));
    Matcher pause = PAUSE.matcher(said);
    if (!pause.find()) {
      return -1;
    }
    return pause.group(1) != null
        ? Long.parseLong(pause.group(1)) * 1000
        : Long.parseLong(pause.group(2)) * 1_000_000;
  }

  private long anew(String module, String line) throws Exception {
    String before = components(module);
    run(line);
    Poll.until(
        module + " is there anew",
        () -> components(module),
        now -> !now.isEmpty() && !now.equals(before));
    return -1;
  }

  /** The components of a bundle with their numbers, which are new when it has come anew. */
  private String components(String module) throws Exception {
    return run("scr:list | grep ' " + of(module) + " '");
  }

  private long deleteAndMake(String pid) throws Exception {
    Path file = appliance.directory().resolve("etc/" + pid + ".cfg");
    String text = Files.readString(file);
    String find = "config:list '(felix.fileinstall.filename=*/" + pid + ".cfg)'";
    Matcher name =
        Poll.until("there is " + pid, () -> CONFIGURATION.matcher(run(find)), Matcher::find);
    run("config:delete " + name.group(1));
    Poll.until("the file of " + pid + " is gone", () -> Files.exists(file), there -> !there);
    Files.writeString(file, text);
    Poll.until(pid + " is back", () -> run(find), list -> list.contains("Pid:"));
    return -1;
  }

  private long deploy(String module, int time) throws Exception {
    Path jar = appliance.directory().resolve("deploy/" + module + ".jar");
    String name = " --no-auto-refresh karavel-" + module;
    put(appliance.jarFile(module, "0.1.5"), jar);
    Poll.until(module + " stands by", () -> versions(module), v -> v.contains("0.1.5"));
    run("feature:uninstall" + name);
    put(appliance.jarFile(module, "0.1.6"), jar);
    Poll.until(module + " is replaced", () -> versions(module), v -> v.contains("0.1.6"));
    run("feature:install" + name);
    Files.delete(jar);
    Poll.until(module + " is alone", () -> versions(module), v -> !v.contains("0.1.6"));
    return -1;
  }

  private static void put(Path from, Path to) throws Exception {
    Path hidden = to.resolveSibling("../data/" + to.getFileName() + ".new").normalize();
    Files.copy(from, hidden, StandardCopyOption.REPLACE_EXISTING);
    Files.move(hidden, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Those of a module's bundles that are active. */
  private String versions(String module) throws Exception {
    return run("bundle:list -t 0 -s --no-format | grep 'Active.*" + of(module) + "$'");
  }
}
