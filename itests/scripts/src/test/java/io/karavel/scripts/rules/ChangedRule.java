package io.karavel.scripts.rules;

import io.karavel.scripts.TestNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A line of the core as it is and as it would break a rule: a block of {@code rfc9293-changes.txt}.
 *
 * @param rules the numbers of the requirements
 * @param type the class, by its name
 * @param was the text that the source has once; blanks stand for any white space
 * @param becomes what takes its place
 */
record ChangedRule(List<String> rules, String type, String was, String becomes) {
  private static final String FILE = "/rfc9293-changes.txt";

  /** All blocks. */
  static List<ChangedRule> all() {
    List<ChangedRule> all = new ArrayList<>();
    for (String block : text().split("\n\\s*\n")) {
      List<String> lines = block.lines().filter(line -> !line.startsWith("#")).toList();
      if (lines.isEmpty()) {
        continue;
      }
      String[] head = lines.get(0).split(" ");
      all.add(
          new ChangedRule(
              List.of(head).subList(0, head.length - 1),
              head[head.length - 1],
              marked(lines, "- "),
              marked(lines, "+ ")));
    }
    return all;
  }

  private static String text() {
    try (var in = ChangedRule.class.getResourceAsStream(FILE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String marked(List<String> lines, String mark) {
    return lines.stream()
        .filter(line -> line.startsWith(mark))
        .map(line -> line.substring(mark.length()))
        .collect(Collectors.joining("\n"));
  }

  /** The source of the class. */
  private String source() {
    String file = "src/main/java/" + type.replace('.', '/') + ".java";
    try (Stream<Path> modules = java.nio.file.Files.list(TestNames.root().resolve("bundles"))) {
      return modules
          .map(module -> module.resolve(file))
          .filter(java.nio.file.Files::exists)
          .map(TestNames::read)
          .findFirst()
          .orElseThrow(() -> new AssertionError("no source of " + type));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The source with the change. */
  String changed() {
    String words =
        Stream.of(was.trim().split("\\s+")).map(Pattern::quote).collect(Collectors.joining("\\s+"));
    String source = source();
    Matcher matcher = Pattern.compile(words).matcher(source);
    if (!matcher.find()) {
      throw new AssertionError(type + " has no longer: " + was);
    }
    String changed =
        source.substring(0, matcher.start()) + becomes + source.substring(matcher.end());
    if (matcher.find()) {
      throw new AssertionError(type + " has more than once: " + was);
    }
    return changed;
  }

  @Override
  public String toString() {
    return type.substring(type.lastIndexOf('.') + 1) + ": " + was + " -> " + becomes;
  }
}
