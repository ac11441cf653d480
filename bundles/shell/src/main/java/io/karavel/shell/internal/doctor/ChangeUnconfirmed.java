package io.karavel.shell.internal.doctor;

import java.util.List;

/** A change that will go back by itself. */
final class ChangeUnconfirmed implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    if (s.pending() == null) {
      return List.of();
    }
    return List.of(
        new Finding(
            "change-unconfirmed",
            true,
            "change " + s.pending().id() + " goes back in " + s.pending().secondsLeft() + " s",
            "it was made with --confirm and nobody has confirmed it",
            "net:config-confirm"));
  }
}
