package io.karavel.itests;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;

/** Runs shell commands as a remote session would, and hands over what they print. */
final class Console {
  private final SessionFactory sessions;

  Console(SessionFactory sessions) {
    this.sessions = sessions;
  }

  /** What the command prints; its exception when it fails. */
  String run(String command) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (Session session = sessions.create(new ByteArrayInputStream(new byte[0]), out, out)) {
      session.execute(command);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** What a command that must fail says. */
  String failure(String command) {
    try {
      String output = run(command);
      throw new AssertionError(command + " should have failed; it printed: " + output);
    } catch (Exception e) {
      return String.valueOf(e.getMessage());
    }
  }
}
