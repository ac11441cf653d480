package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.shell.api.console.Command;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Every command of the appliance runs, as a table, as columns for scripts and as JSON. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class CommandsIT {
  private static final Set<String> SCOPES = Set.of("net", "nic", "ip", "tcp", "timer");
  private static final List<String> FORMS = List.of("", "--no-format", "--json");

  /** Commands that change nothing. */
  private static final List<String> READING =
      List.of(
          "net:status --sample 0",
          "net:counters",
          "net:counters --delta",
          "net:counters --zeros --limit 0",
          "net:drops --sample 0",
          "net:capture list",
          "nic:impair",
          "net:module-list",
          "net:module-history",
          "net:restart --keep --dry-run",
          "net:config-list tcp.syn",
          "net:config-get tcp.synRetries net.ipv4.tcp_rmem",
          "net:config-diff",
          "net:config-history",
          "net:events --limit 1000",
          "net:events --kind module --kind config --limit 1000",
          "net:events -f --seconds 0.5",
          "nic:list",
          "nic:show mem0",
          "nic:stats --sample 0",
          "nic:set --dry-run mem0 mtu=1400",
          "ip:address-list",
          "ip:route-list",
          "ip:route-get 10.77.0.1",
          "ip:neighbour-list",
          "ip:ping -c 2 -i 0.1 10.77.0.1",
          "ip:traceroute -q 1 -f 1 -m 4 -w 1 10.77.0.1",
          "ip:arping -c 1 -i 0 -w 1 10.77.0.1",
          "ip:arping -c 1 -I main0 10.77.0.1",
          "tcp:list",
          "tcp:list --listening",
          "tcp:list --connected --limit 1000",
          "tcp:list 'state listening and not (sport = :7 or sport > :80)'",
          "tcp:probe -c 1 -i 0 -w 10 10.77.0.2 7",
          "tcp:summary",
          "timer:list",
          "timer:stats");

  /** Of these, commands that a viewer may not run, because in other forms they change something. */
  private static final Set<String> ADMIN_READING =
      Set.of("nic:set", "net:capture", "net:restart", "nic:impair");

  /** Commands that change something, each followed by the one that undoes it. */
  private static final List<String> CHANGING =
      List.of(
          "ip:address-add main0 10.99.0.2/24",
          "ip:address-remove -f main0 10.99.0.2/24",
          "ip:route-add --via 10.77.0.1 10.98.0.0/16",
          "ip:route-remove -f 10.98.0.0/16",
          "nic:set mem0 queueFrames=999",
          "nic:set mem0 queueFrames=",
          "net:config-set ip.defaultTtl=65",
          "net:config-reset ip.defaultTtl",
          "ip:neighbour-flush -f",
          "net:support-archive --sample 0 --log-kbytes 16");

  private static final Pattern IDENTIFIER = Pattern.compile("(?m)^(\\d+)\\t");

  @Inject private BundleContext context;
  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;
  private Console console;

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Before
  public void waitUntilTheStackServes() throws Exception {
    console = new Console(sessions);
    Poll.until(
        "the stack serves",
        () -> console.run("ip:ping -c 1 -W 1 10.77.0.1"),
        output -> !output.isEmpty());
  }

  @Test
  public void everyCommandIsTriedHere() {
    Set<String> tried = new TreeSet<>();
    for (List<String> commands : List.of(READING, CHANGING)) {
      commands.forEach(command -> tried.add(command.split(" ", 2)[0]));
    }
    tried.addAll(List.of("tcp:connect", "tcp:listen", "tcp:show", "tcp:kill"));
    // ConfigurationChangesIT
    tried.addAll(List.of("net:config-rollback", "net:config-confirm"));
    // DiagnosticsIT
    tried.addAll(List.of("net:lab", "tcp:trace", "net:doctor", "tcp:why"));
    // whatIsWrongIsSaidAndFails
    tried.addAll(
        List.of("net:module-swap", "net:module-promote", "net:module-rollback", "net:module-drop"));
    assertEquals(ours(), tried);
  }

  @Test
  public void readingCommandsPrintInEveryForm() throws Exception {
    for (String command : READING) {
      for (String form : FORMS) {
        expectForm(command, form);
      }
    }
  }

  @Test
  public void changingCommandsPrintInEveryForm() throws Exception {
    for (String form : FORMS) {
      for (String command : CHANGING) {
        expectForm(command, form);
      }
    }
  }

  @Test
  public void connectionsAreOpenedShownAndKilled() throws Exception {
    for (String form : FORMS) {
      int port = 5001 + FORMS.indexOf(form);
      expectForm("tcp:listen --service daytime " + port, form);
      String time = console.run("tcp:connect 10.77.0.2 " + port);
      assertTrue(time, time.matches("(?s).*\\d\\d:\\d\\d.*"));

      String listener = identifier("tcp:list --no-format --listening --local :" + port);
      expectForm("tcp:show " + listener, form);
      expectForm("tcp:kill -f " + listener, form);
      Poll.until(
          "the listener is gone",
          () -> console.run("tcp:list --no-format --listening"),
          list -> !list.contains(":" + port));
    }
  }

  private String identifier(String command) throws Exception {
    String list = console.run(command);
    Matcher matcher = IDENTIFIER.matcher(list);
    assertTrue(command + " printed: " + list, matcher.find());
    return matcher.group(1);
  }

  @Test
  public void everyCommandExplainsItself() throws Exception {
    for (Command command : sessions.getRegistry().getCommands()) {
      if (SCOPES.contains(command.getScope())) {
        String name = command.getScope() + ":" + command.getName();
        String help = console.run(name + " --help");
        assertTrue(name + " --help: " + help, help.contains("Example"));
      }
    }
  }

  /** Either of two versions goes, in every way: there is no moment without its commands behind. */
  @Test
  public void theCommandsOfTheShellThatStaysStay() throws Exception {
    Set<String> before = ours();
    Bundle feature = Modules.bundle(context, "shell");
    Path jar = new ModuleJars().version(feature, "0.1.5");
    Bundle dropped = context.installBundle(jar.toUri().toString());
    for (Bundle goes : List.of(feature, dropped)) {
      dropped.start();
      goes.stop();
      assertTrue(console.run("net:status --sample 0").contains("main"));
      console.run("tcp:list --help");
      assertEquals(before, ours());
      goes.start();
      goes.update();
      console.run("net:counters");
      console.run("nic:list");
    }
    // one record of two shells, however one goes; what failed before the shell could take it apart
    // is Karaf's to tell
    long records = records();
    for (int round = 1; round <= 3; round++) {
      long expected = records + 2 * round;
      console.failure("tcp:kill --nonsense");
      feature.stop(); // while Event Admin may still tell either version of the line
      console.failure("tcp:kill --nonsense");
      feature.start();
      Poll.until("each has its one record", this::records, now -> now >= expected);
    }
    dropped.uninstall();
    console.failure("tcp:kill --nonsense");
    Poll.until("the next has, too", this::records, now -> now >= records + 7);
    assertEquals("no line has two", records + 7, records());
    for (String line :
        List.of("net:status --sample 0", "tcp:list", "timer:list", "ip:ping --help")) {
      console.run(line);
    }
    assertEquals(before, ours());
  }

  private Set<String> ours() {
    Set<String> ours = new TreeSet<>();
    for (Command command : sessions.getRegistry().getCommands()) {
      if (SCOPES.contains(command.getScope())) {
        ours.add(command.getScope() + ":" + command.getName());
      }
    }
    return ours;
  }

  private long records() throws IOException {
    Path log = Path.of(System.getProperty("karaf.log"), "audit.log");
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(line -> line.contains("tcp:kill") && line.contains("nonsense")).count();
    }
  }

  @Test
  public void anotherStackIsAskedWithStack() throws Exception {
    assertTrue(console.run("ip:address-list --stack host").contains("10.77.0.1"));
    assertFalse(console.run("ip:address-list").contains("10.77.0.1/"));
  }

  @Test
  public void whatIsWrongIsSaidAndFails() {
    assertTrue(console.failure("nic:show nonsense9").contains("nonsense9"));
    assertTrue(console.failure("ip:address-list --stack nowhere").contains("nowhere"));
    assertTrue(console.failure("ip:ping 10.77.0.999").contains("10.77.0.999"));
    assertTrue(console.failure("tcp:show 999999999").contains("999999999"));
    console.failure("tcp:connect --timeout 2 10.77.0.2 5999");
    console.failure("net:module-swap tcp file:/nowhere/tcp.jar");
    console.failure("net:module-swap nonsense9 file:/nowhere/tcp.jar");
    console.failure("net:module-promote tcp");
    console.failure("net:module-rollback tcp");
    console.failure("net:module-drop -f nonsense9");
  }

  @Test
  public void rolesDecideWhoMayDoWhat() throws Exception {
    Console viewer = new Console(sessions, "viewer");
    Console manager = new Console(sessions, "manager");
    Console admin = new Console(sessions, "admin");
    Console nobody = new Console(sessions, "ssh");
    for (String command : READING) {
      if (!ADMIN_READING.contains(command.split(" ", 2)[0])) {
        viewer.run(command);
        manager.run(command);
        admin.run(command);
      }
      nobody.failure(command);
    }
    viewer.failure("nic:set mem0 queueFrames=999");
    viewer.failure("ip:address-add main0 10.99.0.3/24");
    manager.run("nic:set mem0 queueFrames=999");
    manager.run("nic:set mem0 queueFrames=");
    viewer.failure("tcp:kill -f 1");
    manager.failure("tcp:kill -f 1");
  }

  private void expectForm(String command, String form) throws Exception {
    // Karaf reads options only before the first argument
    String output = console.run(command.replaceFirst("^\\S+", "$0 " + form).trim());
    String what = command + " " + form + " printed: " + output;
    if (command.contains("-f --seconds")) {
      assertFalse(what, output.isBlank());
    } else if (form.equals("--json")) {
      int depth = 0;
      int roots = 0;
      try (JsonParser parser = new JsonFactory().createParser(output)) {
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
          if (depth == 0) {
            roots++;
            assertTrue(what, token.isStructStart());
          }
          depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        }
      }
      assertEquals(what, 1, roots);
    } else if (!form.isEmpty()) {
      assertFalse(what, output.contains("│") || output.contains("-+-"));
    } else if (!command.startsWith("ip:neighbour-flush")) {
      assertFalse(what, output.isBlank());
    }
  }
}
