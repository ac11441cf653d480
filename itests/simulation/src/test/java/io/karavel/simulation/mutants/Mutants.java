package io.karavel.simulation.mutants;

import io.karavel.tcp.internal.connection.TcpConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pitest.classinfo.ClassName;
import org.pitest.classpath.ClassloaderByteArraySource;
import org.pitest.mutationtest.EngineArguments;
import org.pitest.mutationtest.engine.Mutater;
import org.pitest.mutationtest.engine.MutationDetails;
import org.pitest.mutationtest.engine.MutationIdentifier;
import org.pitest.mutationtest.engine.gregor.config.GregorEngineFactory;

/** The mutants that PIT's default mutators make of {@code io.karavel.tcp.internal.connection..}. */
final class Mutants {
  /** Only mutants of classes whose names it finds are tried: {@code -Dkaravel.mutantsIn}. */
  static final String IN = System.getProperty("karavel.mutantsIn", "");

  private static final Pattern WANTED = Pattern.compile(IN);

  private final Mutater mutater =
      new GregorEngineFactory()
          .createEngine(EngineArguments.arguments())
          .createMutator(ClassloaderByteArraySource.fromContext());

  /**
   * All of them, in an order that a seed decides: each has its place by its name, so that a change
   * of one method leaves the others where they are.
   */
  List<MutationDetails> shuffled(long seed) {
    List<MutationDetails> all = new ArrayList<>();
    for (String name : coreClasses()) {
      for (MutationDetails mutant : mutater.findMutations(ClassName.fromString(name))) {
        // a class that was loaded is not initialised again
        if (!mutant.getId().getLocation().getMethodName().equals("<clinit>")) {
          all.add(mutant);
        }
      }
    }
    all.sort(Comparator.comparing(mutant -> place(seed, mutant)));
    return all;
  }

  private static String place(long seed, MutationDetails mutant) {
    MutationIdentifier id = mutant.getId();
    String name = id.getLocation() + " " + id.getIndexes() + " " + id.getMutator();
    return Verdicts.hash((seed + " " + name).getBytes(StandardCharsets.UTF_8));
  }

  /** Whether it is one of those that are to be tried; its place in the order stays. */
  static boolean isWanted(MutationDetails mutant) {
    return WANTED.matcher(mutant.getClassName().getNameWithoutPackage().asJavaName()).find();
  }

  byte[] bytes(MutationDetails mutant) {
    return mutater.getMutation(mutant.getId()).getBytes();
  }

  static byte[] original(String className) {
    return ClassloaderByteArraySource.fromContext().getBytes(className).orElseThrow();
  }

  static String describe(MutationDetails mutant) {
    return mutant.getClassName().getNameWithoutPackage().asJavaName()
        + "."
        + mutant.getMethod()
        + ":"
        + mutant.getLineNumber()
        + " "
        + mutant.getDescription();
  }

  /** The names of the classes of the core. */
  static List<String> coreClasses() {
    Path root = Path.of(locationOf(TcpConnection.class));
    Path core = root.resolve("io/karavel/tcp/internal/connection");
    try (Stream<Path> files = Files.walk(core)) {
      return files
          .map(file -> root.relativize(file).toString())
          .filter(name -> name.endsWith(".class") && !name.endsWith("package-info.class"))
          .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder that a class was loaded from. */
  static String locationOf(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation().getPath();
  }
}
