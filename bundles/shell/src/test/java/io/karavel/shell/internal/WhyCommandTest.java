package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import io.karavel.control.KeyChange;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpExplanation.ArmedTimer;
import io.karavel.tcp.TcpExplanation.Parameter;
import io.karavel.tcp.TcpExplanation.Step;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code tcp:why} to the letter. */
class WhyCommandTest {
  private static final long SECOND = 1_000_000_000L;
  private final Shell shell = new Shell();

  private static TcpConnectionInfo connection(long id, TcpState state) {
    return new TcpConnectionInfo(
        id,
        state,
        IpEndpoint.of("10.77.0.2", 40000),
        IpEndpoint.of("10.77.0.1", 80),
        "app",
        0,
        0,
        "",
        0,
        0,
        0,
        Map.of());
  }

  private static TcpExplanation connecting() {
    return new TcpExplanation(
        connection(9, TcpState.SYN_SENT),
        TcpState.CLOSED,
        TcpCause.CONNECT,
        2 * SECOND,
        null,
        TcpError.HOST_UNREACHABLE,
        List.of(
            new ArmedTimer(
                "retransmit",
                SECOND,
                1,
                3,
                List.of(
                    new Parameter(
                        Parameter.INTERVAL, TcpSettings.PID, "rtoInitialMillis", "1000 ms"),
                    new Parameter(Parameter.END, TcpSettings.PID, "synRetries", "3"),
                    new Parameter(Parameter.END, "", "userTimeoutMillis", "60000 ms")),
                List.of(
                    new Step(SECOND, "SYN again, 2 of 3"),
                    new Step(5 * SECOND, "SYN again, 3 of 3"),
                    new Step(13 * SECOND, "it ends: host is unreachable")),
                13 * SECOND,
                TcpError.HOST_UNREACHABLE)));
  }

  private static ConfigurationValue value(String key, String stored, long revision) {
    return new ConfigurationValue(
        TcpSettings.PID,
        TcpSettings.SCHEMA.setting(key),
        stored,
        stored,
        revision == 0 ? "default" : "configured",
        revision,
        revision == 0 ? "" : "ann");
  }

  @BeforeEach
  void publish() {
    shell.appliance.explanations.add(connecting());
    shell.appliance.connections.add(connection(9, TcpState.SYN_SENT));
    shell.publish(
        Configurations.class,
        Shell.proxy(
            Configurations.class,
            (method, arguments) ->
                switch (method) {
                  case "history" ->
                      List.of(
                          new ConfigurationRecord(
                              17,
                              Instant.parse("2026-03-01T11:59:00Z"),
                              "ann",
                              "shell",
                              List.of(new KeyChange(TcpSettings.PID, "synRetries", null, "3")),
                              ConfigurationRecord.APPLIED,
                              ""));
                  case "values" ->
                      arguments[0].equals("io.karavel.tcp.synRetries")
                          ? List.of(value("synRetries", "3", 17))
                          : List.of(value("rtoInitialMillis", null, 0));
                  default -> throw new UnsupportedOperationException(method);
                }));
  }

  @Test
  void saysTheCauseTheTimerWhatRulesItAndWhoSetIt() throws Exception {
    assertThat(shell.run(new TcpWhyCommand(), "9"))
        .isEqualTo(
            """
            tcp#9 10.77.0.2:40000 - 10.77.0.1:80 is SYN-SENT
              cause: the application connected (call), in CLOSED, 2.000 s ago
              the way: ICMP or ARP said 'host is unreachable'; named at the end if the peer stays silent
              timer retransmit: in 1.000 s SYN again, 2 of 3; in 5.000 s SYN again, 3 of 3; in 13.0 s it ends: host is unreachable
                interval: io.karavel.tcp.rtoInitialMillis = 1000 ms (default)
                end: io.karavel.tcp.synRetries = 3 (configured, revision 17 by ann through shell at 2026-03-01T11:59:00Z)
                end: option userTimeoutMillis = 60000 ms (option of the socket)
            """);
  }

  @Test
  void theSameAsJsonAndAsColumns() throws Exception {
    assertThat(shell.run(new TcpWhyCommand(), "--json", "9"))
        .contains("\"state\" : \"SYN-SENT\"")
        .contains("\"from\" : \"CLOSED\"")
        .contains("\"by\" : \"call\"")
        .contains("\"endsInSeconds\" : 13.0")
        .contains("\"action\" : \"SYN again, 2 of 3\"")
        .contains("\"revision\" : 17,")
        .contains("\"author\" : \"ann\"")
        .contains("\"source\" : \"option of the socket\"");
    String[] lines = shell.run(new TcpWhyCommand(), "--no-format", "9").split("\n");
    assertThat(lines).hasSize(2);
    assertThat(lines[0]).startsWith("state\tSYN-SENT\t2026-03-01T11:59:58Z\t2\tCLOSED\tcall\t");
    assertThat(lines[1]).startsWith("timer\tretransmit\t1\t1\t3\t13\thost is unreachable\t");
  }

  @Test
  void findsAConnectionByItsEnds() throws Exception {
    assertThat(shell.run(new TcpWhyCommand(), "--peer", "10.77.0.1:80")).contains("tcp#9");
    assertThat(shell.run(new TcpWhyCommand(), "--local", ":40000")).contains("tcp#9");
    assertThat(shell.failure(new TcpWhyCommand(), "--local", ":1")).contains("no such connection");
    assertThat(shell.failure(new TcpWhyCommand(), "--local", ":1", "9")).contains("exclude");
    assertThat(shell.failure(new TcpWhyCommand())).startsWith("which connection?");
    assertThat(shell.failure(new TcpWhyCommand(), "77")).contains("no connection 77");
  }

  @Test
  void whatTheConfigurationEndedNamesTheChange() throws Exception {
    shell.appliance.explanations.add(
        new TcpExplanation(
            connection(10, TcpState.CLOSED),
            TcpState.ESTABLISHED,
            TcpCause.CONFIGURATION,
            30 * SECOND,
            TcpError.TIMED_OUT,
            null,
            List.of()));
    assertThat(shell.run(new TcpWhyCommand(), "10"))
        .contains("cause: the configuration was changed, and its time is over by that")
        .contains(
            "change: revision 17 by ann through shell at 2026-03-01T11:59:00Z:"
                + " io.karavel.tcp.synRetries: default -> 3")
        .contains("the application was told: connection timed out")
        .contains("no timer is armed");
  }

  @Test
  void withoutControlItSaysThatNobodyKnowsTheAuthor() throws Exception {
    shell.services.remove(Configurations.class);
    assertThat(shell.run(new TcpWhyCommand(), "9"))
        .contains("synRetries = 3 (control: not running)");
  }
}
