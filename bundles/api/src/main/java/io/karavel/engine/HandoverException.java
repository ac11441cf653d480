package io.karavel.engine;

/** Kept state that cannot be read: wrong version, torn, or contradictory. */
public class HandoverException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With a message that says which field of which slot is wrong and how. */
  public HandoverException(String message) {
    super(message);
  }

  /** With the cause. */
  public HandoverException(String message, Throwable cause) {
    super(message, cause);
  }
}
