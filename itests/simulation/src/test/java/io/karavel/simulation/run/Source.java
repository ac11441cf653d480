package io.karavel.simulation.run;

import io.karavel.testkit.ByteStream;

/** Who writes what an application reads. */
interface Source {
  /** What is written, from the first byte on. */
  ByteStream stream();

  /** How much of it was written so far. */
  long written();
}
