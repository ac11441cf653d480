package io.karavel.engine;

/** Why a module is closed. */
public enum CloseReason {
  /** Its state lives on elsewhere: in a successor or in the engine's keeping. */
  HANDED_OVER,
  /** Its state dies with it: nobody came to take it, or the operator dropped it. */
  DISPOSED,
  /** The framework stops; lower layers still run, so peers can be told. */
  STOPPING
}
