package io.karavel.control;

import io.karavel.engine.Setting;

/**
 * One key as it is now.
 *
 * @param pid its PID, with {@code ~NAME} for an instance
 * @param setting its definition
 * @param stored what is stored; null if nothing
 * @param inForce what rules, as text; null while nobody has said
 * @param source "default", "configured", "refused" if what is stored is not in force, "not running"
 *     if nobody is there whom it concerns
 * @param revision number of the last change of it in the history; 0 if there is none
 * @param author who made that change; empty if there is none
 */
public record ConfigurationValue(
    String pid,
    Setting<?> setting,
    String stored,
    String inForce,
    String source,
    long revision,
    String author) {
  /** PID and key, as {@link Configurations} understands them. */
  public String name() {
    return pid + "." + setting.key();
  }

  /** What is stored, else the default. */
  public String value() {
    return stored == null ? String.valueOf(setting.defaultValue()) : stored;
  }
}
