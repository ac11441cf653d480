package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assume.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An appliance that the launcher has started, with a user for each role who comes in by ssh. */
final class ManagedAppliance {
  /** From the one who may nothing to the one who may all. */
  static final List<String> ROLES = List.of("nobody", "viewer", "manager", "admin");

  private static final Path CHECKOUT = Path.of(System.getProperty("checkout"));

  final Launcher launcher = new Launcher(CHECKOUT);

  /** Where it runs. */
  final Path directory;

  /** The port of this machine that leads to port 80 of the stack. */
  final int forwarder = Distribution.freePort();

  private final Map<String, Ssh> users = new LinkedHashMap<>();

  ManagedAppliance(String name) throws Exception {
    for (String tool : List.of("ssh", "ssh-keygen", "ss")) {
      assumeTrue(
          "needs " + tool, launcher.call(List.of("sh", "-c", "command -v " + tool)).status == 0);
    }
    directory = Path.of("target", "launcher", name).toAbsolutePath();
    int port = Distribution.freePort();
    Launcher.Outcome started =
        launcher.run(
            "--background",
            "--clean",
            "--dir",
            directory.toString(),
            "--ssh-port",
            Integer.toString(port),
            "--forward-port",
            Integer.toString(forwarder));
    assertEquals(started.toString(), 0, started.status);
    addUsers(port);
    Poll.until("the new users may log in", () -> admin().login(), o -> o.succeeded);
  }

  private void addUsers(int port) throws Exception {
    Path keys = Files.createDirectories(directory.resolve("launcher/test-keys"));
    StringBuilder entries = new StringBuilder();
    for (String role : ROLES) {
      Ssh ssh = new Ssh(launcher, keys, role, port);
      users.put(role, ssh);
      entries.append(role).append(" = ").append(ssh.makeKey()).append(",_g_:").append(role);
      entries.append("s\n_g_\\:").append(role).append("s = group,ssh");
      // a role of Karaf does not hold the lesser ones
      ROLES.subList(1, ROLES.indexOf(role) + 1).forEach(r -> entries.append(',').append(r));
      entries.append('\n');
    }
    Files.writeString(directory.resolve("etc/keys.properties"), entries, StandardOpenOption.APPEND);
    Files.writeString(
        directory.resolve("etc/users.properties"),
        "\nreader = reader-4711,_g_:readers\n_g_\\:readers = group,viewer\n",
        StandardOpenOption.APPEND);
  }

  /** The user with a role. */
  Ssh user(String role) {
    return users.get(role);
  }

  Ssh admin() {
    return user("admin");
  }

  void stop() {
    Launcher.Outcome stopped = launcher.run("--dir", directory.toString(), "--stop");
    assertEquals(stopped.toString(), 0, stopped.status);
  }
}
