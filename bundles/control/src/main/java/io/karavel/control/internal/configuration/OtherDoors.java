package io.karavel.control.internal.configuration;

import io.karavel.control.Configurations;
import io.karavel.control.KeyChange;
import io.karavel.engine.InstanceName;
import java.io.IOException;
import java.security.AccessController;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.security.auth.Subject;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes what others change: Karaf's {@code config:} commands, the files in {@code etc}, JMX. It is
 * told in the thread that changes, which says who it is.
 */
final class OtherDoors implements SynchronousConfigurationListener {
  private static final Logger LOG = LoggerFactory.getLogger(OtherDoors.class);
  private static final String FILE_INSTALL_THREAD = "fileinstall-";
  private static final String JMX_THREAD = "RMI ";

  private final ConfigurationAdmin admin;
  private final Transactions transactions;
  private final Executor changes;
  private final Map<String, String> namesByPid = new ConcurrentHashMap<>();

  /** With the thread that changes are made in. */
  OtherDoors(ConfigurationAdmin admin, Transactions transactions, Executor changes) {
    this.admin = admin;
    this.transactions = transactions;
    this.changes = changes;
  }

  @Override
  public void configurationEvent(ConfigurationEvent event) {
    String pid = event.getPid();
    String factoryPid = event.getFactoryPid();
    if (KnownPids.schema(factoryPid == null ? pid : factoryPid) == null
        || event.getType() == ConfigurationEvent.CM_LOCATION_CHANGED) {
      return;
    }
    try {
      if (event.getType() == ConfigurationEvent.CM_DELETED) {
        transactions.noticed(namesByPid.getOrDefault(pid, pid), Map.of(), author());
        return;
      }
      Configuration[] found = admin.listConfigurations("(service.pid=" + pid + ")");
      if (found == null) {
        return;
      }
      Dictionary<String, Object> properties = found[0].getProperties();
      String name =
          factoryPid == null
              ? pid
              : factoryPid + "~" + InstanceName.of(factoryPid, asMap(properties));
      namesByPid.put(pid, name);
      Map<String, String> stored = ConfigAdminStore.ours(properties);
      List<KeyChange> lost = isFileInstall() ? transactions.lost(name, stored) : List.of();
      if (lost.isEmpty()) {
        transactions.noticed(name, stored, author());
      } else {
        changes.execute(() -> transactions.putBack(name, lost));
      }
    } catch (IOException
        | InvalidSyntaxException
        | IllegalStateException
        | RejectedExecutionException e) {
      LOG.warn("A change of {} is missing in the history: {}", pid, e.toString());
    }
  }

  private static Map<String, Object> asMap(Dictionary<String, Object> properties) {
    Map<String, Object> map = new HashMap<>();
    Collections.list(properties.keys()).forEach(key -> map.put(key, properties.get(key)));
    return map;
  }

  private static boolean isFileInstall() {
    return Thread.currentThread().getName().startsWith(FILE_INSTALL_THREAD);
  }

  private static Configurations.Author author() {
    if (isFileInstall()) {
      return new Configurations.Author("unknown", "file");
    }
    String thread = Thread.currentThread().getName();
    return new Configurations.Author(
        user(), thread.startsWith(JMX_THREAD) ? "jmx config" : "config-admin");
  }

  /** The user that the thread acts for. */
  @SuppressWarnings("removal") // its successor is not in Java 17
  static String user() {
    Subject subject = Subject.getSubject(AccessController.getContext());
    if (subject == null) {
      return "unknown";
    }
    return subject.getPrincipals().stream()
        .filter(principal -> principal.getClass().getSimpleName().equals("UserPrincipal"))
        .map(principal -> principal.getName())
        .findFirst()
        .orElse("unknown");
  }
}
