package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.MacAddress;
import io.karavel.ip.ArpReply;
import io.karavel.ip.PingReply;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What traceroute and arping print, in all three forms, to the letter. */
@SuppressWarnings("StringConcatToTextBlock") // tabs are seen better so
class ReachTest {
  private final Shell shell = new Shell();

  /** Two routers and the host behind them; the second router keeps silent. */
  private void twoRouters() {
    shell.appliance.pingReply =
        r ->
            switch (r.timeToLive()) {
              case 1 ->
                  new PingReply(
                      "time to live exceeded",
                      IpAddress.parse("10.77.0.1"),
                      r.sequence(),
                      0,
                      0,
                      1_500_000);
              case 2 -> new PingReply(PingReply.TIMEOUT, IpAddress.ANY, r.sequence(), 0, 0, 1);
              default ->
                  new PingReply(PingReply.REPLY, r.destination(), r.sequence(), 40, 62, 2_250_000);
            };
  }

  @Test
  void tracerouteShowsEveryHop() throws Exception {
    twoRouters();
    assertThat(shell.run(new IpTracerouteCommand(), "-q", "2", "10.1.2.3"))
        .isEqualTo(
            """
            traceroute to 10.1.2.3, 30 hops max
             1  10.77.0.1  1.500 ms  1.500 ms
             2  * *
             3  10.1.2.3  2.250 ms  2.250 ms
            """);
    assertThat(shell.run(new IpTracerouteCommand(), "-q", "1", "--no-format", "10.1.2.3"))
        .isEqualTo(
            "1\t1\t10.77.0.1\ttime to live exceeded\t1.500\n"
                + "2\t1\t\ttimeout\t\n"
                + "3\t1\t10.1.2.3\treply\t2.250\n");
    assertThat(shell.run(new IpTracerouteCommand(), "-q", "1", "-f", "2", "--json", "10.1.2.3"))
        .isEqualTo(
            """
            {
              "destination" : "10.1.2.3",
              "reached" : true,
              "hops" : [ {
                "ttl" : 2,
                "query" : 1,
                "from" : null,
                "outcome" : "timeout",
                "millis" : null
              }, {
                "ttl" : 3,
                "query" : 1,
                "from" : "10.1.2.3",
                "outcome" : "reply",
                "millis" : 2.25
              } ]
            }
            """);
  }

  @Test
  void tracerouteEndsWhereNobodyKnowsTheWay() {
    shell.appliance.pingReply =
        r ->
            new PingReply(
                "destination host unreachable",
                IpAddress.parse("10.77.0.1"),
                r.sequence(),
                0,
                0,
                1_000_000);
    assertThat(shell.failure(new IpTracerouteCommand(), "10.1.2.3")).contains("ip:route-get");
    assertThat(shell.appliance.pings).hasSize(3);
  }

  @Test
  void tracerouteGivesUpAtItsLastHop() {
    shell.appliance.pingReply =
        r -> new PingReply(PingReply.TIMEOUT, IpAddress.ANY, r.sequence(), 0, 0, 1);
    assertThat(shell.failure(new IpTracerouteCommand(), "-m", "4", "-w", "0.5", "10.1.2.3"))
        .contains("within 4 hops");
    assertThat(shell.appliance.pings).hasSize(12);
    assertThat(shell.failure(new IpTracerouteCommand(), "-m", "0", "10.1.2.3"))
        .contains("1 to 255");
  }

  private void answer(String mac) {
    shell.appliance.arpReplies.add(
        new ArpReply(
            mac == null ? PingReply.TIMEOUT : PingReply.REPLY,
            Optional.ofNullable(mac).map(MacAddress::parse),
            750_000));
  }

  private String arping(String... arguments) throws Exception {
    IpArpingCommand command = new IpArpingCommand();
    command.pause = shell.pauses::add;
    return shell.run(command, arguments);
  }

  @Test
  void arpingShowsWhoAnswers() throws Exception {
    answer("02:00:00:00:00:02");
    answer(null);
    assertThat(arping("-c", "2", "-i", "0.2", "10.77.0.1"))
        .isEqualTo(
            """
            ARPING 10.77.0.1
            reply from 10.77.0.1 [02:00:00:00:00:02]  0.750 ms
            no answer within 1 s
            sent 2, received 1
            """);
    assertThat(shell.pauses).containsExactly(200L);
    answer("02:00:00:00:00:02");
    assertThat(arping("-c", "1", "--no-format", "10.77.0.1"))
        .isEqualTo("1\treply\t02:00:00:00:00:02\t0.750\n");
    answer("02:00:00:00:00:02");
    assertThat(arping("-c", "1", "-I", "main0", "--json", "10.77.0.1"))
        .isEqualTo(
            """
            {
              "target" : "10.77.0.1",
              "replies" : [ {
                "outcome" : "reply",
                "mac" : "02:00:00:00:00:02",
                "millis" : 0.75
              } ],
              "sent" : 1,
              "received" : 1,
              "stations" : 1
            }
            """);
    assertThat(shell.appliance.done).contains("arping Optional[main0] 10.77.0.1");
  }

  @Test
  void arpingFailsWhenNobodyOrMoreThanOneAnswers() {
    answer(null);
    assertThat(shell.failure(new IpArpingCommand(), "-c", "1", "10.77.0.1"))
        .contains("nobody on the link answers");
    answer("02:00:00:00:00:02");
    answer("02:00:00:00:00:03");
    assertThat(shell.failure(new IpArpingCommand(), "-c", "2", "-i", "0", "10.77.0.1"))
        .contains("2 stations answer for 10.77.0.1");
  }
}
