package io.karavel.control;

import java.time.Instant;
import java.util.List;

/**
 * One change of the configuration, as {@code net:config-history} shows it.
 *
 * @param id its number, counted up from 1
 * @param time when it was in force, or refused
 * @param user who made it; "unknown" if it came through a door that does not say
 * @param door through which it came: "shell", "jmx", "file", "config-admin", "control"
 * @param changes the keys with what was and what is
 * @param result one of the constants
 * @param text why it was refused or undone, or what it is about; may be empty
 */
public record ConfigurationRecord(
    long id,
    Instant time,
    String user,
    String door,
    List<KeyChange> changes,
    String result,
    String text) {
  /** In force. */
  public static final String APPLIED = "applied";

  /** In force until the time to confirm it is over. */
  public static final String TO_CONFIRM = "to be confirmed";

  /** It had to be confirmed and was. */
  public static final String CONFIRMED = "confirmed";

  /** Not in force; by our own doors it is not stored either. */
  public static final String REFUSED = "refused";

  /** What an interrupted change had written was taken back. */
  public static final String UNDONE = "undone";
}
