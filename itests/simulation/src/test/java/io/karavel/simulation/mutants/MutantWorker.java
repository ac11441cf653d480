package io.karavel.simulation.mutants;

import io.karavel.simulation.run.Simulation;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
 * scripts, then, if they kill it, the simulation. It prints a line for each; one that hangs ends
 * the JVM, and the next worker goes on behind it.
 */
final class MutantWorker {
  static final String RESULT = "MUTANT";
  private static final long LONGEST_MILLIS = 240_000;

  /** Set by the JVM before main. */
  private static Instrumentation instrumentation;

  private static volatile long startedMillis;
  private static volatile String doing = "";

  private MutantWorker() {}

  /** Called by the JVM. */
  public static void premain(String arguments, Instrumentation given) {
    instrumentation = given;
  }

  /**
   * Seed of the order, first index, how many killed are wanted, seeds, and indexes to try alone.
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
    Mutants mutants = new Mutants();
    List<MutationDetails> all = mutants.shuffled(order);
    List<Class<?>> scripts = scriptClasses();
    begin("nothing is changed");
    String broken = firstFailing(scripts);
    if (broken != null) {
      throw new IllegalStateException("fails without a mutant: " + broken);
    }
    String failing = simulate(seeds);
    if (!failing.equals("-")) {
      throw new IllegalStateException("fails without a mutant: seed " + failing);
    }
    int killed = 0;
    for (int i = first; i < all.size() && killed < wanted; i++) {
      if (!only.isEmpty() && !only.contains(i)) {
        continue;
      }
      MutationDetails mutant = all.get(i);
      Class<?> type = Class.forName(mutant.getClassName().asJavaName());
      begin(RESULT + "\t" + i + "\t" + Mutants.describe(mutant));
      redefine(type, mutants.bytes(mutant));
      String script = firstFailing(scripts);
      String line = doing + "\t" + (script == null ? "-" : script);
      if (script != null) {
        killed++;
        begin(line);
        line += "\t" + simulate(seeds);
      }
      redefine(type, Mutants.original(type.getName()));
      out.println(line);
      out.flush();
    }
    System.exit(0);
  }

  private static void redefine(Class<?> type, byte[] bytes) throws Exception {
    instrumentation.redefineClasses(new ClassDefinition(type, bytes));
  }

  private static void begin(String what) {
    doing = what;
    startedMillis = System.currentTimeMillis();
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
                if (startedMillis > 0
                    && System.currentTimeMillis() - startedMillis > LONGEST_MILLIS) {
                  out.println(doing + "\thangs");
                  out.flush();
                  Runtime.getRuntime().halt(3);
                }
              }
            },
            "watchdog");
    watchdog.setDaemon(true);
    watchdog.start();
  }

  private static String simulate(long seeds) {
    for (long seed = 1; seed <= seeds; seed++) {
      try {
        Simulation.check(seed);
      } catch (Throwable e) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return seed + "\t" + message.substring(0, Math.min(160, message.length()));
      }
    }
    return "-";
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

  /** The first test that fails; null if none does. */
  private static String firstFailing(List<Class<?>> tests) {
    Launcher launcher = LauncherFactory.create();
    for (Class<?> test : tests) {
      LauncherDiscoveryRequest request =
          LauncherDiscoveryRequestBuilder.request()
              .selectors(DiscoverySelectors.selectClass(test))
              .build();
      SummaryGeneratingListener listener = new SummaryGeneratingListener();
      launcher.execute(request, listener);
      if (listener.getSummary().getTotalFailureCount() > 0) {
        return test.getSimpleName()
            + "#"
            + listener.getSummary().getFailures().get(0).getTestIdentifier().getDisplayName();
      }
    }
    return null;
  }
}
