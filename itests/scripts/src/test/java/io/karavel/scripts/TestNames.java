package io.karavel.scripts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names of all tests of the repository, read from their sources, and documents beside them. */
public final class TestNames {
  private static final Pattern METHOD =
      Pattern.compile("^  (?:void|List<DynamicTest>) (\\w+)\\(", Pattern.MULTILINE);
  private static final Pattern CITED =
      Pattern.compile("\\b([A-Z]\\w*[a-z0-9](?:Test|IT))\\b(?:\\.(\\w+))?");

  private final Set<String> names = new TreeSet<>();

  private TestNames() {}

  /** The root of the repository, whose parts are {@code bundles} and {@code itests}. */
  public static Path root() {
    Path path = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(path.resolve("itests")) || !Files.isDirectory(path.resolve("docs"))) {
      path = path.getParent();
    }
    return path;
  }

  /** Reads them all. */
  public static TestNames all() {
    TestNames all = new TestNames();
    for (String part : List.of("bundles", "itests")) {
      try (Stream<Path> files = Files.walk(root().resolve(part))) {
        files
            .filter(file -> file.toString().contains("src/test/java"))
            .filter(file -> file.toString().matches(".*(Test|IT)\\.java"))
            .forEach(all::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }

  private void add(Path file) {
    String type = file.getFileName().toString().replace(".java", "");
    names.add(type);
    Matcher matcher = METHOD.matcher(read(file));
    while (matcher.find()) {
      names.add(type + "." + matcher.group(1));
    }
  }

  /** A file as text. */
  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether there is such a class, or method of a class. */
  public boolean contains(String name) {
    return names.contains(name);
  }

  /** The tests, as {@code Class.method} or {@code Class}, that a text cites. */
  public static List<String> citedIn(String text) {
    List<String> cited = new ArrayList<>();
    Matcher matcher = CITED.matcher(text);
    while (matcher.find()) {
      cited.add(matcher.group());
    }
    return cited;
  }

  /** Those of the tests cited that are not there. */
  public List<String> missing(String text) {
    return citedIn(text).stream().filter(name -> !contains(name)).toList();
  }
}
