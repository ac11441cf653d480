package io.karavel.scripts.rules;

import io.karavel.testkit.Rfc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The tests marked with the requirements of an RFC, to be run with whatever classes. */
final class MarkedTests {
  private static final long LONGEST_MILLIS = Duration.ofMinutes(5).toMillis();

  private final Map<String, Set<Method>> byRule = new TreeMap<>();

  /**
   * Looks for the marks.
   *
   * @param rfc its number
   */
  MarkedTests(String rfc) {
    try {
      var source = MarkedTests.class.getProtectionDomain().getCodeSource();
      Path root = Path.of(source.getLocation().toURI());
      try (Stream<Path> files = Files.walk(root)) {
        files
            .map(file -> root.relativize(file).toString())
            .filter(name -> name.endsWith("Test.class"))
            .forEach(name -> note(rfc + " ", type(name)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> type(String file) {
    try {
      String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
      return Class.forName(name, false, MarkedTests.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private void note(String rfc, Class<?> type) {
    for (Method method : type.getDeclaredMethods()) {
      Rfc marks = method.getAnnotation(Rfc.class);
      for (String mark : marks == null ? new String[0] : marks.value()) {
        if (mark.startsWith(rfc)) {
          byRule
              .computeIfAbsent(
                  mark.substring(rfc.length()),
                  unused -> new TreeSet<>(Comparator.comparing(MarkedTests::name)))
              .add(method);
        }
      }
    }
  }

  /** All rules that have tests. */
  Stream<String> rules() {
    return byRule.keySet().stream();
  }

  /** The tests of a rule. */
  Set<Method> of(String rule) {
    return byRule.getOrDefault(rule, Set.of());
  }

  /** How a test is called in the documentation. */
  static String name(Method test) {
    return test.getDeclaringClass().getSimpleName() + "." + test.getName();
  }

  /** The names of those tests that fail with the classes of a loader. */
  static Set<String> failing(ClassLoader classes, Set<Method> tests) {
    Set<String> failed = new ConcurrentSkipListSet<>();
    Thread thread = new Thread(() -> run(classes, tests, failed), "with changed classes");
    thread.setContextClassLoader(classes);
    thread.setDaemon(true);
    thread.start();
    try {
      thread.join(LONGEST_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new AssertionError("the tests do not end: choose a change with which they do");
    }
    return failed;
  }

  private static void run(ClassLoader classes, Set<Method> tests, Set<String> failed) {
    List<DiscoverySelector> selectors = new ArrayList<>();
    for (Method test : tests) {
      selectors.add(
          DiscoverySelectors.selectMethod(theSame(classes, test), sameMethod(classes, test)));
    }
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
    LauncherFactory.create()
        .execute(
            request,
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                  test.getSource()
                      .filter(MethodSource.class::isInstance)
                      .map(MethodSource.class::cast)
                      .ifPresent(source -> failed.add(name(source.getJavaMethod())));
                }
              }
            });
  }

  private static Class<?> theSame(ClassLoader classes, Method test) {
    try {
      return Class.forName(test.getDeclaringClass().getName(), true, classes);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Method sameMethod(ClassLoader classes, Method test) {
    return Stream.of(theSame(classes, test).getDeclaredMethods())
        .filter(method -> method.getName().equals(test.getName()))
        .findFirst()
        .orElseThrow();
  }
}
