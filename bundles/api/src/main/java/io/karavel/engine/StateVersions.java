package io.karavel.engine;

/**
 * Which versions of the kept state a module writes and reads.
 *
 * @param writes the version written by {@link Module#export()}
 * @param readsFrom the oldest version that {@link Module#open} understands
 */
public record StateVersions(int writes, int readsFrom) {
  /** Checks that it can read what it writes. */
  public StateVersions {
    if (readsFrom < 1 || readsFrom > writes) {
      throw new IllegalArgumentException("reads from " + readsFrom + ", writes " + writes);
    }
  }

  /** Whether state of {@code version} can be opened. */
  public boolean reads(int version) {
    return version >= readsFrom && version <= writes;
  }
}
