package io.karavel.engine;

/**
 * Which versions of the kept state a module writes and reads.
 *
 * <p>A new field with a default needs no new version: earlier modules keep what they do not know
 * ({@link UnknownFields}). Where a form changes otherwise it takes two releases, so that there is
 * always a way back: the first reads the new version and still writes the old one, the second
 * writes the new one, which the first understands.
 *
 * @param writes the version written by {@link Module#export()}
 * @param readsFrom the oldest version that {@link Module#open} understands
 * @param readsTo the newest version that {@link Module#open} understands
 */
public record StateVersions(int writes, int readsFrom, int readsTo) {
  /** Checks that it can read what it writes. */
  public StateVersions {
    if (readsFrom < 1 || readsFrom > writes || readsTo < writes) {
      throw new IllegalArgumentException(
          "reads " + readsFrom + " to " + readsTo + ", writes " + writes);
    }
  }

  /** Of a module that understands no newer version than it writes. */
  public StateVersions(int writes, int readsFrom) {
    this(writes, readsFrom, writes);
  }

  /** Whether state of {@code version} can be opened. */
  public boolean reads(int version) {
    return version >= readsFrom && version <= readsTo;
  }

  /** For messages: "version 1" or "versions 1 to 3". */
  public String readable() {
    return readsFrom == readsTo
        ? "version " + readsFrom
        : "versions " + readsFrom + " to " + readsTo;
  }
}
