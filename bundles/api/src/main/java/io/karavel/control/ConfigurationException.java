package io.karavel.control;

/** A change of the configuration that was refused; nothing has changed. Says what to do. */
public class ConfigurationException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With what is wrong, why, and what to do. */
  public ConfigurationException(String message) {
    super(message);
  }
}
