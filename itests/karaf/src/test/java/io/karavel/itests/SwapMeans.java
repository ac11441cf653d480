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

  /** What stands for all bundles of a KAR that go with it: docs/running.md says which stay. */
  private static final List<String> WHOLE = List.of("timer", "tcp", "services", "shell");

  /** The name of the means that replaces nothing. */
  static final String NOTHING = "nothing";

  private static final String OTHER = "0.1.1";
  private static final String INSTALLED = "feature:list -i --no-format";
  private static final Pattern PAUSE = Pattern.compile("pause ([0-9]+) us");

  private static final Pattern CONFIGURATION = Pattern.compile("(?m)^Pid: +([^ ]+)$");

  private final TapAppliance appliance;
  private final Ssh.Terminal console;
  private final ModuleJars jars = new ModuleJars();

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
        new Kind("driver", List.of("ip.interface-main0"), 2, this::toMemoryAndBack),
        new Kind("deploy", BUNDLES, 3, this::deploy),
        // once unless many are asked for: it takes longest
        new Kind("kar", BUNDLES, 6, this::kar),
        new Kind("whole-kar", List.of("karavel"), 15, this::wholeKar),
        new Kind(NOTHING, List.of("machine"), 1, SwapMeans::nothing));
  }

  /** As long as a swap takes, to see what the machine alone does to the figures. */
  private static long nothing(String machine, int time) throws InterruptedException {
    Thread.sleep(1000);
    return -1;
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
    return Long.parseLong(pause.group(1)) * 1000;
  }

  private long anew(String module, String line) throws Exception {
    String before = components(module);
    run(line);
    Poll.until(
        module + " is there anew",
        () -> components(module),
        now -> !now.isEmpty() && !now.equals(before));
    awaitCommands();
    return -1;
  }

  /** Karaf takes up the commands of a shell a moment after its components. */
  private void awaitCommands() throws Exception {
    Poll.until("the commands are there", () -> console.run("net:counters").succeeded, is -> is);
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

  /** From its TAP to a device of another driver and back, with its address and its MAC. */
  private long toMemoryAndBack(String file, int time) throws Exception {
    Path etc = appliance.directory().resolve("etc");
    Files.writeString(
        etc.resolve("io.karavel.nic.memory-spare.cfg"),
        "leftDevice = spare0\nrightDevice = spare1\n");
    Path itself = etc.resolve("io.karavel." + file + ".cfg");
    String text = Files.readString(itself);
    String there = address(TapAppliance.DEVICE);
    // nobody is at the other end of the cable
    String away = there.replace(TapAppliance.DEVICE, "spare0").replace(" up ", " down ");
    Files.writeString(itself, text.replaceFirst("(?m)^device *=.*$", "device = spare0"));
    Poll.until("it is on the cable", () -> address("spare0"), away::equals);
    Files.writeString(itself, text);
    Poll.until("it is back", () -> address(TapAppliance.DEVICE), there::equals);
    return -1;
  }

  /** Address, MAC, MTU and link of the interface if it is on a device, else nothing. */
  private String address(String device) throws Exception {
    return run("ip:address-list --no-format")
        .lines()
        .map(row -> row.replaceAll("\\s+", " "))
        .filter(row -> row.contains(" " + device + " " + TapAppliance.ADDRESS + "/"))
        .findFirst()
        .orElse("");
  }

  /** Has deploy/ looked at five times as often, which shortens the test and nothing else. */
  private void watchDeploy() throws Exception {
    Path file = appliance.directory().resolve("etc/org.apache.felix.fileinstall-deploy.cfg");
    String text = Files.readString(file);
    String often = text.replaceFirst("(felix.fileinstall.poll *= *)1000", "$1200");
    if (!often.equals(text)) {
      Files.writeString(file, often);
    }
  }

  private long deploy(String module, int time) throws Exception {
    return exchange(
        module + ".jar",
        module,
        appliance.jarFile(module, "0.1.5"),
        appliance.jarFile(module, "0.1.6"));
  }

  private long kar(String module, int time) throws Exception {
    return exchange(
        module + ".kar",
        module,
        Kars.of(module, "0.1.5", appliance.jarFile(module, "0.1.5")),
        Kars.of(module, "0.1.6", appliance.jarFile(module, "0.1.6")));
  }

  /** Dropped beside the feature's bundle, at work in its place, replaced, and removed again. */
  private long exchange(String file, String module, Path first, Path second) throws Exception {
    watchDeploy();
    Path dropped = appliance.directory().resolve("deploy/" + file);
    String name = " --no-auto-refresh " + installedFeature(module);
    put(first, dropped);
    Poll.until(module + " stands by", () -> versions(module), v -> v.contains("0.1.5"));
    run("feature:uninstall" + name);
    put(second, dropped);
    Poll.until(module + " is replaced", () -> versions(module), v -> v.contains("0.1.6"));
    run("feature:install" + name);
    Files.delete(dropped);
    Poll.until(module + " is alone", () -> versions(module), v -> !v.contains("0.1.6"));
    awaitCommands();
    return -1;
  }

  /** With its version: a KAR brings a feature of the same name, and so does a swap. */
  private String installedFeature(String module) throws Exception {
    String name = "karavel-" + module;
    Matcher line = Pattern.compile("(?m)^" + name + "\\s+(\\S+)").matcher(run(INSTALLED));
    assertTrue(name + " is installed", line.find());
    return name + "/" + line.group(1);
  }

  /** All of Karavel in another version beside what runs, in yet another one, and gone again. */
  private long wholeKar(String karavel, int time) throws Exception {
    watchDeploy();
    Path dropped = appliance.directory().resolve("deploy/karavel.kar");
    for (String version : List.of("0.1.7", "0.1.8")) {
      put(Kars.whole(Path.of(System.getProperty("our.kar")), version, jars), dropped);
      for (String module : WHOLE) {
        Poll.within(240, module + " has come", () -> installed(module), v -> v.contains(version));
      }
    }
    Files.delete(dropped);
    for (String module : WHOLE) {
      Poll.within(240, module + " has gone", () -> installed(module), v -> !v.contains("0.1.8"));
    }
    awaitCommands();
    return -1;
  }

  private static void put(Path from, Path to) throws Exception {
    Path hidden = to.resolveSibling("../data/" + to.getFileName() + ".new").normalize();
    Files.copy(from, hidden, StandardCopyOption.REPLACE_EXISTING);
    Files.move(hidden, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Those of a module's bundles that are there; an engine that stands by is called waiting. */
  private String installed(String module) throws Exception {
    return run("bundle:list -t 0 -s --no-format | grep '" + of(module) + "$'");
  }

  /** Those of a module's bundles that are active. */
  private String versions(String module) throws Exception {
    return run("bundle:list -t 0 -s --no-format | grep 'Active.*" + of(module) + "$'");
  }
}
