package io.karavel.simulation.mutants;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;

/**
 * Which lines of the core each class of packet scripts reaches, kept in a file of {@code target}
 * whose name comes of the bytes of both: it is measured once until one of them changes.
 */
final class ReachedByScripts {
  private final Path file;
  private final HashMap<String, BitSet> reached = new HashMap<>();
  private final HashMap<String, Long> nanos = new HashMap<>();

  private ReachedByScripts(Path file) {
    this.file = file;
  }

  /** What is known of these classes of the core and these scripts. */
  static ReachedByScripts of(List<String> core, List<Class<?>> scripts) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String name : core) {
      all.write(Mutants.original(name));
    }
    for (Class<?> script : scripts) {
      all.write(Mutants.original(script.getName()));
    }
    String name = "mutants-reached-" + Verdicts.hash(all.toByteArray()).substring(0, 16) + ".bin";
    Path own = Path.of(Mutants.locationOf(MutantWorker.class));
    ReachedByScripts kept = new ReachedByScripts(own.resolveSibling(name));
    if (Files.exists(kept.file)) {
      kept.read();
    }
    return kept;
  }

  @SuppressWarnings("unchecked")
  private void read() throws Exception {
    try (InputStream bytes = Files.newInputStream(file);
        ObjectInputStream in = new ObjectInputStream(bytes)) {
      reached.putAll((HashMap<String, BitSet>) in.readObject());
      nanos.putAll((HashMap<String, Long>) in.readObject());
    }
  }

  /** Keeps what was measured. */
  void write() throws IOException {
    try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(file))) {
      out.writeObject(reached);
      out.writeObject(nanos);
    }
  }

  boolean knows(Class<?> script) {
    return reached.containsKey(script.getName());
  }

  BitSet reached(Class<?> script) {
    return reached.get(script.getName());
  }

  long nanos(Class<?> script) {
    return nanos.get(script.getName());
  }

  void keep(Class<?> script, BitSet lines, long took) {
    reached.put(script.getName(), lines);
    nanos.put(script.getName(), took);
  }
}
