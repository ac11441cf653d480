package io.karavel.control.internal.configuration;

import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationPlan;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.ConfigurationResult;
import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import io.karavel.control.Masking;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What JMX does, the service does. Any thread. */
final class ConfigurationBean implements ConfigurationMBean {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigurationBean.class);
  private static final String NAME = "io.karavel:type=Configuration";

  private final Configurations configurations;

  ConfigurationBean(Configurations configurations) {
    this.configurations = configurations;
  }

  void register() {
    try {
      MBeanServer server = ManagementFactory.getPlatformMBeanServer();
      ObjectName name = new ObjectName(NAME);
      if (server.isRegistered(name)) {
        server.unregisterMBean(name);
      }
      server.registerMBean(new StandardMBean(this, ConfigurationMBean.class), name);
    } catch (JMException e) {
      LOG.warn("The configuration is not there through JMX: {}", e.toString());
    }
  }

  void unregister() {
    try {
      ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(NAME));
    } catch (JMException e) {
      LOG.debug("It was not registered", e);
    }
  }

  private interface Call<T> {
    T call() throws ConfigurationException;
  }

  /** Clients of JMX know no exceptions of ours. */
  private static <T> T answer(Call<T> call) {
    try {
      return call.call();
    } catch (ConfigurationException | IllegalArgumentException e) {
      throw new IllegalArgumentException(Masking.text(String.valueOf(e.getMessage())));
    }
  }

  private static Configurations.Author author() {
    return new Configurations.Author(OtherDoors.user(), "jmx");
  }

  @Override
  public String[] listValues() {
    return configurations.values().stream()
        .map(
            v ->
                String.join(
                    "\t",
                    v.name(),
                    shown(v, v.value()),
                    shown(v, String.valueOf(v.inForce())),
                    v.source()))
        .toArray(String[]::new);
  }

  private static String shown(ConfigurationValue of, String value) {
    return String.valueOf(Masking.value(of.setting().key(), value));
  }

  @Override
  public String getValue(String name) {
    return answer(
        () ->
            configurations.values(name).stream()
                .map(v -> shown(v, v.value()))
                .collect(Collectors.joining(" ")));
  }

  @Override
  public String setValues(String[] assignments) {
    return setValues(assignments, 0);
  }

  @Override
  public String setValues(String[] assignments, int confirmSeconds) {
    return answer(() -> text(configurations.set(List.of(assignments), confirmSeconds, author())));
  }

  private static String text(ConfigurationResult result) {
    ConfigurationRecord record = result.record();
    return record.changes().isEmpty()
        ? "nothing to change"
        : "change "
            + record.id()
            + " "
            + record.result()
            + ", "
            + result.connections()
            + " connections in "
            + result.nanos() / 1_000_000
            + " ms";
  }

  @Override
  public String[] listEffects(String[] assignments) {
    ConfigurationPlan plan = answer(() -> configurations.plan(List.of(assignments)));
    List<String> lines = new ArrayList<>();
    plan.changes().forEach(change -> lines.add("change\t" + change));
    plan.ended().forEach(fate -> lines.add("ends\t" + fate.connection().id() + "\t" + fate.why()));
    lines.add("touched\t" + plan.touchedCount());
    return lines.toArray(String[]::new);
  }

  @Override
  public String[] listHistory() {
    return configurations.history().stream()
        .map(
            r ->
                String.join(
                    "\t",
                    Long.toString(r.id()),
                    r.time().toString(),
                    r.user(),
                    r.door(),
                    r.result(),
                    r.changes().toString(),
                    r.text()))
        .toArray(String[]::new);
  }

  @Override
  public String rollback(long id) {
    return answer(() -> text(configurations.rollback(id, false, author())));
  }

  @Override
  public String confirm() {
    return answer(() -> configurations.confirm(author()).text() + " is kept");
  }
}
