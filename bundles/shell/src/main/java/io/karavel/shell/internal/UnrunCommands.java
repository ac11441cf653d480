package io.karavel.shell.internal;

import io.karavel.control.Appliance;
import io.karavel.control.Audit;
import io.karavel.control.AuditRecord;
import io.karavel.control.Masking;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.Subject;
import org.apache.karaf.shell.support.CommandException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the one record of a changing command that never ran, so that it could make none itself:
 * hidden from its user, or called with what it does not take. Karaf tells of every line when it has
 * ended, and with what exception. (Of a line that it cannot even take apart, such as one with an
 * open quote, it tells nobody; no command of it is looked up, and there is no record.)
 */
@Component(
    service = EventHandler.class,
    property = EventConstants.EVENT_TOPIC + "=" + UnrunCommands.EXECUTED)
public final class UnrunCommands implements EventHandler {
  /** Karaf's event of a line that was executed. */
  static final String EXECUTED = "org/apache/karaf/shell/console/EXECUTED";

  /** The commands that may change something. */
  static final Set<String> CHANGING =
      Set.of(
          "ip:address-add",
          "ip:address-remove",
          "ip:neighbour-flush",
          "ip:route-add",
          "ip:route-remove",
          "net:capture",
          "net:config-confirm",
          "net:config-reset",
          "net:config-rollback",
          "net:config-set",
          "net:lab",
          "net:module-drop",
          "net:module-promote",
          "net:module-rollback",
          "net:module-swap",
          "net:restart",
          "net:support-archive",
          "nic:impair",
          "nic:set",
          "tcp:connect",
          "tcp:kill",
          "tcp:listen",
          "tcp:trace");

  private static final Logger LOG = LoggerFactory.getLogger("io.karavel.audit");
  private static final Pattern COLOUR = Pattern.compile("\\x1b\\[[0-9;]*m");

  /** How Karaf begins when it cannot give a command what stands behind it. */
  private static final Pattern MISUSED =
      Pattern.compile("^Error executing command ([\\w-]+:[\\w-]+): ");

  private static final Pattern HIDDEN = Pattern.compile("^Command not found: +([\\w:-]+)");
  private static final Pattern ANY = Pattern.compile("(?:net|nic|ip|tcp|timer):[\\w-]+");

  private final Clock clock;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Audit audit;

  /** For SCR. */
  @Activate
  public UnrunCommands() {
    this(Clock.systemUTC());
  }

  UnrunCommands(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void handleEvent(Event event) {
    if (event.getProperty("exception") instanceof Exception thrown
        && event.getProperty("command") instanceof CharSequence line
        && event.getProperty("script") == null) {
      unrun(thrown, line.toString()).ifPresent(name -> record(event, name, line, thrown));
    }
  }

  /** The changing command of the line that the exception kept from running. */
  private static Optional<String> unrun(Exception thrown, String line) {
    // Gogo's own exceptions are not exported to us
    return switch (thrown.getClass().getSimpleName()) {
      case "CommandException" -> misused((CommandException) thrown);
      case "CommandNotFoundException" -> named(HIDDEN, String.valueOf(thrown.getMessage()));
      case "SecurityException" ->
          ANY.matcher(line)
              .results()
              .map(found -> found.group())
              .filter(CHANGING::contains)
              .findFirst();
      default -> Optional.empty();
    };
  }

  private static Optional<String> misused(CommandException thrown) {
    return named(MISUSED, COLOUR.matcher(String.valueOf(thrown.getNiceHelp())).replaceAll(""));
  }

  private static Optional<String> named(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      return Optional.empty();
    }
    String name = matcher.group(1);
    // at the console the scope may be left out
    return CHANGING.stream()
        .filter(known -> known.equals(name) || known.endsWith(":" + name))
        .findFirst();
  }

  private void record(Event event, String name, CharSequence line, Exception thrown) {
    boolean hidden =
        thrown instanceof SecurityException
            || thrown.getClass().getSimpleName().equals("CommandNotFoundException");
    AuditRecord entry =
        new AuditRecord(
            clock.instant(),
            user(event),
            Appliance.MAIN,
            name,
            Masking.typed(arguments(name, line)),
            hidden ? AuditRecord.DENIED : AuditRecord.FAILED,
            Masking.typed(String.valueOf(thrown.getMessage())));
    Audit present = audit;
    if (present == null) {
      LOG.warn("{}", entry);
    } else {
      // another version of this bundle hears of the same exception
      present.recordOnce(thrown, entry);
    }
  }

  /** What stands behind the command, up to the next one. */
  private static String arguments(String name, CharSequence line) {
    String bare = name.substring(name.indexOf(':') + 1);
    Matcher matcher =
        Pattern.compile("(?<![\\w-])" + Pattern.quote(bare) + "(?![\\w-])([^\\n;|]*)")
            .matcher(line);
    return matcher.find() ? matcher.group(1).trim() : "";
  }

  private static String user(Event event) {
    if (event.getProperty("subject") instanceof Subject subject) {
      return subject.getPrincipals().stream()
          .filter(principal -> principal.getClass().getSimpleName().equals("UserPrincipal"))
          .map(principal -> principal.getName())
          .findFirst()
          .orElse(CommandAudit.AT_THE_MACHINE);
    }
    return CommandAudit.AT_THE_MACHINE;
  }
}
