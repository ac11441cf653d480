package io.karavel.control.internal.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.Appliance;
import io.karavel.control.ApplianceEvent;
import io.karavel.engine.DropReason;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventRingTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private final EventRing ring = new EventRing(Clock.fixed(NOON, ZoneOffset.UTC));
  private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);

  @Test
  void theNewestEventsStayInOrder() {
    for (int i = 0; i < 1500; i++) {
      ring.add("config", "pid" + i, "changed");
    }
    assertThat(ring.nextSequence()).isEqualTo(1500);
    assertThat(ring.since(0)).hasSize(1024);
    assertThat(ring.since(1499))
        .containsExactly(new ApplianceEvent(1499, NOON, "config", "pid1499", "changed"));
    assertThat(ring.since(1500)).isEmpty();
  }

  private Appliance appliance() {
    return (Appliance)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Appliance.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "stacks" -> List.of("main");
                  case "drops" -> Map.copyOf(drops);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  @Test
  void newDiscardsAreOneEventPerReasonAndLook() {
    DropWatch watch = new DropWatch(ring);
    drops.put(DropReason.ARP_MALFORMED, 7L);
    watch.look(appliance());
    assertThat(ring.since(0)).isEmpty();
    watch.look(appliance());
    assertThat(ring.since(0)).isEmpty();
    drops.put(DropReason.ARP_MALFORMED, 10L);
    drops.put(DropReason.DEVICE_DOWN, 1L);
    watch.look(appliance());
    assertThat(ring.since(0))
        .extracting(ApplianceEvent::subject, ApplianceEvent::text)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(
                "ARP_MALFORMED", "3 on stack main: malformed ARP packet"),
            org.assertj.core.groups.Tuple.tuple(
                "DEVICE_DOWN", "1 on stack main: the device is down or gone"));
  }
}
