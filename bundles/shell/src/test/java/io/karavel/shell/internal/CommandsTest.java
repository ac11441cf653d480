package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;

/**
 * What holds for every command; and docs/commands.md, which is written anew by {@code mvn -pl
 * bundles/shell -am test -Dtest=CommandsTest -Dkaravel.write=true}.
 */
class CommandsTest {
  private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent().getParent();
  private static final Path MANUAL = CHECKOUT.resolve("docs/commands.md");
  private static final Path ETC = CHECKOUT.resolve("karaf-distribution/src/main/resources/etc");

  private static List<Class<?>> classes() {
    try {
      Path root =
          Path.of(
              ApplianceCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      List<Class<?>> classes = new ArrayList<>();
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
          String name = root.relativize(file).toString().replace(".class", "").replace('/', '.');
          if (!name.endsWith("package-info")) {
            classes.add(Class.forName(name));
          }
        }
      }
      return classes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException | java.net.URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Class<?>> commands() {
    return classes().stream()
        .filter(type -> type.isAnnotationPresent(Command.class))
        .sorted(Comparator.comparing(CommandsTest::name))
        .toList();
  }

  private static String name(Class<?> type) {
    Command command = type.getAnnotation(Command.class);
    return command.scope() + ":" + command.name();
  }

  private static List<Field> fields(Class<?> type) {
    List<Field> fields = new ArrayList<>();
    for (Class<?> t = type; t != Object.class; t = t.getSuperclass()) {
      fields.addAll(0, List.of(t.getDeclaredFields()));
    }
    return fields;
  }

  @Test
  void theCommandsAreThese() {
    assertThat(commands().stream().map(CommandsTest::name))
        .containsExactly(
            "ip:address-add",
            "ip:address-list",
            "ip:address-remove",
            "ip:arping",
            "ip:neighbour-flush",
            "ip:neighbour-list",
            "ip:ping",
            "ip:route-add",
            "ip:route-get",
            "ip:route-list",
            "ip:route-remove",
            "ip:traceroute",
            "net:capture",
            "net:config-confirm",
            "net:config-diff",
            "net:config-get",
            "net:config-history",
            "net:config-list",
            "net:config-reset",
            "net:config-rollback",
            "net:config-set",
            "net:counters",
            "net:doctor",
            "net:drops",
            "net:events",
            "net:lab",
            "net:module-drop",
            "net:module-history",
            "net:module-list",
            "net:module-promote",
            "net:module-rollback",
            "net:module-swap",
            "net:restart",
            "net:status",
            "net:support-archive",
            "nic:impair",
            "nic:list",
            "nic:set",
            "nic:show",
            "nic:stats",
            "tcp:connect",
            "tcp:kill",
            "tcp:list",
            "tcp:listen",
            "tcp:probe",
            "tcp:show",
            "tcp:summary",
            "tcp:trace",
            "tcp:why",
            "timer:list",
            "timer:stats");
  }

  @Test
  void everyActionIsACommandThatTheShellFinds() {
    for (Class<?> type : classes()) {
      boolean made = !Modifier.isAbstract(type.getModifiers());
      if (made && (Action.class.isAssignableFrom(type) || Completer.class.isAssignableFrom(type))) {
        assertThat(type.isAnnotationPresent(Service.class)).as(type.getName()).isTrue();
        assertThat(Modifier.isPublic(type.getModifiers())).as(type.getName()).isTrue();
      }
      if (made && Action.class.isAssignableFrom(type)) {
        assertThat(type).hasAnnotation(Command.class);
        assertThat(type.getSimpleName()).endsWith("Command");
      }
    }
  }

  @Test
  void noCommandDependsOnAServiceThatMayGo() {
    for (Class<?> type : classes()) {
      if (!type.isInterface() && !type.isEnum()) {
        for (Field field : fields(type)) {
          if (field.isAnnotationPresent(Reference.class)) {
            assertThat(field.getType())
                .as(type.getName())
                // the last is made by this bundle, to have its commands taken up again
                .isIn(BundleContext.class, Session.class, CommandKeeper.Turn.class);
          }
        }
      }
    }
  }

  @Test
  void everyCommandHasADescriptionAndOneExample() {
    for (Class<?> type : commands()) {
      Command command = type.getAnnotation(Command.class);
      assertThat(command.description()).as(name(type)).hasSizeBetween(15, 90);
      assertThat(command.detailedDescription()).startsWith("Example: " + name(type));
    }
  }

  @Test
  void everyArgumentAndValueIsCompleted() {
    for (Class<?> type : commands()) {
      for (Field field : fields(type)) {
        boolean value =
            field.isAnnotationPresent(Argument.class)
                || field.isAnnotationPresent(Option.class) && field.getType() != boolean.class;
        if (value) {
          assertThat(field.isAnnotationPresent(Completion.class))
              .as(name(type) + " " + field.getName())
              .isTrue();
          Completion completion = field.getAnnotation(Completion.class);
          assertThat(completion.value() != StringsCompleter.class || completion.values().length > 0)
              .as(name(type) + " " + field.getName())
              .isTrue();
        }
      }
    }
  }

  @Test
  void everyResultIsThereAsJsonAndAsPlainColumns() {
    for (Class<?> type : commands()) {
      if (!name(type).equals("tcp:connect")) {
        assertThat(type).isAssignableTo(ReportingCommand.class);
      }
    }
  }

  @Test
  void whatEveryListPrintsIsKeptToTheLetter() {
    for (Class<?> type : commands()) {
      if (ListCommand.class.isAssignableFrom(type)
          && !name(type).matches("net:config-(set|re.*|confirm|rollback)")) {
        assertThat(Golden.file(type)).exists();
      }
    }
  }

  @Test
  void everyCommandWithoutTheEngineSaysSo() throws Exception {
    for (Class<?> type : commands()) {
      Shell shell = new Shell();
      shell.services.clear();
      ApplianceCommand command = (ApplianceCommand) type.getDeclaredConstructor().newInstance();
      List<String> arguments =
          switch (name(type)) {
            case "ip:address-add", "ip:address-remove" -> List.of("main0", "10.77.0.2/24");
            case "ip:ping", "ip:route-get", "ip:arping", "ip:traceroute" -> List.of("10.77.0.1");
            case "ip:route-add" -> List.of("--via", "10.77.0.1", "10.0.0.0/8");
            case "ip:route-remove" -> List.of("10.0.0.0/8");
            case "tcp:connect", "tcp:probe" -> List.of("10.77.0.1", "7");
            case "tcp:kill", "tcp:show", "tcp:why" -> List.of("5");
            case "tcp:listen" -> List.of("5000");
            case "nic:set" -> List.of("mem0", "mtu=1300");
            case "net:capture" -> List.of("list");
            case "net:config-get", "net:config-reset" -> List.of("tcp.synRetries");
            case "net:config-set" -> List.of("tcp.synRetries=3");
            case "net:lab" -> List.of("lose");
            case "net:module-swap" -> List.of("tcp", "file:/tmp/tcp.jar");
            case "net:module-promote", "net:module-rollback", "net:module-drop" -> List.of("tcp");
            default -> List.of();
          };
      assertThat(shell.failure(command, arguments.toArray(new String[0])))
          .as(name(type))
          .contains(name(type).equals("nic:set") ? "no driver knows" : "the engine: not running");
    }
  }

  @Test
  void everyScopeHasItsAccessFileThatEndsClosed() throws IOException {
    for (String scope : List.of("net", "nic", "ip", "tcp", "timer")) {
      List<String> lines =
          Files.readAllLines(ETC.resolve("org.apache.karaf.command.acl." + scope + ".cfg"));
      assertThat(lines.get(lines.size() - 1)).isEqualTo("* = admin");
      for (String line : lines) {
        if (!line.startsWith("#") && !line.startsWith("*") && !line.isBlank()) {
          assertThat(commands().stream().map(CommandsTest::name))
              .contains(scope + ":" + line.substring(0, line.indexOf(' ')));
        }
      }
    }
  }

  @Test
  void whatAViewerMayNotDoSaysWhenItChangesAndIsAuditedAndNothingElseDoes() throws Exception {
    for (Class<?> type : commands()) {
      Command command = type.getAnnotation(Command.class);
      boolean everybody =
          Files.readAllLines(
                  ETC.resolve("org.apache.karaf.command.acl." + command.scope() + ".cfg"))
              .stream()
              .anyMatch(line -> line.startsWith(command.name() + " = viewer,"));
      boolean says =
          Stream.of(type.getDeclaredMethods())
              .anyMatch(method -> method.getName().equals("changes"));
      assertThat(says).as(name(type)).isEqualTo(!everybody);
      assertThat(UnrunCommands.CHANGING.contains(name(type))).as(name(type)).isEqualTo(says);
    }
  }

  /** ManagementIT runs that file over ssh; what is missing there is tried nowhere. */
  @Test
  void everyCommandWithEveryOptionAndItsRoleIsInTheCatalogue() throws Exception {
    List<String> lines =
        Files.readAllLines(CHECKOUT.resolve("itests/karaf/src/test/resources/commands.txt"));
    List<String> missing = new ArrayList<>();
    for (Class<?> type : commands()) {
      String role = name(type) + " " + leastRole(type);
      if (!lines.contains(role)) {
        missing.add("the line '" + role + "' with what it runs below");
      }
      List<List<String>> runs =
          lines.stream()
              .map(line -> List.of(line.strip().replace("~", "").split("\\s+")))
              .filter(words -> words.size() > 1 && words.get(1).equals(name(type)))
              .toList();
      if (runs.isEmpty()) {
        missing.add("a line that runs " + name(type));
      }
      for (Field field : fields(type)) {
        Option option = field.getAnnotation(Option.class);
        if (option == null || List.of("--stack", "--json", "--no-format").contains(option.name())) {
          continue;
        }
        List<String> names = new ArrayList<>(List.of(option.aliases()));
        names.add(option.name());
        if (runs.stream().noneMatch(words -> words.stream().anyMatch(names::contains))) {
          missing.add("a line that runs " + name(type) + " with " + names);
        }
      }
    }
    assertThat(missing)
        .as("what is missing in itests/karaf/src/test/resources/commands.txt; its head explains it")
        .isEmpty();
  }

  private static String leastRole(Class<?> type) throws IOException {
    Command command = type.getAnnotation(Command.class);
    return Files.readAllLines(
            ETC.resolve("org.apache.karaf.command.acl." + command.scope() + ".cfg"))
        .stream()
        .filter(line -> line.startsWith(command.name() + " = "))
        .map(line -> line.substring(line.indexOf('=') + 2, line.indexOf(',')))
        .findFirst()
        .orElse("admin");
  }

  @Test
  void anExampleInTheManualIsOneLine() throws Exception {
    for (String line : Files.readAllLines(MANUAL)) {
      assertThat(line.chars().filter(c -> c == '`').count() % 2).as(line).isZero();
    }
  }

  @Test
  void theManualSaysWhatTheCommandsSay() throws Exception {
    StringBuilder page = new StringBuilder(1 << 15);
    page.append(
        """
        # Commands

        Every command concerns the stack `main` unless `--stack` says otherwise. Lists are tables;
        `--no-format` makes them tab-separated lines without header, in the order of the columns,
        and `--json` an array of objects with the columns as keys, numbers as numbers and times as
        ISO-8601 UTC. Lists end at 200 rows and say so; `--limit` changes that. A command that fails
        says why and what to do, and its remote execution (`ssh`, `./run -c`) ends with a status
        other than 0. What destroys asks first; `-f` skips the question, and without a terminal it is
        needed. Options stand before arguments, as everywhere in Karaf. Karaf's own `watch`, `grep`
        and `less` go with all of them. The aliases `ss`, `netstat`, `arp`, `ping`, `ethtool`,
        `nstat`, `sysctl` and `tcpdump` lead to what their namesakes show.

        This page is generated from the commands themselves (`bundles/shell`, `CommandsTest`).
        """);
    String scope = "";
    for (Class<?> type : commands()) {
      Command command = type.getAnnotation(Command.class);
      if (!command.scope().equals(scope)) {
        scope = command.scope();
        page.append("\n## ").append(scope).append('\n');
      }
      describe(page, type, command);
    }
    if (Boolean.getBoolean("karavel.write")) {
      Files.writeString(MANUAL, page);
    }
    assertThat(MANUAL).as("see the comment of CommandsTest").exists().hasContent(page.toString());
  }

  private static void describe(StringBuilder page, Class<?> type, Command command)
      throws ReflectiveOperationException {
    Object instance = type.getDeclaredConstructor().newInstance();
    page.append("\n### ").append(name(type)).append("\n\n");
    page.append(command.description()).append(". Example: `");
    // what is said after the example is a paragraph of its own
    String[] parts = command.detailedDescription().substring("Example: ".length()).split("\n\n", 2);
    page.append(parts[0]).append("`\n\n");
    if (parts.length > 1) {
      page.append(parts[1]).append("\n\n");
    }
    page.append("| argument or option | meaning | default |\n|---|---|---|\n");
    for (Field field : fields(type)) {
      Argument argument = field.getAnnotation(Argument.class);
      Option option = field.getAnnotation(Option.class);
      if (argument == null && option == null) {
        continue;
      }
      field.setAccessible(true);
      Object value = field.get(instance);
      boolean shown = value != null && !value.equals(false) && !value.equals("") && option != null;
      String names =
          argument != null
              ? argument.name().toUpperCase(java.util.Locale.ROOT)
                  + (argument.multiValued() ? "…" : "")
              : option.name()
                  + Stream.of(option.aliases()).reduce("", (all, alias) -> all + ", " + alias);
      page.append("| `").append(names).append('`');
      page.append(argument != null && argument.required() ? " (required)" : "");
      page.append(" | ").append(argument != null ? argument.description() : option.description());
      page.append(" | ").append(shown ? "`" + Values.text(value) + "`" : "").append(" |\n");
    }
    if (instance instanceof ReportingCommand) {
      return;
    }
    page.append("\nIt has no `--json`: it is a conversation.\n");
  }
}
