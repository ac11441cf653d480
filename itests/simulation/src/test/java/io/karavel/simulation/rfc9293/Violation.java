package io.karavel.simulation.rfc9293;

/** A stack does what a standard, or docs/bundles/tcp.md, forbids. */
public final class Violation extends AssertionError {
  private static final long serialVersionUID = 1;

  /** Says which rule is broken and how. */
  public Violation(String message) {
    super(message);
  }
}
