package io.karavel.shell.internal;

import io.karavel.control.Appliance;
import io.karavel.control.Masking;
import io.karavel.control.ModuleAbsentException;
import io.karavel.control.ModuleSwaps;
import io.karavel.tcp.TcpService;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.apache.felix.service.command.Process;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.osgi.framework.BundleContext;

/**
 * What every command has: the stack it is about, services found anew, and failures that say what,
 * why and what to do and make a remote execution end with a status other than 0.
 */
abstract class ApplianceCommand implements Action {
  @Reference BundleContext context;

  @Reference Session session;

  @Option(
      name = "--stack",
      description = "Stack that the command is about",
      valueToShowInHelp = "main")
  @Completion(StackCompleter.class)
  String stack = Appliance.MAIN;

  /** Whether a file descriptor (0 input, 1 output) is the terminal and no pipe. */
  IntPredicate terminal = this::isTerminal;

  Clock clock = Clock.systemUTC();

  private ServiceLookup services;

  /** Does it. */
  abstract void run() throws Exception;

  /** Whether it changes anything, as it was called: then it leaves exactly one audit record. */
  boolean changes() {
    return false;
  }

  @Override
  public final Object execute() throws Exception {
    try (ServiceLookup lookup = new ServiceLookup(context)) {
      services = lookup;
      runAudited();
      System.out.flush();
      return null;
    } catch (ModuleAbsentException e) {
      throw failure(e.getMessage());
    } catch (IllegalArgumentException e) {
      throw failure(String.valueOf(e.getMessage()));
    } finally {
      services = null;
    }
  }

  private void runAudited() throws Exception {
    String problem = null;
    CommandAudit audit = changes() ? CommandAudit.of(this, services) : null;
    try {
      run();
    } catch (Exception e) {
      problem = String.valueOf(e.getMessage());
      throw e;
    } finally {
      if (audit != null) {
        audit.record(problem);
      }
    }
  }

  /** A failure that the shell prints as it stands; what was typed may be in it, a secret not. */
  static CommandException failure(String message) {
    String shown = Masking.text(message);
    return new CommandException(shown, shown);
  }

  final ServiceLookup services() {
    return services;
  }

  /** Where results go: the session's console, or what it is piped into. */
  static PrintStream out() {
    return System.out;
  }

  /**
   * Has what was printed so far be seen now. The shell does not pass a flush of the output on to
   * the session's console, where that of ssh keeps what it has until it is flushed itself.
   */
  final void deliver() {
    out().flush();
    if (session.getConsole() != null) {
      session.getConsole().flush();
    }
  }

  /** The appliance. */
  final Appliance appliance() throws CommandException {
    return services
        .find(Appliance.class)
        .orElseThrow(
            () ->
                failure("the engine: not running; start it with 'bundle:start io.karavel.engine'"));
  }

  /** What swaps modules. */
  final ModuleSwaps swaps() throws CommandException {
    appliance();
    return services
        .find(ModuleSwaps.class)
        .orElseThrow(
            () ->
                failure(
                    "module swaps: not running; start them with 'bundle:start"
                        + " io.karavel.control'"));
  }

  /** The stack that is asked, which must be there. */
  final Question ask() throws CommandException {
    Appliance appliance = appliance();
    List<String> stacks = appliance.stacks();
    if (!stacks.contains(stack)) {
      throw failure("there is no stack '" + stack + "'; there are " + String.join(", ", stacks));
    }
    return new Question(appliance, stack);
  }

  /** TCP for applications, of the stack. */
  final TcpService tcp() throws CommandException {
    for (TcpService service : services.all(TcpService.class)) {
      if (service.stack().equals(stack)) {
        return service;
      }
    }
    ask();
    throw failure(
        "TCP of stack " + stack + ": not running; start it with 'bundle:start io.karavel.engine'");
  }

  private boolean isTerminal(int descriptor) {
    if (session.getTerminal() == null) {
      return false;
    }
    Process process = Process.Utils.current();
    return process != null && process.isTty(descriptor);
  }

  /** The moment so many nanoseconds ago, to the second. */
  final Instant ago(long nanos) {
    return clock.instant().minusNanos(nanos).truncatedTo(ChronoUnit.SECONDS);
  }

  /** Whether colours are welcome. */
  final boolean isColoured() {
    return terminal.test(1);
  }

  /**
   * Asks before something is destroyed.
   *
   * @param force whether the user has said yes already
   * @throws CommandException if the answer is not yes, or nobody is there to ask
   */
  final void confirm(String what, boolean force) throws CommandException, IOException {
    if (force) {
      return;
    }
    if (!terminal.test(0)) {
      throw failure(
          "this would "
              + what
              + "; without a terminal to ask, say -f to do it or --dry-run to see");
    }
    String answer = session.readLine("This will " + what + ". Go on? [y/N] ", null);
    if (answer == null || !answer.trim().toLowerCase(Locale.ROOT).matches("y|yes")) {
      throw failure("nothing was done");
    }
  }

  /** Checks a number that an option gave. */
  static void checkRange(String what, double value, double lowest, double highest)
      throws CommandException {
    if (!(value >= lowest && value <= highest)) {
      throw failure(
          what
              + " = "
              + number(value)
              + " is refused: the range is "
              + number(lowest)
              + " to "
              + number(highest));
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
