package io.karavel.shell.internal;

import io.karavel.control.ConnectionKeeper;
import java.io.IOException;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.osgi.framework.BundleException;

/** {@code net:restart}. */
@Service
@Command(
    scope = "net",
    name = "restart",
    description = "Starts the appliance anew, or stops it; its connections end, or are kept",
    detailedDescription = "Example: net:restart --keep -f")
public final class NetRestartCommand extends ReportingCommand {
  /** So that the answer reaches whoever asked. */
  private static final long PAUSE_MILLIS = 300;

  @Option(
      name = "--keep",
      description =
          "All connections go to disk, the addresses are silent, and the next start goes on with"
              + " them; if they cannot be saved, nothing is done")
  boolean keep;

  @Option(name = "--stop", description = "Stops the appliance and leaves the start to others")
  boolean stop;

  @Option(name = "-f", aliases = "--force", description = "Does not ask")
  boolean force;

  @Option(name = "--dry-run", description = "Only says what would be done")
  boolean dryRun;

  /** Ends the framework; true has Karaf start it again. */
  interface Ending {
    void end(boolean startAgain);
  }

  Ending ending = this::end;

  /** For the shell. */
  public NetRestartCommand() {}

  @Override
  boolean changes() {
    return !dryRun;
  }

  @Override
  void run() throws Exception {
    appliance();
    String what =
        (stop ? "stop the appliance" : "start the appliance anew")
            + (keep ? " and keep its connections" : "; its connections end");
    Report report = new Report().with("keep", keep).with("stop", stop).with("dryRun", dryRun);
    if (dryRun) {
      report.print("would " + what, form());
      return;
    }
    confirm(what, force);
    String done = "";
    if (keep) {
      ConnectionKeeper.Saved saved = save();
      report
          .with("connections", saved.connections())
          .with("listeners", saved.listeners())
          .with("bytes", saved.bytes())
          .with("millis", saved.millis());
      done =
          saved.connections()
              + " connections and "
              + saved.listeners()
              + " listeners are saved, "
              + saved.bytes()
              + " bytes in "
              + saved.millis()
              + " ms; ";
    }
    report.print(done + (stop ? "the appliance stops" : "the appliance starts anew"), form());
    ending.end(!stop);
  }

  private ConnectionKeeper.Saved save() throws Exception {
    ConnectionKeeper keeper =
        services()
            .find(ConnectionKeeper.class)
            .orElseThrow(
                () -> failure("this engine keeps no connections; update io.karavel.engine"));
    try {
      return keeper.save();
    } catch (IOException e) {
      throw failure(e.getMessage());
    }
  }

  /** Not on the thread of the session, which ends with the framework. */
  private void end(boolean startAgain) {
    // what Karaf looks at when its framework has stopped
    System.setProperty("karaf.restart", Boolean.toString(startAgain));
    Thread thread =
        new Thread(
            () -> {
              try {
                Thread.sleep(PAUSE_MILLIS);
                context.getBundle(0).stop();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (BundleException e) {
                throw new IllegalStateException("the framework does not stop", e);
              }
            },
            "karavel-restart");
    thread.setDaemon(true);
    thread.start();
  }
}
