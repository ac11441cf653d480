package io.karavel.shell.internal;

import io.karavel.control.ModuleSwaps;
import io.karavel.tcp.TcpConnectionInfo;
import java.util.function.Predicate;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code net:module-swap}. */
@Service
@Command(
    scope = "net",
    name = "module-swap",
    description = "Swaps a module for another version while connections run, and watches it",
    detailedDescription =
        "Example: net:module-swap --watch 30s tcp file:/tmp/tcp-0.1.1.jar\n\n"
            + "With --where or --percent both versions of TCP run, and only some connections are"
            + " moved: net:module-swap --where 'sport = :80' --percent 10 tcp"
            + " file:/tmp/tcp-0.1.1.jar. net:module-list compares the two, net:module-promote or"
            + " net:module-rollback ends it.")
public final class NetModuleSwapCommand extends SwapReporting {
  private static final int LONGEST_SECONDS = 3600;

  @Argument(
      index = 0,
      name = "module",
      description = "The module: timer, ip, tcp, nic-tap …",
      required = true)
  @Completion(ModuleCompleter.class)
  String module;

  @Argument(
      index = 1,
      name = "url",
      description = "Its new jar, which must have another Bundle-Version: file:, mvn:, http:",
      required = true)
  @Completion(
      value = StringsCompleter.class,
      values = {"file:", "mvn:io.karavel/", "http://"})
  String url;

  @Option(
      name = "--watch",
      description =
          "How long it is watched before the swap is committed, such as 30s or 5m; watchSeconds of"
              + " io.karavel.control unless said")
  @Completion(
      value = StringsCompleter.class,
      values = {"0s", "30s", "5m"})
  String watch;

  @Option(
      name = "--where",
      description =
          "Moves only the TCP connections that pass a filter as tcp:list takes it, in quotes, to a"
              + " canary beside the version at work")
  @Completion(FilterCompleter.class)
  String where;

  @Option(
      name = "--percent",
      description = "Moves only so many of the TCP connections, or of those of --where: 1 to 100")
  @Completion(
      value = StringsCompleter.class,
      values = {"1", "10", "50", "100"})
  Integer percent;

  @Option(
      name = "--dry-run",
      description = "Only rehearses and drills, and uninstalls the new jar again")
  boolean dryRun;

  /** For the shell. */
  public NetModuleSwapCommand() {}

  @Override
  boolean changes() {
    return !dryRun;
  }

  @Override
  void run() throws Exception {
    int seconds = watch == null ? ModuleSwaps.WATCH_AS_CONFIGURED : seconds(watch);
    Predicate<TcpConnectionInfo> filter = SocketFilter.parse(where == null ? "" : where);
    int share = percent == null ? 100 : percent;
    checkRange("--percent", share, 1, 100);
    boolean isWhole = where == null && percent == null;
    ModuleSwaps swaps = swaps();
    // what is rehearsed is the whole in either case
    report(
        () ->
            isWhole || dryRun
                ? swaps.swap(module, url, seconds, dryRun, progress())
                : swaps.canary(module, url, filter, share, seconds, progress()));
  }

  static int seconds(String text) throws CommandException {
    if (!text.matches("[0-9]{1,6}[sm]?")) {
      throw failure("--watch = " + text + " is refused: a number with s or m, such as 30s");
    }
    boolean minutes = text.endsWith("m");
    int number = Integer.parseInt(text.replaceAll("[sm]$", ""));
    int seconds = minutes ? number * 60 : number;
    checkRange("--watch", seconds, 0, LONGEST_SECONDS);
    return seconds;
  }
}
