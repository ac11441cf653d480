package io.karavel.control;

import io.karavel.nic.ImpairmentSettings;
import java.util.Map;

/** Makes a bad wire of any interface, whatever its driver. Any thread. */
public interface Impairments {
  /**
   * Impairs an interface from now on, both directions alike, in place of what was there before;
   * {@link ImpairmentSettings#NONE} mends it. The stack then sends ordinary frames, no
   * super-segments, so that each is lost alone.
   *
   * @throws IllegalArgumentException if there is no such stack or interface
   */
  void impair(String stack, String interfaceName, ImpairmentSettings settings);

  /** What is in force in a stack, by interface. */
  Map<String, ImpairmentSettings> inForce(String stack);
}
