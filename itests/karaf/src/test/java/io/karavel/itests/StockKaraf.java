package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** What our features must be able to do in a Karaf that is not ours. */
final class StockKaraf {
  private final BundleContext context;

  StockKaraf(BundleContext context) {
    this.context = context;
  }

  /** The shell is a new one after an installation that made Karaf refresh it. */
  Console console() throws Exception {
    ServiceReference<SessionFactory> reference =
        Poll.until(
            "there is a shell",
            () -> context.getServiceReference(SessionFactory.class),
            found -> found != null);
    return new Console(context.getService(reference));
  }

  /** Every bundle of Karavel runs, and nothing else has stopped. */
  void expectEverythingActive() throws Exception {
    Poll.within(
        120,
        "14 bundles of Karavel are there",
        () ->
            Arrays.stream(context.getBundles())
                .filter(b -> b.getSymbolicName().startsWith("io.karavel."))
                .count(),
        count -> count == 14);
    Poll.within(240, "every bundle is active", this::notActive, List::isEmpty);
  }

  private List<String> notActive() {
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getHeaders().get("Fragment-Host") == null)
        .filter(b -> b.getState() != Bundle.ACTIVE)
        .map(b -> b.getSymbolicName() + " in state " + b.getState())
        .collect(Collectors.toList());
  }

  /** Two stacks and the cable between them, configured by shell, talk to each other. */
  void expectTwoStacksToTalk() throws Exception {
    edit("io.karavel.nic.memory", "cable1", "leftDevice=l1", "rightDevice=r1");
    edit("io.karavel.ip.interface", "main1", "device=l1", "addresses=10.94.1.2/24");
    edit("io.karavel.ip.interface", "host1", "stack=host", "device=r1", "addresses=10.94.1.1/24");
    Poll.until(
        "the other stack answers",
        () -> console().run("ip:ping -c 1 -W 1 10.94.1.1"),
        output -> output.contains("1 received"));
    String time =
        Poll.until(
            "a service answers over TCP",
            () -> console().run("tcp:connect --stack host 10.94.1.2 13"),
            output -> !output.isBlank());
    assertTrue(time, time.matches("(?s).*\\d\\d:\\d\\d.*"));
    String modules = console().run("net:status --sample 0 --no-format");
    assertEquals(
        modules,
        0,
        modules
            .lines()
            .filter(l -> l.startsWith("module\t") && !l.contains("\trunning\t"))
            .count());
  }

  private void edit(String factory, String name, String... pairs) throws Exception {
    StringBuilder command = new StringBuilder(128);
    command.append("config:edit --factory --alias ").append(name).append(' ').append(factory);
    for (String pair : pairs) {
      command.append("; config:property-set ").append(pair.replaceFirst("=", " "));
    }
    console().run(command.append("; config:update").toString());
  }
}
