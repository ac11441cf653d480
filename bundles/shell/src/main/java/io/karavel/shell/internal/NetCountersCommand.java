package io.karavel.shell.internal;

import java.util.List;
import java.util.regex.Pattern;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code net:counters}. */
@Service
@Command(
    scope = "net",
    name = "counters",
    description = "Counters of the stack, by the names of Linux where they exist",
    detailedDescription = "Example: net:counters Tcp.*")
public final class NetCountersCommand extends ListCommand {
  @Argument(
      name = "pattern",
      description = "Which counters: a part of the name, or a pattern with * and ?")
  @Completion(CounterCompleter.class)
  String pattern = "";

  @Option(name = "--zeros", aliases = "-z", description = "Counters that are 0 too")
  boolean zeros;

  @Option(
      name = "--delta",
      description = "Milliseconds, 1 to 600000: show how much each counter grows meanwhile",
      valueToShowInHelp = "0")
  @Completion(
      value = StringsCompleter.class,
      values = {"1000", "10000", "60000"})
  int deltaMillis;

  Rates.Pause pause = Thread::sleep;

  /** For the shell. */
  public NetCountersCommand() {}

  @Override
  void run() throws Exception {
    checkRange("--delta", deltaMillis, 0, 600_000);
    Question ask = ask();
    Rates<String> rates =
        Rates.sample(() -> ask.appliance().counters(stack), deltaMillis, pause, System::nanoTime);
    Pattern wanted = pattern(pattern);
    List<String> names =
        rates.now().keySet().stream()
            .filter(name -> wanted.matcher(name).find())
            .filter(
                name -> zeros || (deltaMillis > 0 ? rates.delta(name) : rates.now().get(name)) != 0)
            .sorted()
            .toList();
    Listing<String> listing =
        new Listing<String>().column("counter", n -> n).number("value", n -> rates.now().get(n));
    if (deltaMillis > 0) {
      listing.number("delta", rates::delta).number("perSecond", rates::perSecond);
    }
    print(listing, names, "no counter matches; --zeros shows those that are 0 too");
  }

  private static Pattern pattern(String text) {
    String regex = Pattern.quote(text).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    boolean whole = text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
    return Pattern.compile(whole ? "^" + regex + "$" : regex, Pattern.CASE_INSENSITIVE);
  }
}
