package io.karavel.control.internal.configuration;

import io.karavel.engine.Setting;
import java.util.Map;

/** What the modules make of a configuration. Public for tests. */
public interface ModuleReports {
  /**
   * How a PID was taken.
   *
   * @param running whether somebody was there
   * @param connections connections that it was brought to
   * @param problem why it is not in force; null if it is
   */
  record Answer(boolean running, int connections, String problem) {}

  /**
   * Waits, a few seconds at most, until a stored configuration is in force or refused.
   *
   * @param stored what was stored
   * @param applies LIVE if connections that exist are to have it too
   */
  Answer await(String pid, Map<String, String> stored, Setting.Applies applies);
}
