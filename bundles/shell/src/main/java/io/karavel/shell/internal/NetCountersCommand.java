package io.karavel.shell.internal;

import java.util.List;
import java.util.regex.Pattern;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code net:counters}. */
@Service
@Command(
    scope = "net",
    name = "counters",
    description = "Counters of the stack, by the names of Linux where they exist",
    detailedDescription = "Example: net:counters Tcp.*")
public final class NetCountersCommand extends SamplingCommand {
  @Argument(
      name = "pattern",
      description = "Which counters: a part of the name, or a pattern with * and ?")
  @Completion(CounterCompleter.class)
  String pattern = "";

  @Option(name = "--zeros", aliases = "-z", description = "Counters that are 0 too")
  boolean zeros;

  @Option(name = "--delta", description = "How much each counter grows within the time of --sample")
  boolean delta;

  /** For the shell. */
  public NetCountersCommand() {}

  @Override
  void run() throws Exception {
    Question ask = ask();
    if (!delta) {
      sampleMillis = 0;
    } else if (sampleMillis == 0) {
      throw failure("--delta needs time to pass: --sample 1 or more");
    }
    Rates<String> rates = sample(() -> ask.appliance().counters(stack));
    Pattern wanted = pattern(pattern);
    List<String> names =
        rates.now().keySet().stream()
            .filter(name -> wanted.matcher(name).find())
            .filter(name -> zeros || (delta ? rates.delta(name) : rates.now().get(name)) != 0)
            .sorted()
            .toList();
    Listing<String> listing =
        new Listing<String>().column("counter", n -> n).number("value", n -> rates.now().get(n));
    if (delta) {
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
