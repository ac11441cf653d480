package io.karavel.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The programs that measure, compiled for this machine: a client and the kernel's server. */
final class Client {
  private static final int ATTEMPTS = 50;
  private static final long ATTEMPT_MILLIS = 200;

  private final Path build;

  private Client(Path build) {
    this.build = build;
  }

  /** Compiles them, and ends the program with a sentence if the user is not root. */
  static Client compile() throws IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      System.err.println(
          "The table needs root, for network namespaces and TAPs: run it with sudo.");
      System.exit(1);
    }
    Path build = Path.of(System.getProperty("karavel.benchmarks.build", "target/native"));
    Files.createDirectories(build);
    Path sources = Path.of(System.getProperty("karavel.benchmarks.sources", "src/main/native"));
    for (String program : List.of("cli", "ksrv")) {
      Shell.run(
          "gcc",
          "-O2",
          "-o",
          build.resolve(program).toString(),
          sources.resolve(program + ".c").toString());
    }
    return new Client(build.toAbsolutePath());
  }

  /** The command line of the kernel's server, which ends by itself after that time. */
  List<String> server(int seconds) {
    return List.of(build.resolve("ksrv").toString(), Integer.toString(seconds));
  }

  /** A command line of the client. */
  List<String> measure(String mode, String address, List<String> more) {
    List<String> command = new ArrayList<>(List.of(build.resolve("cli").toString()));
    command.addAll(List.of("-a", address, "-m", mode));
    command.addAll(more);
    return command;
  }

  /** Waits until the stack of a process answers the client in a namespace. */
  void awaitServing(String namespace, String address, Process peer)
      throws IOException, InterruptedException {
    List<String> question =
        NamespaceSet.in(namespace, measure("pp", address, List.of("-t", "0.05", "-w", "0")));
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (!peer.isAlive()) {
        throw new IOException("the stack's process ended with " + peer.exitValue());
      }
      if (!Shell.run(question).contains("error")) {
        return;
      }
      Thread.sleep(ATTEMPT_MILLIS);
    }
    throw new IOException("the stack at " + address + " does not answer");
  }
}
