package io.karavel.simulation.mutants;

import java.io.PrintStream;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which lines of the core packet scripts reach and seeds do not, or hardly. */
final class Unreached {
  private static final int FEW = 3;

  private Unreached() {}

  /** Prints class, line and how many seeds reach it, where they are few, and a sum. */
  static void print(
      Map<String, Integer> numbers, BitSet scripts, List<BitSet> seeds, PrintStream out) {
    Map<String, Map<Integer, Long>> few = new TreeMap<>();
    int never = 0;
    for (Map.Entry<String, Integer> line : numbers.entrySet()) {
      if (!scripts.get(line.getValue())) {
        continue;
      }
      long reaching = seeds.stream().filter(seed -> seed.get(line.getValue())).count();
      if (reaching < FEW) {
        int colon = line.getKey().indexOf(':');
        few.computeIfAbsent(line.getKey().substring(0, colon), key -> new TreeMap<>())
            .put(Integer.valueOf(line.getKey().substring(colon + 1)), reaching);
        never += reaching == 0 ? 1 : 0;
      }
    }
    few.forEach(
        (type, lines) -> {
          String name = type.substring(type.lastIndexOf('.') + 1);
          lines.forEach((line, count) -> out.println(RESULT + name + ":" + line + " " + count));
        });
    out.println(
        RESULT + scripts.cardinality() + " lines reached by scripts, " + never + " by no seed");
    out.flush();
  }

  /** What its lines begin with. */
  static final String RESULT = "UNREACHED ";
}
