package io.karavel.itests;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import javax.security.auth.Subject;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.jaas.boot.principal.UserPrincipal;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;

/** Runs shell commands as a user with certain roles would, and hands over what they print. */
final class Console {
  private final SessionFactory sessions;
  private final Subject subject = new Subject();

  /** The console of the operator, who may do everything. */
  Console(SessionFactory sessions) {
    this(sessions, "viewer", "manager", "admin");
  }

  /** The console of a user with these roles alone. */
  Console(SessionFactory sessions, String... roles) {
    this.sessions = sessions;
    subject.getPrincipals().add(new UserPrincipal("tester"));
    for (String role : roles) {
      subject.getPrincipals().add(new RolePrincipal(role));
    }
  }

  /** What the command prints; its exception when it fails. */
  String run(String command) throws Exception {
    return as(() -> execute(command));
  }

  /** Does something else as the user. */
  <T> T as(PrivilegedExceptionAction<T> action) throws Exception {
    try {
      return Subject.doAs(subject, action);
    } catch (PrivilegedActionException e) {
      throw e.getException();
    }
  }

  private String execute(String command) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (Session session = sessions.create(new ByteArrayInputStream(new byte[0]), out, out)) {
      session.execute(command);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** What a command that must fail says. */
  String failure(String command) {
    String output;
    try {
      output = run(command);
    } catch (Exception e) {
      return String.valueOf(e.getMessage());
    }
    throw new AssertionError(command + " should have failed; it printed: " + output);
  }
}
