package io.karavel.shell.internal;

import io.karavel.control.ConnectionFigures;
import io.karavel.control.ModuleVersion;
import java.util.List;
import java.util.function.Function;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code net:module-list}. */
@Service
@Command(
    scope = "net",
    name = "module-list",
    description =
        "The bundles of Karavel: versions, features, what differs; compares TCP and a canary",
    detailedDescription =
        "Example: net:module-list\n\n"
            + "While a canary runs: connections now, and since it began segments sent, how many of"
            + " them were retransmissions, and resets; rttMillis is the mean of the connections"
            + " there are.")
public final class NetModuleListCommand extends ListCommand {
  /** For the shell. */
  public NetModuleListCommand() {}

  @Override
  void run() throws Exception {
    List<ModuleVersion> versions = swaps().versions();
    print(
        new Listing<ModuleVersion>()
            .column("bundle", ModuleVersion::bundle)
            .number("id", ModuleVersion::bundleId)
            .column("version", ModuleVersion::version)
            .column("state", ModuleVersion::state)
            .number("slots", version -> isKnown(version) ? version.slots() : null)
            .column("feature", ModuleVersion::feature)
            .column("differs", ModuleVersion::differs)
            .number("connections", figure(ConnectionFigures::connections))
            .number("outSegs", figure(ConnectionFigures::sent))
            .number("retransSegs", figure(ConnectionFigures::sentAgain))
            .number("resets", figure(ConnectionFigures::resets))
            .number(
                "rttMillis",
                figure(its -> its.rttNanos() < 0 ? null : Values.millis(its.rttNanos()))),
        versions,
        "no bundle of Karavel is installed");
    if (!versions.stream().allMatch(NetModuleListCommand::isKnown)) {
      (form() == Form.TABLE ? System.out : System.err)
          .println(
              "a lane does not answer: where modules are at work and whether a canary runs is not"
                  + " known; 'net:doctor' says what hangs");
    }
  }

  private static boolean isKnown(ModuleVersion version) {
    return version.slots() != ModuleVersion.SLOTS_UNKNOWN;
  }

  private static Function<ModuleVersion, Object> figure(Function<ConnectionFigures, ?> figure) {
    return version -> version.figures() == null ? null : figure.apply(version.figures());
  }
}
