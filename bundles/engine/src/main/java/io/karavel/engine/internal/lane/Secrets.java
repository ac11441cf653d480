package io.karavel.engine.internal.lane;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * The secrets of a stack: made when first asked for, then kept as long as the stack lives, whatever
 * modules come and go. Any thread.
 */
public final class Secrets {
  private final ConcurrentHashMap<String, byte[]> byName = new ConcurrentHashMap<>();
  private final BiConsumer<String, byte[]> source;

  /** Secrets that {@code source} fills with random bytes, given the name. */
  public Secrets(BiConsumer<String, byte[]> source) {
    this.source = source;
  }

  /** Secrets that follow from a seed and their names; for tests alone. */
  public static Secrets seeded(long seed) {
    return new Secrets(
        (name, bytes) -> new java.util.SplittableRandom(seed ^ name.hashCode()).nextBytes(bytes));
  }

  /** All secrets that were made, by name. */
  public Map<String, byte[]> all() {
    return Map.copyOf(byName);
  }

  /** Secrets that the stack had before the appliance started anew; new ones come as ever. */
  public void restore(Map<String, byte[]> kept) {
    byName.putAll(kept);
  }

  /** A copy of the secret of that name. */
  public byte[] secret(String name, int bytes) {
    byte[] secret =
        byName.computeIfAbsent(
            name,
            n -> {
              byte[] fresh = new byte[bytes];
              source.accept(n, fresh);
              return fresh;
            });
    if (secret.length != bytes) {
      throw new IllegalArgumentException(
          "secret " + name + " has " + secret.length + " bytes, not " + bytes);
    }
    return secret.clone();
  }
}
