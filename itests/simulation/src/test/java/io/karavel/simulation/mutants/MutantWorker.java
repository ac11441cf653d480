package io.karavel.simulation.mutants;

import io.karavel.simulation.run.Duel;
import io.karavel.simulation.run.Simulation;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.pitest.mutationtest.engine.MutationDetails;

/**
 * A JVM that tries mutants one after the other, each by redefining one class: first the packet
 * scripts that reach its line, those first that look at its class, then, if they kill it, the seeds
 * that reach it. It prints a line for each; one that hangs ends the JVM, and the next worker goes
 * on behind it.
 */
final class MutantWorker {
  static final String RESULT = "MUTANT";
  private static final String HANGS = "hangs";

  /**
   * Not about the core: they need modules that are not on the class path. Nor are packet scripts
   * what runs in real time with threads, and fails on a busy machine.
   */
  private static final Pattern OTHER_CHAPTERS =
      Pattern.compile("/(inspection|configuration|live|diagnostics|rules)/|BadOnTheWire|/Hung");

  /** Of processor time, for one seed or the scripts of one class: a busy machine makes no hang. */
  private static final long LONGEST_NANOS = 40_000_000_000L;

  /** A class of packet scripts, what it reaches, and how long it takes. */
  private record Script(Class<?> type, BitSet reached, long nanos) {
    /** The least where it is quick and much of the class is looked at. */
    long rank(BitSet lines) {
      BitSet both = (BitSet) reached.clone();
      both.and(lines);
      return nanos / Math.max(1, both.cardinality());
    }
  }

  /** What a worker has measured, for those that come after it. */
  private record Measured(
      HashMap<String, Integer> lines,
      ArrayList<String> types,
      ArrayList<BitSet> scripts,
      ArrayList<Long> nanos,
      ArrayList<BitSet> seeds)
      implements Serializable {}

  private static final Launcher LAUNCHER = LauncherFactory.create();
  private static final Reached REACHED = new Reached();
  private static final List<Script> SCRIPTS = new ArrayList<>();
  private static final List<BitSet> SEEDS = new ArrayList<>();

  /** Set by the JVM before main. */
  private static Instrumentation instrumentation;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long MAIN = Thread.currentThread().getId();

  /** Processor time of the main thread when it began what it is doing. */
  private static volatile long startedNanos = -1;

  /** By class, which script killed a mutant of it last. */
  private static final Map<String, Script> LATEST = new HashMap<>();

  private static volatile String doing = "";

  /** Is before the scripts; null otherwise. */
  private static volatile byte[] judged;

  private static Verdicts verdicts;

  private MutantWorker() {}

  /** Called by the JVM. */
  public static void premain(String arguments, Instrumentation given) {
    instrumentation = given;
  }

  /**
   * Seed of the order, first index, how many killed are wanted, seeds, and indexes to try alone.
   * With none wanted it prints which lines the seeds hardly reach.
   */
  public static void main(String[] arguments) throws Exception {
    long order = Long.parseLong(arguments[0]);
    int first = Integer.parseInt(arguments[1]);
    int wanted = Integer.parseInt(arguments[2]);
    long seeds = Long.parseLong(arguments[3]);
    Set<Integer> only = new TreeSet<>();
    for (String index : arguments.length > 4 ? arguments[4].split(",") : new String[0]) {
      only.add(Integer.valueOf(index));
    }
    PrintStream out = System.out;
    watch(out);
    if (wanted == 0) {
      measure(seeds);
      Unreached.print(REACHED.numbers(), scriptsReach(), SEEDS, out);
      System.exit(0);
    }
    Mutants mutants = new Mutants();
    List<MutationDetails> all = mutants.shuffled(order);
    measured(seeds, Path.of(System.getProperty("karavel.measured")));
    verdicts = new Verdicts(Path.of(System.getProperty("karavel.verdicts")));
    int killed = 0;
    for (int i = first; i < all.size() && killed < wanted; i++) {
      if (!only.isEmpty() && !only.contains(i)) {
        continue;
      }
      MutationDetails mutant = all.get(i);
      if (!Mutants.isWanted(mutant)) {
        continue;
      }
      byte[] mutated = mutants.bytes(mutant);
      Class<?> type = Class.forName(mutant.getClassName().asJavaName());
      int line = REACHED.line(type.getName(), mutant.getLineNumber());
      begin(RESULT + "\t" + i + "\t" + Mutants.describe(mutant));
      String script = verdicts.of(mutated);
      redefine(type, mutated);
      if (script == null) {
        judged = mutated;
        script = firstFailing(type.getName(), line);
        judged = null;
        verdicts.put(mutated, script);
      }
      String text = doing + "\t" + script;
      if (!script.equals("-")) {
        killed++;
      }
      if (!script.equals("-")) {
        begin(text);
        text += "\t" + simulate(line);
      }
      redefine(type, Mutants.original(type.getName()));
      out.println(text);
      out.flush();
    }
    System.exit(0);
  }

