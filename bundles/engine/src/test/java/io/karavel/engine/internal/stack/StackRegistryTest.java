package io.karavel.engine.internal.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.engine.CloseReason;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.SettingsException;
import io.karavel.engine.StateVersions;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.ip.InterfaceSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which stack gets which modules, devices and interfaces, as configurations come and go. */
class StackRegistryTest {
  private final List<String> said = new ArrayList<>();
  private final StackRegistry registry =
      new StackRegistry(
          name -> new Stack(StackSetup.seeded(name, () -> 1_000_000, EngineSettings::defaults, 1)),
          new StackRegistry.Observer() {
            @Override
            public void opened(Stack stack) {
              said.add("opened " + stack.name());
            }

            @Override
            public void closing(Stack stack) {
              said.add("closing " + stack.name());
            }
          });
  private final RunningAppliance appliance = new RunningAppliance(registry, () -> 3_000_000);

  @BeforeEach
  void start() {
    registry.start();
  }

  private ModuleSource source(String slot) {
    return new ModuleSource(
        new ModuleFactory() {
          @Override
          public String slot() {
            return slot;
          }

          @Override
          public StateVersions stateVersions() {
            return new StateVersions(1, 1);
          }

          @Override
          public Module create(LaneContext context) {
            return new Module() {
              @Override
              public void open(Handover kept) {
                said.add(slot + " opens in " + context.stack());
              }

              @Override
              public Handover export() {
                return new HandoverWriter(slot, 1).finish();
              }

              @Override
              public void close(CloseReason reason) {
                said.add(slot + " closes in " + context.stack() + ", " + reason);
              }
            };
          }
        },
        "io.karavel." + slot,
        "1.0.0",
        0,
        7);
  }

  private void put(String name, String... keysAndValues) {
    Map<String, Object> raw = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      raw.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    registry.putInterface(pid(name), interfaceOf(name, raw));
  }

