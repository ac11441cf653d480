package io.karavel.shell.internal;

import io.karavel.control.Appliance;
import io.karavel.control.ModuleAbsentException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;

/** Completes with what the stack on the command line has now; silent while modules are away. */
abstract class ApplianceCompleter implements Completer {
  /** Most connections and the like that are offered. */
  static final int MOST = 200;

  @Reference BundleContext context;

  /** What there is. */
  abstract Collection<String> words(Question stack, CommandLine line, ServiceLookup services)
      throws ModuleAbsentException;

  @Override
  public final int complete(Session session, CommandLine line, List<String> candidates) {
    try (ServiceLookup services = new ServiceLookup(context)) {
      Optional<Appliance> appliance = services.find(Appliance.class);
      if (appliance.isEmpty()) {
        return -1;
      }
      Collection<String> words =
          words(new Question(appliance.get(), stackOf(line)), line, services);
      return new StringsCompleter(words).complete(session, line, candidates);
    } catch (ModuleAbsentException | RuntimeException e) {
      return -1;
    }
  }

  private static String stackOf(CommandLine line) {
    String[] arguments = line.getArguments();
    for (int i = 0; i + 1 < arguments.length; i++) {
      if (arguments[i].equals("--stack") && i + 1 != line.getCursorArgumentIndex()) {
        return arguments[i + 1];
      }
    }
    return Appliance.MAIN;
  }
}
