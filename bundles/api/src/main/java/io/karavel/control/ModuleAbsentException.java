package io.karavel.control;

/** The module that was asked is not there; the message says what, why and what to do. */
public class ModuleAbsentException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With a message such as "module ip of stack main: not running; start bundle io.karavel.ip". */
  public ModuleAbsentException(String message) {
    super(message);
  }
}
