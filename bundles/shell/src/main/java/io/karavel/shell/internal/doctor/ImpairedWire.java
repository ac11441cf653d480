package io.karavel.shell.internal.doctor;

import java.util.List;

/** Wires that are made bad on purpose. */
final class ImpairedWire implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    return s.impairments().entrySet().stream()
        .map(
            wire ->
                new Finding(
                    "impaired-wire",
                    true,
                    "the wire of " + wire.getKey() + " loses, delays or damages frames",
                    "nic:impair is in force; without options it shows how",
                    "nic:impair --off " + wire.getKey()))
        .toList();
  }
}
