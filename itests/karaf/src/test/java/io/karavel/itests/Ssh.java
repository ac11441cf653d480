package io.karavel.itests;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A user of the appliance with OpenSSH and a key of its own. */
final class Ssh {
  private static final String MARK = "well-done-4711";
  private static final Pattern ESCAPES =
      Pattern.compile(
          "\\x1b\\[[0-9;?]*[ -/]*[@-~]|\\x1b\\][^\\x07]*\\x07|\\x1b[=>()][A-B0]?|\\x07");

  private final Launcher host;
  private final Path key;
  private final String user;
  private final int port;

  Ssh(Launcher host, Path directory, String user, int port) {
    this(host, user, port, directory.resolve(user));
  }

  private Ssh(Launcher host, String user, int port, Path key) {
    this.host = host;
    this.user = user;
    this.port = port;
    this.key = key;
  }

  /** The launcher itself, who may do everything, with the key in its run directory. */
  static Ssh ofLauncher(Launcher host, Path runDirectory, int port) {
    return new Ssh(host, "launcher", port, runDirectory.resolve("launcher/id_rsa"));
  }

  int port() {
    return port;
  }

  /** Makes the user's key; returns its public half as keys.properties wants it. */
  String makeKey() throws IOException {
    Launcher.Outcome made =
        host.call(
            List.of("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", key.toString()));
    if (made.status != 0) {
      throw new IOException(made.toString());
    }
    return Files.readString(Path.of(key + ".pub")).split(" ")[1];
  }

  private List<String> command(List<String> options, String line) {
    List<String> command = new ArrayList<>(host.prefix());
    command.addAll(List.of("ssh", "-F", "none", "-i", key.toString(), "-p", "" + port));
    for (String option :
        List.of(
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "LogLevel=ERROR",
            "ConnectTimeout=120")) {
      command.addAll(List.of("-o", option));
    }
    command.addAll(options);
    command.add(user + "@127.0.0.1");
    if (line != null) {
      command.add(line);
    }
    return command;
  }

  /**
   * Tries to log in with some options of ssh. Karaf closes the connection at once, and then ssh may
   * lose the status that it has received: the mark says that somebody was let in.
   */
  Answer login(String... options) {
    Launcher.Outcome outcome = host.call(command(List.of(options), "echo " + MARK));
    return new Answer(outcome.output, outcome.errors);
  }

  /** What a line printed, and whether it succeeded. */
  static final class Answer {
    final String output;
    final String errors;
    final boolean succeeded;

    Answer(String text, String errors) {
      succeeded = text.contains(MARK);
      output = text.replace(MARK, "").strip();
      this.errors = errors.strip();
    }

    @Override
    public String toString() {
      return (succeeded ? "succeeded: " : "failed: ") + output + "\n" + errors;
    }
  }

  /** What executes one line without a terminal, with nothing but its output on its output. */
  ProcessBuilder builder(String line) {
    return new ProcessBuilder(command(List.of("-n", "-T"), line));
  }

  /** Executes one line without a terminal. */
  Answer execute(String line) {
    Launcher.Outcome outcome = host.call(command(List.of("-n", "-T"), line + "\necho " + MARK));
    return new Answer(
        outcome.output, outcome.errors.replaceAll("(?m)^client_loop.*|^Connection to .*", ""));
  }

  /** A console in a terminal. */
  Terminal terminal() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command(List.of("-tt"), null)).redirectErrorStream(true);
    builder.environment().put("TERM", "xterm");
    Terminal terminal = new Terminal(builder.start());
    terminal.await(terminal.prompt);
    int from = terminal.size();
    terminal.press("WELL = " + MARK + "\r");
    terminal.await(from, "\n", terminal.prompt);
    return terminal;
  }

  /** An open console. */
  final class Terminal implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;
    private static final String END = "end-of-line-";
    private final String prompt = user + "@karavel()>";
    private final Process process;
    private final OutputStream keyboard;
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
    private final Thread reader;
    private int lines;

    private Terminal(Process process) {
      this.process = process;
      keyboard = process.getOutputStream();
      reader = new Thread(this::read, "terminal of " + user);
      reader.start();
    }

    private void read() {
      byte[] bytes = new byte[8192];
      try (InputStream screen = process.getInputStream()) {
        for (int n = screen.read(bytes); n >= 0; n = screen.read(bytes)) {
          synchronized (seen) {
            seen.write(bytes, 0, n);
          }
        }
      } catch (IOException e) {
        // closed
      }
    }

    private String since(int from) {
      synchronized (seen) {
        byte[] all = seen.toByteArray();
        String text = new String(all, from, all.length - from, StandardCharsets.UTF_8);
        return ESCAPES.matcher(text).replaceAll("").replace("\r", "");
      }
    }

    private int size() {
      synchronized (seen) {
        return seen.size();
      }
    }

    void press(String keys) throws IOException {
      keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
    }

    /**
     * Runs a line; what is on the screen until a second line, typed when the prompt is back, has
     * printed its own mark. What others print behind the prompt does not matter so.
     */
    Answer run(String line) throws Exception {
      int from = size();
      press(line + "; echo $WELL\r");
      await(from, "\n", prompt);
      String end = END + lines++;
      press("echo $WELL " + end + "\r");
      String text = await(from, MARK + " " + end);
      return new Answer(text.substring(0, text.lastIndexOf(MARK)), "");
    }

    /** Waits for a text to appear. */
    void await(String text) throws Exception {
      await(0, text);
    }

    /** What is on the screen when the texts are there, one behind the other. */
    private String await(int from, String... texts) throws Exception {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (System.nanoTime() < end) {
        String screen = since(from);
        int at = 0;
        for (int i = 0; i < texts.length && at >= 0; i++) {
          at = screen.indexOf(texts[i], at);
        }
        if (at >= 0) {
          return screen;
        }
        if (!process.isAlive()) {
          throw new IOException("the console ended: " + screen);
        }
        Thread.sleep(5);
      }
      throw new AssertionError(
          "no " + List.of(texts) + " within " + PATIENCE_SECONDS + " s, but: " + since(from));
    }

    @Override
    public void close() {
      process.destroy();
      try {
        reader.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