  private static InterfaceSettings interfaceOf(String name, Map<String, ?> raw) {
    try {
      return InterfaceSettings.parse(name, raw);
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  private static String pid(String name) {
    return InterfaceSettings.PID + "~" + name;
  }

  private List<String> takeSaid() {
    List<String> copy = List.copyOf(said);
    said.clear();
    return copy;
  }

  @Test
  void mainIsAlwaysThereAndOtherStacksLiveAsLongAsAnInterfaceNamesThem() {
    assertThat(takeSaid()).containsExactly("opened main");
    put("h", "stack", "host", "device", "mem1");
    assertThat(takeSaid()).containsExactly("opened host");
    assertThat(appliance.stacks()).containsExactly("main", "host");
    put("h2", "stack", "host", "device", "mem2");
    registry.removeInterface(pid("h"));
    assertThat(takeSaid()).isEmpty();
    registry.removeInterface(pid("h2"));
    assertThat(takeSaid()).containsExactly("closing host");
    assertThat(appliance.stacks()).containsExactly("main");
    put("m", "device", "mem0");
    registry.removeInterface(pid("m"));
    assertThat(appliance.stacks()).containsExactly("main");
  }

  @Test
  void whatComesBeforeTheStartIsNotForgotten() {
    List<String> opened = new ArrayList<>();
    StackRegistry late =
        new StackRegistry(
            name ->
                new Stack(StackSetup.seeded(name, () -> 1_000_000, EngineSettings::defaults, 1)),
            new StackRegistry.Observer() {
              @Override
              public void opened(Stack stack) {
                opened.add(stack.name());
              }

              @Override
              public void closing(Stack stack) {}
            });
    takeSaid();
    late.arrive(source("ip"));
    late.arrive(source("nic:mem1"));
    late.putInterface(pid("h"), interfaceOf("h", Map.of("stack", "host", "device", "mem1")));
    assertThat(takeSaid()).isEmpty();
    late.start();
    late.start();
    assertThat(opened).containsExactly("main", "host");
    assertThat(takeSaid())
        .containsExactly("ip opens in main", "ip opens in host", "nic:mem1 opens in host");
  }

  @Test
  void mainComesFirstWhateverTheOthersAreCalled() {
    put("a", "stack", "a", "device", "d1");
    put("z", "stack", "z", "device", "d2");
    assertThat(appliance.stacks()).containsExactly("main", "a", "z");
  }

  @Test
  void protocolsGoToEveryStackAlsoToThoseThatComeLater() {
    registry.arrive(source("ip"));
    put("h", "stack", "host", "device", "mem1");
    assertThat(takeSaid())
        .containsExactly("opened main", "ip opens in main", "ip opens in host", "opened host");
  }

  @Test
  void aDeviceGoesToTheStackWhoseInterfaceNamesIt() {
    registry.arrive(source("nic:mem1"));
    takeSaid();
    put("h", "stack", "host", "device", "mem1");
    assertThat(takeSaid()).containsExactly("opened host", "nic:mem1 opens in host");
    registry.arrive(source("nic:other"));
    assertThat(takeSaid()).isEmpty();
  }

  @Test
  void aDeviceThatComesAfterItsInterfaceIsPluggedToo() {
    put("m", "device", "tap0");
    takeSaid();
    registry.arrive(source("nic:tap0"));
    assertThat(takeSaid()).containsExactly("nic:tap0 opens in main");
  }

  @Test
  void anInterfaceThatChangesKeepsItsIndexAndItsDeviceIsNotTouched() {
    registry.arrive(source("nic:tap0"));
    put("m", "device", "tap0", "addresses", "10.0.0.1/24");
    takeSaid();
    put("m", "device", "tap0", "addresses", "10.0.0.2/24", "mtu", "1400");
    assertThat(takeSaid()).isEmpty();
    assertThat(appliance.interfaces("main").get(1).addresses().toString()).contains("10.0.0.2/24");
    assertThat(appliance.interfaces("main")).hasSize(1);
  }

  @Test
  void anInterfaceMovedToAnotherDeviceEndsTheOldOneFirst() {
    registry.arrive(source("nic:tap0"));
    registry.arrive(source("nic:mem0"));
    put("m", "device", "tap0");
    takeSaid();
    put("m", "device", "mem0");
    assertThat(takeSaid())
        .containsExactly("nic:tap0 closes in main, DISPOSED", "nic:mem0 opens in main");
    assertThat(appliance.interfaces("main")).containsOnlyKeys(1);
  }

  @Test
  void anInterfaceMovedToAnotherStackTakesItsDeviceAlong() {
    registry.arrive(source("nic:tap0"));
    put("m", "device", "tap0");
    takeSaid();
    put("m", "device", "tap0", "stack", "second");
    assertThat(takeSaid())
        .containsExactly(
            "nic:tap0 closes in main, DISPOSED", "opened second", "nic:tap0 opens in second");
    assertThat(appliance.interfaces("main")).isEmpty();
    assertThat(appliance.interfaces("second")).hasSize(1);
  }

  @Test
  void aDeviceBelongsToTheInterfaceThatNamedItFirst() {
    registry.arrive(source("nic:tap0"));
    put("first", "device", "tap0");
    takeSaid();
    put("second", "device", "tap0", "stack", "other");
    assertThat(takeSaid()).isEmpty();
    assertThat(appliance.stacks()).containsExactly("main");
    assertThat(registry.problems())
        .singleElement()
        .asString()
        .contains("second")
        .contains("tap0 is used by")
        .contains("first");
    registry.removeInterface(pid("first"));
    assertThat(takeSaid())
        .containsExactly(
            "nic:tap0 closes in main, DISPOSED", "opened other", "nic:tap0 opens in other");
    assertThat(registry.problems()).isEmpty();
  }

  @Test
  void aFactoryThatGoesLeavesItsStateInEveryStack() {
    ModuleSource ip = source("ip");
    registry.arrive(ip);
    put("h", "stack", "host", "device", "mem1");
    takeSaid();
    registry.leave(ip);
    assertThat(takeSaid())
        .containsExactly("ip closes in main, HANDED_OVER", "ip closes in host, HANDED_OVER");
    assertThat(appliance.modules("main"))
        .anyMatch(m -> m.slot().equals("ip") && m.state().equals("parked"));
  }

  @Test
  void onStopEveryStackEndsAndNothingComesAfterwards() {
    registry.arrive(source("ip"));
    put("h", "stack", "host", "device", "mem1");
    takeSaid();
    registry.stop();
    assertThat(takeSaid())
        .containsExactly(
            "closing main",
            "ip closes in main, STOPPING",
            "closing host",
            "ip closes in host, STOPPING");
    registry.arrive(source("tcp"));
    put("x", "device", "mem3");
    registry.stop();
    assertThat(takeSaid()).isEmpty();
  }

  @Test
  void aDeviceIsNoLongerShownWhenItsInterfaceIsGone() {
    ModuleSource device = source("nic:tap0");
    registry.arrive(device);
    put("m", "device", "tap0");
    registry.leave(device);
    assertThat(appliance.modules("main").stream().map(m -> m.slot())).contains("nic:tap0");
    registry.removeInterface(InterfaceSettings.PID + "~m");
    assertThat(appliance.modules("main").stream().map(m -> m.slot())).doesNotContain("nic:tap0");
  }

  @Test
  void modulesAreShownGroundFirstAndDevicesLastWithTheirAge() {
    registry.arrive(source("nic:tap0"));
    registry.arrive(source("ip"));
    put("m", "device", "tap0");
    assertThat(appliance.modules("main").stream().map(m -> m.slot()))
        .containsExactly("timer", "keepalive", "ip", "tcp", "nic:tap0");
    assertThat(appliance.modules("main"))
        .filteredOn(m -> m.slot().equals("ip"))
        .allMatch(
            m ->
                m.bundle().equals("io.karavel.ip")
                    && m.version().equals("1.0.0")
                    && m.state().equals("running")
                    && m.generation() == 1
                    && m.sinceNanos() == 2_000_000);
  }

  @Test
  void anUnknownStackIsToldWithThoseThereAre() {
    assertThatThrownBy(() -> appliance.modules("nope"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'nope'")
        .hasMessageContaining("main");
    assertThatThrownBy(() -> appliance.query("nope", "ip", Module.class, m -> 1))
        .hasMessageContaining("'nope'");
  }
}