  private static void measured(long seeds, Path file) throws Exception {
    if (!Files.exists(file)) {
      measure(seeds);
      Measured all =
          new Measured(
              new HashMap<>(REACHED.numbers()),
              new ArrayList<>(SCRIPTS.stream().map(script -> script.type().getName()).toList()),
              new ArrayList<>(SCRIPTS.stream().map(Script::reached).toList()),
              new ArrayList<>(SCRIPTS.stream().map(Script::nanos).toList()),
              new ArrayList<>(SEEDS));
      try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(file))) {
        out.writeObject(all);
      }
      return;
    }
    try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(file))) {
      Measured all = (Measured) in.readObject();
      REACHED.know(all.lines());
      SEEDS.addAll(all.seeds());
      for (int i = 0; i < all.types().size(); i++) {
        Class<?> type = Class.forName(all.types().get(i));
        SCRIPTS.add(new Script(type, all.scripts().get(i), all.nanos().get(i)));
      }
    }
  }

  /** Runs everything without a mutant, and remembers what reaches which line. */
  private static void measure(long seeds) throws Exception {
    List<String> classes = Mutants.coreClasses();
    REACHED.begin(instrumentation, classes);
    begin("nothing is changed");
    ReachedByScripts kept = ReachedByScripts.of(classes, scriptClasses());
    for (Class<?> script : scriptClasses()) {
      long from = System.nanoTime();
      if (kept.knows(script)) {
        SCRIPTS.add(new Script(script, kept.reached(script), kept.nanos(script)));
        continue;
      }
      String failing = failing(script);
      if (failing != null) {
        throw new IllegalStateException("fails without a mutant: " + failing);
      }
      SCRIPTS.add(new Script(script, REACHED.take(), System.nanoTime() - from));
      kept.keep(script, SCRIPTS.get(SCRIPTS.size() - 1).reached(), System.nanoTime() - from);
      startedNanos = THREADS.getThreadCpuTime(MAIN);
    }
    kept.write();
    REACHED.take();
    for (long seed = 1; seed <= seeds; seed++) {
      String failing = failing(seed);
      if (failing != null) {
        throw new IllegalStateException("fails without a mutant: seed " + failing);
      }
      SEEDS.add(REACHED.take());
      startedNanos = THREADS.getThreadCpuTime(MAIN);
    }
    REACHED.end(instrumentation, classes);
  }

  private static BitSet scriptsReach() {
    BitSet all = new BitSet();
    SCRIPTS.forEach(script -> all.or(script.reached()));
    return all;
  }

  private static void redefine(Class<?> type, byte[] bytes) throws Exception {
    instrumentation.redefineClasses(new ClassDefinition(type, bytes));
  }

  private static void begin(String what) {
    doing = what;
    startedNanos = THREADS.getThreadCpuTime(MAIN);
  }

  private static void keepHang() {
    try {
      if (judged != null) {
        verdicts.put(judged, HANGS);
      }
    } catch (IOException e) {
      e.printStackTrace(); // it hangs once more then
    }
  }

  private static void watch(PrintStream out) {
    Thread watchdog =
        new Thread(
            () -> {
              while (true) {
                try {
                  Thread.sleep(1000);
                } catch (InterruptedException e) {
                  return;
                }
                if (startedNanos >= 0
                    && THREADS.getThreadCpuTime(MAIN) - startedNanos > LONGEST_NANOS) {
                  out.println(doing + "\t" + HANGS);
                  out.flush();
                  keepHang();
                  Runtime.getRuntime().halt(3);
                }
              }
            },
            "watchdog");
    watchdog.setDaemon(true);
    watchdog.start();
  }

  /** The first seed that reaches the line and fails, and how; "-" if none does. */
  private static String simulate(int line) {
    for (int seed = 1; seed <= SEEDS.size(); seed++) {
      if (line < 0 || SEEDS.get(seed - 1).get(line)) {
        String failing = failing(seed);
        if (failing != null) {
          return failing;
        }
        startedNanos = THREADS.getThreadCpuTime(MAIN);
      }
    }
    return "-";
  }

  /** In every other seed modules are swapped on the way: what only a hand-over reads counts too. */
  private static int swapsAtEvery(long seed) {
    return switch ((int) (seed % 4)) {
      case 1 -> 7;
      case 3 -> 1;
      default -> 0;
    };
  }

  private static String failing(long seed) {
    try {
      Simulation.check(seed, swapsAtEvery(seed));
      Duel.check(seed, swapsAtEvery(seed));
      return null;
    } catch (Throwable e) {
      String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      return seed + "\t" + message.substring(0, Math.min(200, message.length()));
    }
  }

  // ---- packet scripts ----

  /** The tests that are packet scripts: all chapters, but not the whole transfers. */
  private static List<Class<?>> scriptClasses() throws IOException {
    Path root = Path.of(System.getProperty("karavel.scripts"));
    try (Stream<Path> files = Files.walk(root.resolve("io/karavel/scripts"))) {
      return files
          .map(file -> root.relativize(file).toString())
          .filter(name -> name.endsWith("Test.class"))
          .filter(name -> !name.contains("/whole/") || name.contains("ReplacedInEveryState"))
          .filter(name -> !OTHER_CHAPTERS.matcher(name).find())
          // what compares the documentation with the tests
          .filter(name -> !name.contains("RfcCoverage") && !name.contains("BehaviourTable"))
          .sorted()
          .<Class<?>>map(MutantWorker::load)
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Class<?> load(String file) {
    try {
      return Class.forName(file.substring(0, file.length() - 6).replace('/', '.'));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first test found that reaches the line and fails; "-" if none does. */
  private static String firstFailing(String className, int line) {
    BitSet own = REACHED.linesOf(className);
    List<Script> order = new ArrayList<>(SCRIPTS);
    order.sort(Comparator.comparingLong(script -> script.rank(own)));
    Script latest = LATEST.get(className);
    if (latest != null) {
      order.add(0, latest);
    }
    for (Script script : order) {
      if (line < 0 || script.reached().get(line)) {
        String failing = failing(script.type());
        if (failing != null) {
          LATEST.put(className, script);
          return failing;
        }
        begin(doing);
      }
    }
    return "-";
  }

  private static String failing(Class<?> script) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectClass(script))
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LAUNCHER.execute(request, listener);
    return listener.getSummary().getTotalFailureCount() == 0
        ? null
        : script.getSimpleName()
            + "#"
            + listener.getSummary().getFailures().get(0).getTestIdentifier().getDisplayName();
  }
}
