package io.karavel.linux;

import java.io.IOException;

/** A Linux call failed; the message names the call, its subject and the error. */
public class LinuxException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * A failed call.
   *
   * @param call what was tried, as in {@code "TUNSETIFF tap0"}
   * @param errno why it failed
   */
  public LinuxException(String call, int errno) {
    this(call, errno, "");
  }

  /** A failed call with advice: what the operator can do. */
  public LinuxException(String call, int errno, String advice) {
    super(call + ": " + Errno.describe(errno) + (advice.isEmpty() ? "" : "; " + advice));
    this.errno = errno;
  }

  /** The error number, one of {@link Errno}'s or another. */
  public int errno() {
    return errno;
  }
}
