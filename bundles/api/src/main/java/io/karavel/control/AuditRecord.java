package io.karavel.control;

import java.time.Instant;

/**
 * One command that changed something, or tried to.
 *
 * @param time when it ended
 * @param user who gave it; "console" for whoever sits at the machine
 * @param stack the stack it was about
 * @param command its name, as in tcp:kill
 * @param arguments what it was given, secrets masked
 * @param outcome {@link #DONE}, {@link #FAILED} or {@link #DENIED}
 * @param text why it failed; empty if it did not
 */
public record AuditRecord(
    Instant time,
    String user,
    String stack,
    String command,
    String arguments,
    String outcome,
    String text) {
  /** It did what it was told to. */
  public static final String DONE = "done";

  /** It failed, perhaps after some of it was done. */
  public static final String FAILED = "failed";

  /** The user has not the role that it needs. */
  public static final String DENIED = "denied";

  /** On one line, as the log has it. */
  @Override
  public String toString() {
    return (user
            + " "
            + outcome
            + " "
            + command
            + (arguments.isEmpty() ? "" : " " + arguments)
            + " on stack "
            + stack
            + (text.isEmpty() ? "" : ": " + text))
        .replaceAll("\\p{Cntrl}+", " ");
  }
}
