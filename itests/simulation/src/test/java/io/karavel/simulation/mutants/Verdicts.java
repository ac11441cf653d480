package io.karavel.simulation.mutants;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * What the packet scripts make of mutants, kept in a file by the bytes of the mutated class: it
 * holds until the scripts change. Deleting the file makes them judge anew.
 */
final class Verdicts {
  private final Path file;
  private final Map<String, String> known = new HashMap<>();

  Verdicts(Path file) throws IOException {
    this.file = file;
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        int tab = line.indexOf('\t');
        known.put(line.substring(0, tab), line.substring(tab + 1));
      }
    }
  }

  /** The script that kills it, "-" if none does, null if that is not known. */
  String of(byte[] mutated) {
    return known.get(hash(mutated));
  }

  /** Keeps what was found. */
  void put(byte[] mutated, String verdict) throws IOException {
    known.put(hash(mutated), verdict);
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        hash(mutated) + "\t" + verdict + "\n",
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** A name for bytes. */
  static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
