package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.apache.karaf.shell.api.action.Command;

/**
 * What commands print, in all three forms, to the letter: {@code src/test/resources/golden/},
 * written anew with {@code -Dkaravel.write=true}.
 */
final class Golden {
  static final Path DIRECTORY = Path.of("src/test/resources/golden").toAbsolutePath();

  private Golden() {}

  /** Where what a command prints is kept. */
  static Path file(Class<?> type) {
    Command command = type.getAnnotation(Command.class);
    return DIRECTORY.resolve(command.scope() + "-" + command.name() + ".txt");
  }

  /** Runs a command as a table, as columns and as JSON. */
  static void check(Shell shell, Supplier<ApplianceCommand> command, String... arguments)
      throws Exception {
    StringBuilder text = new StringBuilder();
    for (String form : List.of("", "--no-format", "--json")) {
      String[] all = new String[arguments.length + (form.isEmpty() ? 0 : 1)];
      System.arraycopy(arguments, 0, all, all.length - arguments.length, arguments.length);
      if (!form.isEmpty()) {
        all[0] = form;
      }
      ApplianceCommand fresh = command.get();
      Command name = fresh.getClass().getAnnotation(Command.class);
      text.append("> ").append(name.scope()).append(':').append(name.name());
      for (String word : all) {
        text.append(' ').append(word);
      }
      text.append('\n');
      shell.run(fresh, all).lines().forEach(l -> text.append(l.stripTrailing()).append('\n'));
    }
    Path file = file(command.get().getClass());
    if (Boolean.getBoolean("karavel.write")) {
      Files.createDirectories(DIRECTORY);
      Files.writeString(file, text);
    }
    assertThat(file).exists().hasContent(text.toString());
  }
}
