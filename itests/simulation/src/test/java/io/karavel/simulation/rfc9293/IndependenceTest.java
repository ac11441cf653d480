package io.karavel.simulation.rfc9293;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The checker shares nothing with what it checks: a fault of the one is none of the other. */
class IndependenceTest {
  private static final Path SOURCES = Path.of("src/test/java/io/karavel/simulation/rfc9293");
  private static final Path CLASSES = Path.of("target/test-classes/io/karavel/simulation/rfc9293");

  /** A class in a constant pool, by its own name or within the descriptor of something. */
  private static final Pattern NAME = Pattern.compile("(?:[a-z][a-z0-9_]*/)+[A-Z][A-Za-z0-9_$]*");

  private static final String ITSELF = "io.karavel.simulation.rfc9293.";
  private static final List<String> GROUND = List.of("java.", ITSELF);
  private static final List<String> GROUND_OF_TESTS =
      List.of("java.", ITSELF, "org.junit.jupiter.", "org.assertj.");

  private static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }

  private static List<String> strangers(Path file, Stream<String> names) {
    boolean isTest = file.getFileName().toString().matches("\\w+Test(\\$.*)?\\.(java|class)");
    List<String> allowed = isTest ? GROUND_OF_TESTS : GROUND;
    return names
        .filter(name -> allowed.stream().noneMatch(name::startsWith))
        .map(name -> file.getFileName() + " uses " + name)
        .distinct()
        .toList();
  }

  @Test
  void itsSourcesImportNothingButJavaAndThemselves() throws IOException {
    List<String> strangers = new ArrayList<>();
    List<Path> sources = files(SOURCES, ".java");
    for (Path source : sources) {
      Stream<String> imports =
          Files.readAllLines(source).stream()
              .filter(line -> line.startsWith("import "))
              .map(line -> line.replaceFirst("^import (static )?", ""));
      strangers.addAll(strangers(source, imports));
    }
    assertThat(sources).hasSizeGreaterThan(50);
    assertThat(strangers).isEmpty();
  }

  /** What is named in full, inferred or inherited needs no import. */
  @Test
  void itsClassesNameNothingButJavaAndThemselves() throws IOException {
    List<String> strangers = new ArrayList<>();
    List<Path> classes = files(CLASSES, ".class");
    for (Path file : classes) {
      strangers.addAll(strangers(file, named(Files.readAllBytes(file)).stream()));
    }
    assertThat(classes).hasSizeGreaterThan(50);
    assertThat(strangers).isEmpty();
  }

  private static List<String> named(byte[] file) {
    List<String> names = new ArrayList<>();
    Matcher matcher = NAME.matcher(new String(file, StandardCharsets.ISO_8859_1));
    while (matcher.find()) {
      names.add(matcher.group().replace('/', '.'));
    }
    return names;
  }

  @Test
  void aClassThatUsesTheStackWouldBeFound() throws IOException {
    Path user = CLASSES.resolveSibling("run").resolve("World.class");
    assertThat(strangers(user, named(Files.readAllBytes(user)).stream()))
        .contains("World.class uses io.karavel.testkit.VirtualNetwork");
    assertThat(strangers(Path.of("EndTest.class"), Stream.of("org.junit.jupiter.api.Test")))
        .isEmpty();
    assertThat(strangers(Path.of("End.class"), Stream.of("org.junit.jupiter.api.Test")))
        .containsExactly("End.class uses org.junit.jupiter.api.Test");
  }
}
