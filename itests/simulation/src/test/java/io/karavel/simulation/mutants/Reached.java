package io.karavel.simulation.mutants;

import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pitest.reloc.asm.ClassReader;
import org.pitest.reloc.asm.ClassWriter;
import org.pitest.reloc.asm.Opcodes;
import org.pitest.reloc.asm.tree.AbstractInsnNode;
import org.pitest.reloc.asm.tree.ClassNode;
import org.pitest.reloc.asm.tree.InsnList;
import org.pitest.reloc.asm.tree.LdcInsnNode;
import org.pitest.reloc.asm.tree.LineNumberNode;
import org.pitest.reloc.asm.tree.MethodInsnNode;
import org.pitest.reloc.asm.tree.MethodNode;

/**
 * Which lines of the core something reaches: while it is measured, every line of every class tells
 * so. What does not reach the line of a mutant cannot find it.
 */
public final class Reached {
  private static final int MOST_LINES = 1 << 16;

  /** By the number of a line. */
  private static final boolean[] HIT = new boolean[MOST_LINES];

  private final Map<String, Integer> lines = new HashMap<>();

  Reached() {}

  /** Called by the classes under measurement. */
  public static void hit(int line) {
    HIT[line] = true;
  }

  /** Makes every class tell which of its lines are reached. */
  void begin(Instrumentation instrumentation, List<String> classes) throws Exception {
    for (String name : classes) {
      redefine(instrumentation, name, instrumented(name));
    }
  }

  /** Makes every class as it was. */
  void end(Instrumentation instrumentation, List<String> classes) throws Exception {
    for (String name : classes) {
      redefine(instrumentation, name, Mutants.original(name));
    }
  }

  private static void redefine(Instrumentation instrumentation, String name, byte[] bytes)
      throws Exception {
    instrumentation.redefineClasses(new ClassDefinition(Class.forName(name), bytes));
  }

  /** What was reached since it was asked last. */
  BitSet take() {
    BitSet reached = new BitSet(lines.size());
    for (int line = 0; line < lines.size(); line++) {
      if (HIT[line]) {
        reached.set(line);
        HIT[line] = false;
      }
    }
    return reached;
  }

  /** The number of a line; -1 if nothing of it is measured. */
  int line(String className, int line) {
    return lines.getOrDefault(className + ":" + line, -1);
  }

  /** All lines of a class. */
  BitSet linesOf(String className) {
    BitSet own = new BitSet(lines.size());
    lines.forEach(
        (name, number) -> {
          if (name.startsWith(className + ":")) {
            own.set(number);
          }
        });
    return own;
  }

  /** What was measured before, and what it measured. */
  void know(Map<String, Integer> numbers) {
    lines.putAll(numbers);
  }

  /** The numbers of all lines. */
  Map<String, Integer> numbers() {
    return new HashMap<>(lines);
  }

  private byte[] instrumented(String name) {
    ClassNode type = new ClassNode();
    new ClassReader(Mutants.original(name)).accept(type, ClassReader.SKIP_FRAMES);
    for (MethodNode method : type.methods) {
      List<LineNumberNode> marks = new ArrayList<>();
      for (AbstractInsnNode node : method.instructions) {
        if (node instanceof LineNumberNode mark) {
          marks.add(mark);
        }
      }
      for (LineNumberNode mark : marks) {
        AbstractInsnNode first = mark;
        while (first != null && first.getOpcode() < 0) {
          first = first.getNext();
        }
        if (first != null) {
          method.instructions.insertBefore(first, probe(name, mark.line));
        }
      }
    }
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
    type.accept(writer);
    return writer.toByteArray();
  }

  private InsnList probe(String name, int line) {
    int number = lines.computeIfAbsent(name + ":" + line, key -> lines.size());
    InsnList probe = new InsnList();
    probe.add(new LdcInsnNode(number));
    String owner = Reached.class.getName().replace('.', '/');
    probe.add(new MethodInsnNode(Opcodes.INVOKESTATIC, owner, "hit", "(I)V", false));
    return probe;
  }
}
