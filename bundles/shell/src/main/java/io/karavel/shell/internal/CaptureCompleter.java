package io.karavel.shell.internal;

import io.karavel.control.CaptureInfo;
import io.karavel.control.Captures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;

/** Names of captures, and what a filter may begin with. */
@Service
public final class CaptureCompleter extends ApplianceCompleter {
  private static final List<String> FILTER =
      List.of("host", "net", "port", "src", "dst", "arp", "ip", "icmp", "tcp", "udp", "syn", "not");

  /** For the shell. */
  public CaptureCompleter() {}

  @Override
  Collection<String> words(Question stack, CommandLine line, ServiceLookup services) {
    List<String> words = new ArrayList<>(FILTER);
    services
        .find(Captures.class)
        .ifPresent(captures -> captures.list().stream().map(CaptureInfo::name).forEach(words::add));
    return words;
  }
}
