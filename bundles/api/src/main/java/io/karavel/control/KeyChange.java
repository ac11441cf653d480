package io.karavel.control;

/**
 * One key that changes.
 *
 * @param pid its PID, with {@code ~NAME} for an instance of a factory PID
 * @param key the key
 * @param before what was stored, as text; null if nothing, so that the default ruled
 * @param after what is stored from now on, as text; null for the default
 */
public record KeyChange(String pid, String key, String before, String after) {
  /** The way back. */
  public KeyChange reversed() {
    return new KeyChange(pid, key, after, before);
  }

  /** Whether both name the same key. */
  public boolean isOf(String otherPid, String otherKey) {
    return pid.equals(otherPid) && key.equals(otherKey);
  }

  /** As in "io.karavel.tcp.synRetries: 5 (default) -> 3", secrets masked. */
  @Override
  public String toString() {
    return pid + "." + key + ": " + text(before) + " -> " + text(after);
  }

  private String text(String value) {
    return value == null
        ? "default"
        : value.isEmpty() ? "''" : String.valueOf(Masking.value(key, value));
  }
}
