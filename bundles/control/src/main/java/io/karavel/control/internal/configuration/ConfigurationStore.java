package io.karavel.control.internal.configuration;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Where configurations are stored. Public for tests that store them elsewhere. */
public interface ConfigurationStore {
  /** The instances of factory PIDs, as {@code io.karavel.nic.memory~cable0}. */
  List<String> instances() throws IOException;

  /**
   * What is stored, as text and without keys of the platform; empty if nothing is.
   *
   * @return null if there is no such instance
   */
  Map<String, String> read(String pid) throws IOException;

  /** What the file of a PID says now; null if it has none, empty if it cannot be read. */
  Map<String, String> inFile(String pid);

  /** Stores values of some keys, and what is null no more; other keys stay as they are. */
  void write(String pid, Map<String, String> changes) throws IOException;

  /** Returns when a start of the appliance would find what was written; waits a while at most. */
  void settle(List<String> pids) throws IOException;
}
