package io.karavel.control;

/** A swap was refused or undone; the message says why, and that things are as they were. */
public class ModuleSwapException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With a message for the operator. */
  public ModuleSwapException(String message) {
    super(message);
  }
}
