package io.karavel.shell.internal;

import io.karavel.control.Audit;
import io.karavel.control.AuditRecord;
import io.karavel.control.Masking;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.ShellUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the one record of a changing command. */
final class CommandAudit {
  private static final Logger LOG = LoggerFactory.getLogger("io.karavel.audit");
  static final String AT_THE_MACHINE = "console";

  private final ApplianceCommand command;
  private final Optional<Audit> audit;
  private final String user;
  private final String name;
  private final String arguments;

  private CommandAudit(ApplianceCommand command, Optional<Audit> audit) {
    this.command = command;
    this.audit = audit;
    user = user(command.session);
    Command annotation = command.getClass().getAnnotation(Command.class);
    name = annotation.scope() + ":" + annotation.name();
    arguments = Masking.typed(arguments(command));
  }

  /** Of a command that is about to run; it may replace the bundle that this class is in. */
  static CommandAudit of(ApplianceCommand command, ServiceLookup services) {
    return new CommandAudit(command, services.find(Audit.class));
  }

  /**
   * Records how it ended.
   *
   * @param problem why it failed; null if it did not
   */
  void record(String problem) {
    AuditRecord entry =
        new AuditRecord(
            command.clock.instant(),
            user,
            command.stack,
            name,
            arguments,
            problem == null ? AuditRecord.DONE : AuditRecord.FAILED,
            problem == null ? "" : Masking.typed(problem));
    audit.ifPresentOrElse(present -> present.record(entry), () -> LOG.warn("{}", entry));
  }

  /** Who sits at a session. */
  static String user(Session session) {
    String user = ShellUtil.getCurrentUserName();
    if (user == null && session != null && session.get("USER") instanceof String known) {
      user = known;
    }
    return user == null ? AT_THE_MACHINE : user;
  }

  /** Options and arguments as they could be typed, those that were not given left out. */
  private static String arguments(ApplianceCommand command) {
    List<String> options = new ArrayList<>();
    List<String> arguments = new ArrayList<>();
    for (Class<?> t = command.getClass(); t != Object.class; t = t.getSuperclass()) {
      for (Field field : t.getDeclaredFields()) {
        Option option = field.getAnnotation(Option.class);
        Object value = value(field, command);
        if (option != null && !option.name().equals("--stack") && isGiven(value)) {
          options.add(option.name() + (value instanceof Boolean ? "" : " " + Values.text(value)));
        } else if (field.isAnnotationPresent(Argument.class) && isGiven(value)) {
          arguments.add(
              value instanceof List<?> list
                  ? String.join(" ", list.stream().map(Values::text).toList())
                  : Values.text(value));
        }
      }
    }
    options.addAll(arguments);
    return String.join(" ", options);
  }

  private static Object value(Field field, Object command) {
    try {
      return field.get(command);
    } catch (IllegalAccessException e) {
      return null; // no field of ours: options and arguments are visible here
    }
  }

  private static boolean isGiven(Object value) {
    return !(value == null
        || value instanceof Boolean flag && !flag
        || value instanceof Number number && number.doubleValue() == 0
        || value.toString().isEmpty());
  }
}
