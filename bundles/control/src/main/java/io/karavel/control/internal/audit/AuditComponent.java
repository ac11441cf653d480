package io.karavel.control.internal.audit;

import io.karavel.control.Appliance;
import io.karavel.control.Audit;
import io.karavel.control.AuditRecord;
import io.karavel.control.EventHistory;
import io.karavel.control.Masking;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands audit records to Event Admin, where Karaf's feature {@code audit-log} writes them to its
 * file, to the log, and to the events. The shell makes the records of our commands; the lines of
 * Karaf's own become records here.
 */
@Component(
    service = {Audit.class, EventHandler.class},
    immediate = true,
    property = EventConstants.EVENT_TOPIC + "=" + AuditComponent.EXECUTED)
public final class AuditComponent implements Audit, EventHandler {
  /** Karaf's event of a line that was executed. */
  static final String EXECUTED = "org/apache/karaf/shell/console/EXECUTED";

  /** Our event of a record. */
  static final String TOPIC = "io/karavel/audit/COMMAND";

  private static final int MOST_CHARACTERS = 1000;
  private static final Logger LOG = LoggerFactory.getLogger("io.karavel.audit");

  /** The scopes of which the shell makes the records. */
  private static final Set<String> OURS = Set.of("net", "nic", "ip", "tcp", "timer");

  private static final Pattern COMMAND = Pattern.compile("^([\\w-]+):([\\w-]+)[ \\t]*(.*)");

  /** What a record was made of, as long as somebody else can still tell of it. */
  private final Set<Object> told =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile EventAdmin events;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile EventHistory history;

  /** For SCR. */
  public AuditComponent() {}

  @Override
  public void record(AuditRecord entry) {
    LOG.info("{}", entry);
    EventHistory ring = history;
    if (ring != null) {
      ring.add("command", entry.command(), entry.toString());
    }
    EventAdmin admin = events;
    if (admin != null) {
      Map<String, Object> properties = new LinkedHashMap<>();
      properties.put("user", entry.user());
      properties.put("command", entry.command());
      properties.put("arguments", bounded(entry.arguments()));
      properties.put("stack", entry.stack());
      properties.put("outcome", entry.outcome());
      if (!entry.text().isEmpty()) {
        properties.put("text", bounded(entry.text().replaceAll("\\p{Cntrl}+", " ")));
      }
      admin.postEvent(new Event(TOPIC, properties));
    }
  }

  @Override
  public void recordOnce(Object occasion, AuditRecord entry) {
    if (told.add(occasion)) {
      record(entry);
    }
  }

  /**
   * A line was executed in some console. What concerns us is a line of Karaf's own commands,
   * whatever became of it.
   */
  @Override
  public void handleEvent(Event event) {
    // a script, such as the one that every session begins with, is nobody's command
    if (event.getProperty("script") != null
        || !(event.getProperty("command") instanceof CharSequence line)) {
      return;
    }
    Matcher command = COMMAND.matcher(line);
    if (!command.find()) {
      return;
    }
    Object thrown = event.getProperty("exception");
    if (!OURS.contains(command.group(1))) {
      record(
          new AuditRecord(
              Instant.now(),
              user(event),
              Appliance.MAIN,
              command.group(1) + ":" + command.group(2),
              arguments(command),
              thrown instanceof SecurityException
                  ? AuditRecord.DENIED
                  : thrown == null ? AuditRecord.DONE : AuditRecord.FAILED,
              thrown instanceof Exception failure
                  ? Masking.typed(String.valueOf(failure.getMessage()))
                  : ""));
    }
  }

  /** Of a user's data only the name is told, and no password with or without a key in front. */
  private static String arguments(Matcher command) {
    String typed = command.group(3).trim();
    return command.group(1).equals("jaas")
        ? typed.replaceAll("^((?:-\\S+\\s+)*[^\\s;]+).*", "$1 " + Masking.MASK)
        : Masking.typed(typed);
  }

  /** Karaf's audit log loses a line of more than 8 KiB. */
  private static String bounded(String text) {
    return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
  }

  private static String user(Event event) {
    if (event.getProperty("subject") instanceof javax.security.auth.Subject subject) {
      return subject.getPrincipals().stream()
          .filter(principal -> principal.getClass().getSimpleName().equals("UserPrincipal"))
          .map(principal -> principal.getName())
          .findFirst()
          .orElse("console");
    }
    return "console";
  }
}
