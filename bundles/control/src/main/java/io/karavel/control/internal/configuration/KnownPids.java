package io.karavel.control.internal.configuration;

import io.karavel.control.ControlSettings;
import io.karavel.control.DiagnosticsSettings;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.SettingsException;
import io.karavel.engine.SettingsSchema;
import io.karavel.engine.TimerSettings;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.IpSettings;
import io.karavel.metrics.MetricsSettings;
import io.karavel.nic.MemoryCableSettings;
import io.karavel.nic.TapSettings;
import io.karavel.services.ServicesSettings;
import io.karavel.tcp.TcpSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every PID with its keys and the parser that its component uses too, so that a change is checked
 * while its module is away. A test holds it equal to the schemas there are.
 */
public final class KnownPids {
  /** What all PIDs begin with. */
  public static final String PREFIX = "io.karavel.";

  /** Reads a raw configuration into a record. */
  private interface Parser {
    Object parse(String instance, Map<String, ?> raw) throws SettingsException;
  }

  private record Known(SettingsSchema schema, boolean factory, Parser parser) {}

  private static final Map<String, Known> ALL = all();

  private KnownPids() {}

  private static Map<String, Known> all() {
    Map<String, Known> all = new LinkedHashMap<>();
    single(all, EngineSettings.SCHEMA, (name, raw) -> EngineSettings.parse(raw));
    single(all, TimerSettings.SCHEMA, (name, raw) -> TimerSettings.parse(raw));
    single(all, KeepaliveSettings.SCHEMA, (name, raw) -> KeepaliveSettings.parse(raw));
    factory(all, MemoryCableSettings.SCHEMA, MemoryCableSettings::parse);
    factory(all, TapSettings.SCHEMA, TapSettings::parse);
    factory(all, InterfaceSettings.SCHEMA, InterfaceSettings::parse);
    single(all, IpSettings.SCHEMA, (name, raw) -> IpSettings.parse(raw));
    single(all, TcpSettings.SCHEMA, (name, raw) -> TcpSettings.parse(raw));
    single(all, ServicesSettings.SCHEMA, (name, raw) -> ServicesSettings.parse(raw));
    single(all, MetricsSettings.SCHEMA, (name, raw) -> MetricsSettings.parse(raw));
    single(all, DiagnosticsSettings.SCHEMA, (name, raw) -> DiagnosticsSettings.parse(raw));
    single(all, ControlSettings.SCHEMA, (name, raw) -> ControlSettings.parse(raw));
    return all;
  }

  private static void single(Map<String, Known> all, SettingsSchema schema, Parser parser) {
    all.put(schema.pid(), new Known(schema, false, parser));
  }

  private static void factory(Map<String, Known> all, SettingsSchema schema, Parser parser) {
    all.put(schema.pid(), new Known(schema, true, parser));
  }

  /** PIDs that are there once. */
  public static List<String> singletons() {
    return those(false);
  }

  /** PIDs with instances. */
  public static List<String> factories() {
    return those(true);
  }

  private static List<String> those(boolean factory) {
    List<String> pids = new ArrayList<>();
    ALL.forEach(
        (pid, known) -> {
          if (known.factory() == factory) {
            pids.add(pid);
          }
        });
    return pids;
  }

  /** The keys of a PID, or of the factory PID in front of a '~'; null if we do not know it. */
  public static SettingsSchema schema(String pid) {
    Known known = ALL.get(factoryPid(pid));
    return known == null ? null : known.schema();
  }

  /** The PID without the name of an instance. */
  static String factoryPid(String pid) {
    int tilde = pid.indexOf('~');
    return tilde < 0 ? pid : pid.substring(0, tilde);
  }

  /**
   * Reads a configuration as its component will.
   *
   * @return the settings record
   * @throws SettingsException naming every wrong key
   */
  public static Object parse(String pid, Map<String, ?> raw) throws SettingsException {
    int tilde = pid.indexOf('~');
    return ALL.get(factoryPid(pid)).parser().parse(pid.substring(tilde + 1), raw);
  }
}
