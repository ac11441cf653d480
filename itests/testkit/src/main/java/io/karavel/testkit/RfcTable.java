package io.karavel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The table of requirements and the tests that cover them, read from the {@link Rfc} marks of
 * compiled test classes.
 */
public final class RfcTable {
  private static final Pattern MARK = Pattern.compile("(\\d{3,5}) (.+)");
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private final Map<String, Set<String>> tests =
      new TreeMap<>(Comparator.comparing(RfcTable::sortKey));

  /** An empty table. */
  public RfcTable() {}

  /** Adds the marks of all classes under a directory of class files. */
  public RfcTable scan(Path classes, ClassLoader loader) {
    try (Stream<Path> files = Files.walk(classes)) {
      files
          .filter(file -> file.toString().endsWith(".class"))
          .map(file -> classes.relativize(file).toString())
          .filter(name -> !name.endsWith("package-info.class"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .sorted()
          .forEach(name -> add(load(name.replace('\\', '.'), loader)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  private static Class<?> load(String name, ClassLoader loader) {
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(name + " is there and cannot be loaded", e);
    }
  }

  /** Adds the marks of a class and its methods. */
  public RfcTable add(Class<?> type) {
    add(type, type.getSimpleName());
    for (Method method : type.getDeclaredMethods()) {
      add(method, type.getSimpleName() + "." + method.getName());
    }
    return this;
  }

  private void add(AnnotatedElement element, String test) {
    Rfc rfc = element.getAnnotation(Rfc.class);
    if (rfc == null) {
      return;
    }
    for (String mark : rfc.value()) {
      if (!MARK.matcher(mark).matches()) {
        throw new IllegalArgumentException(
            "@Rfc(\"" + mark + "\") on " + test + ": write the RFC's number, a blank, what of it");
      }
      tests.computeIfAbsent(mark, m -> new TreeSet<>()).add(test);
    }
  }

  /** The requirements marked, sorted. */
  public Set<String> requirements() {
    return tests.keySet();
  }

  /** The tests that cover a requirement. */
  public Set<String> tests(String requirement) {
    return tests.getOrDefault(requirement, Set.of());
  }

  /** The table in Markdown. */
  public String markdown() {
    StringBuilder text = new StringBuilder("# Requirements and the tests that cover them\n");
    String rfc = "";
    for (Map.Entry<String, Set<String>> entry : tests.entrySet()) {
      Matcher mark = MARK.matcher(entry.getKey());
      if (!mark.matches()) {
        continue;
      }
      if (!mark.group(1).equals(rfc)) {
        rfc = mark.group(1);
        text.append("\n## RFC ").append(rfc).append("\n\n| requirement | tests |\n|---|---|\n");
      }
      text.append("| ")
          .append(mark.group(2))
          .append(" | ")
          .append(String.join("<br>", entry.getValue()))
          .append(" |\n");
    }
    return text.toString();
  }

  /** Writes the table to a file, whose directory is made if it is not there. */
  public void write(Path file) {
    try {
      Path directory = file.toAbsolutePath().getParent();
      Files.createDirectories(directory);
      Files.writeString(file, markdown());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Numbers within a mark sort as numbers: MUST-9 before MUST-10. */
  private static String sortKey(String mark) {
    Matcher numbers = NUMBER.matcher(mark);
    return numbers.replaceAll(found -> String.format("%06d", Long.parseLong(found.group())));
  }
}
