package io.karavel.shell.internal;

import io.karavel.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** The words of a filter, and after {@code state} and {@code exclude} the states. */
@Service
public final class FilterCompleter implements Completer {
  private static final List<String> WORDS =
      List.of("state", "exclude", "src", "dst", "sport", "dport", "and", "or", "not");

  /** For the shell. */
  public FilterCompleter() {}

  @Override
  public int complete(Session session, CommandLine line, List<String> candidates) {
    String[] arguments = line.getArguments();
    int at = line.getCursorArgumentIndex();
    String before = at > 0 && at <= arguments.length ? arguments[at - 1] : "";
    List<String> words = new ArrayList<>();
    if (before.equals("state") || before.equals("exclude")) {
      for (TcpState state : TcpState.values()) {
        words.add(state.label().toLowerCase(Locale.ROOT));
      }
      words.addAll(SocketFilter.STATE_GROUPS);
    } else {
      words.addAll(WORDS);
    }
    return new StringsCompleter(words).complete(session, line, candidates);
  }
}
