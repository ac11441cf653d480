package io.karavel.tcp;

import java.io.IOException;

/** A connection or a call on it failed. */
public class TcpException extends IOException {
  private static final long serialVersionUID = 1L;

  private final TcpError error;

  /** With the error's own words. */
  public TcpException(TcpError error) {
    super(error.meaning());
    this.error = error;
  }

  /** With details behind the error's own words. */
  public TcpException(TcpError error, String details) {
    super(details.isEmpty() ? error.meaning() : error.meaning() + ": " + details);
    this.error = error;
  }

  /** Which error. */
  public TcpError error() {
    return error;
  }
}
