package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.LiveSettings;
import io.karavel.nic.MemoryCableSettings;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.console.CommandLine;
import org.junit.jupiter.api.Test;

class CompletersTest {
  private final Shell shell = new Shell();

  /** What is offered for the last word. */
  private List<String> complete(ApplianceCompleter completer, String... words) {
    completer.context = shell.context();
    String last = words[words.length - 1];
    CommandLine line =
        Shell.proxy(
            CommandLine.class,
            (method, arguments) ->
                switch (method) {
                  case "getArguments" -> words;
                  case "getCursorArgumentIndex" -> words.length - 1;
                  case "getCursorArgument" -> last;
                  case "getArgumentPosition" -> last.length();
                  case "getBufferPosition" -> last.length();
                  default -> throw new UnsupportedOperationException(method);
                });
    List<String> candidates = new ArrayList<>();
    completer.complete(shell.session(), line, candidates);
    assertThat(shell.heldServices).isZero();
    return candidates.stream().map(String::trim).toList();
  }

  @Test
  void namesNumbersAndAddressesAreOffered() {
    assertThat(complete(new StackCompleter(), "tcp:list", "--stack", "")).contains("main", "host");
    assertThat(complete(new DeviceCompleter(), "nic:show", "me")).containsExactly("mem0");
    assertThat(complete(new InterfaceCompleter(), "ip:address-add", "")).containsExactly("main0");
    assertThat(complete(new ConnectionCompleter(), "tcp:show", "")).containsExactly("1", "5");
    assertThat(complete(new CounterCompleter(), "net:counters", "Tcp.A"))
        .containsExactly("Tcp.ActiveOpens");
    assertThat(complete(new HostCompleter(), "ip:ping", "10.77.0."))
        .containsExactly("10.77.0.1", "10.77.0.2", "10.77.0.9");
    assertThat(complete(new RouteCompleter(), "ip:route-remove", "192"))
        .containsExactly("192.168.0.0/16");
    assertThat(complete(new PeerEndpointCompleter(), "tcp:list", "--peer", ""))
        .containsExactly("10.77.0.1:40000");
  }

  @Test
  void theKeysOfTheDeviceOnTheLineAreOffered() {
    shell.publish(
        LiveSettings.class,
        new LiveSettings<>(
            "io.karavel.nic.memory~cable0", raw -> MemoryCableSettings.parse("cable0", raw)));
    assertThat(complete(new DeviceKeyCompleter(), "nic:set", "cable0-left", "m"))
        .contains("mtu=", "mode=");
    assertThat(complete(new DeviceKeyCompleter(), "nic:set", "other", "m")).isEmpty();
  }

  @Test
  void nothingIsOfferedWhileTheModuleIsAway() {
    shell.appliance.away.add("ip");
    assertThat(complete(new HostCompleter(), "ip:ping", "")).isEmpty();
    shell.services.clear();
    assertThat(complete(new StackCompleter(), "tcp:list", "--stack", "")).isEmpty();
  }
}
