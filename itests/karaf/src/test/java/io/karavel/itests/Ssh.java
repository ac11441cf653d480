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
    this.host = host;
    this.user = user;
    this.port = port;
    key = directory.resolve(user);
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
    List<String> command =
        new ArrayList<>(List.of("ssh", "-F", "none", "-i", key.toString(), "-p", "" + port));
    for (String option :
        List.of(
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "LogLevel=ERROR",
            "ConnectTimeout=20")) {
      command.addAll(List.of("-o", option));
    }
    command.addAll(options);
    command.add(user + "@127.0.0.1");
    if (line != null) {
      command.add(line);
    }
    return command;
  }

  /** Tries to log in with some options of ssh. */
  Launcher.Outcome login(String... options) {
    return host.call(command(List.of(options), "echo " + MARK));
  }

  /** What a line printed, and whether it succeeded. */
  static final class Answer {
    final String output;
    final boolean succeeded;

    Answer(String text) {
      succeeded = text.contains(MARK);
      output = text.replace(MARK, "").strip();
    }
  }

  /** Executes one line without a terminal. */
  Answer execute(String line) {
    Launcher.Outcome outcome = host.call(command(List.of("-n", "-T"), line + "\necho " + MARK));
    return new Answer(
        outcome.output + outcome.errors.replaceAll("(?m)^client_loop.*|^Connection to .*", ""));
  }

  /** A console in a terminal. */
  Terminal terminal() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command(List.of("-tt"), null)).redirectErrorStream(true);
    builder.environment().put("TERM", "xterm");
    Terminal terminal = new Terminal(builder.start());
    terminal.awaitPrompt(0);
    terminal.type("WELL = " + MARK);
    return terminal;
  }

  /** An open console. */
  final class Terminal implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private final Pattern prompt = Pattern.compile(user + "@karavel\\(\\)>\\s*$");
    private final Process process;
    private final OutputStream keyboard;
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
    private final Thread reader;

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

    private String awaitPrompt(int from) throws Exception {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (System.nanoTime() < end) {
        String text = since(from);
        if ((from == 0 || text.contains("\n")) && prompt.matcher(text).find()) {
          return text;
        }
        if (!process.isAlive()) {
          throw new IOException("the console ended: " + text);
        }
        Thread.sleep(5);
      }
      throw new AssertionError("no prompt within " + PATIENCE_SECONDS + " s after: " + since(from));
    }

    /** Types a line and Enter; returns what is on the screen until the next prompt. */
    private String type(String line) throws Exception {
      int from = size();
      press(line + "\r");
      return awaitPrompt(from);
    }

    void press(String keys) throws IOException {
      keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
    }

    /** Runs a line. */
    Answer run(String line) throws Exception {
      return new Answer(type(line + "; echo $WELL"));
    }

    /** Waits for a text to appear. */
    void await(String text) throws Exception {
      Poll.until("'" + text + "' is on the screen", () -> since(0), all -> all.contains(text));
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
