package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.ApplianceEvent;
import io.karavel.control.EventHistory;
import io.karavel.engine.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What net:events prints, in all three forms, to the letter. */
@SuppressWarnings("StringConcatToTextBlock") // tabs are seen better so
class EventsTest {
  private static final long NOW = 100_000_000_000L;
  private final Shell shell = new Shell();
  private final List<ApplianceEvent> history = new ArrayList<>();
  private int looks;

  EventsTest() {
    shell.appliance.events.add(new Event(0, NOW - 3_000_000_000L, "module", "tcp", "at work"));
    shell.appliance.events.add(new Event(1, NOW - 1_000_000_000L, "state", "tcp#5", "ESTABLISHED"));
    shell.publish(
        EventHistory.class,
        new EventHistory() {
          @Override
          public void add(String kind, String subject, String text) {
            throw new UnsupportedOperationException();
          }

          @Override
          public long nextSequence() {
            return history.size();
          }

          @Override
          public List<ApplianceEvent> since(long sequence) {
            return history.stream().filter(event -> event.sequence() >= sequence).toList();
          }
        });
    history.add(
        new ApplianceEvent(
            0, Instant.parse("2026-03-01T11:59:58Z"), "config", "io.karavel.tcp", "changed"));
  }

  private NetEventsCommand events() {
    NetEventsCommand command = new NetEventsCommand();
    command.nanoClock = () -> NOW + looks * 500_000_000L;
    command.pause =
        millis -> {
          looks++;
          shell.appliance.events.add(
              new Event(1 + looks, NOW + looks * 500_000_000L, "drop", "x", "more " + looks));
        };
    return command;
  }

  @Test
  void theListIsGoldenInEveryForm() throws Exception {
    Golden.check(shell, this::events);
  }

  @Test
  void bothSourcesInOrderOfTime() throws Exception {
    assertThat(shell.run(events(), "--no-format"))
        .isEqualTo(
            "2026-03-01T11:59:57Z\tmodule\ttcp\tat work\n"
                + "2026-03-01T11:59:58Z\tconfig\tio.karavel.tcp\tchanged\n"
                + "2026-03-01T11:59:59Z\tstate\ttcp#5\tESTABLISHED\n");
    assertThat(shell.run(events(), "--kind", "config", "--json"))
        .isEqualTo(
            """
            [ {
              "time" : "2026-03-01T11:59:58Z",
              "kind" : "config",
              "subject" : "io.karavel.tcp",
              "text" : "changed"
            } ]
            """);
    assertThat(shell.run(events()))
        .contains("2026-03-01T11:59:57Z | module | tcp            | at work");
  }

  @Test
  void theNewestStayWhenThereAreTooMany() throws Exception {
    assertThat(shell.run(events(), "--limit", "1"))
        .contains("ESTABLISHED", "only the newest 1 are shown; --limit 0 shows all")
        .doesNotContain("changed");
  }

  @Test
  void itFollowsUntilItsTimeIsOver() throws Exception {
    assertThat(shell.run(events(), "-f", "--seconds", "1", "--limit", "1"))
        .isEqualTo(
            """
            2026-03-01T11:59:59Z  state  tcp#5  ESTABLISHED
            2026-03-01T12:00:00Z  drop  x  more 1
            2026-03-01T12:00:00Z  drop  x  more 2
            """);
    looks = 0;
    assertThat(shell.run(events(), "-f", "--seconds", "0.5", "--json", "--kind", "drop"))
        .startsWith("{\"time\":\"");
  }

  @Test
  void withoutControlTheLanesAreThere() throws Exception {
    shell.services.remove(EventHistory.class);
    assertThat(shell.run(events(), "--no-format").lines()).hasSize(2);
  }
}
