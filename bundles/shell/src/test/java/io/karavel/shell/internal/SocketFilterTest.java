package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The grammar of ss(8), "STATE-FILTER" and "EXPRESSION". */
class SocketFilterTest {
  private static final List<TcpConnectionInfo> ALL =
      List.of(
          socket(1, TcpState.LISTEN, "10.77.0.2:7", null),
          socket(2, TcpState.ESTABLISHED, "10.77.0.2:7", "10.77.0.1:40000"),
          socket(3, TcpState.ESTABLISHED, "10.77.0.2:50000", "192.168.1.9:80"),
          socket(4, TcpState.TIME_WAIT, "10.77.0.2:50001", "192.168.1.9:443"),
          socket(5, TcpState.SYN_SENT, "10.77.0.2:50002", "192.168.2.9:80"));

  private static TcpConnectionInfo socket(long id, TcpState state, String local, String peer) {
    return new TcpConnectionInfo(
        id,
        state,
        IpEndpoint.parse(local),
        peer == null ? null : IpEndpoint.parse(peer),
        "",
        0,
        0,
        "",
        0,
        0,
        0,
        Map.of());
  }

  private static List<Long> pass(String filter) {
    return ALL.stream().filter(SocketFilter.parse(filter)).map(TcpConnectionInfo::id).toList();
  }

  @Test
  void statesAndTheirGroups() {
    assertThat(pass("")).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(pass("state established")).containsExactly(2L, 3L);
    assertThat(pass("state TIME-WAIT")).containsExactly(4L);
    assertThat(pass("state listening")).containsExactly(1L);
    assertThat(pass("state connected")).containsExactly(2L, 3L, 4L, 5L);
    assertThat(pass("state synchronized")).containsExactly(2L, 3L, 4L);
    assertThat(pass("state bucket")).containsExactly(4L);
    assertThat(pass("state big")).containsExactly(1L, 2L, 3L, 5L);
    assertThat(pass("state all")).hasSize(5);
    assertThat(pass("exclude listening")).containsExactly(2L, 3L, 4L, 5L);
  }

  @Test
  void portsAndAddresses() {
    assertThat(pass("sport = :7")).containsExactly(1L, 2L);
    assertThat(pass("sport = 7")).containsExactly(1L, 2L);
    assertThat(pass("sport=:7")).containsExactly(1L, 2L);
    assertThat(pass("dport eq :80")).containsExactly(3L, 5L);
    assertThat(pass("dport != :80")).containsExactly(2L, 4L);
    assertThat(pass("sport > :50000")).containsExactly(4L, 5L);
    assertThat(pass("sport ge 50000")).containsExactly(3L, 4L, 5L);
    assertThat(pass("sport < 50000")).containsExactly(1L, 2L);
    assertThat(pass("sport <= 50000")).containsExactly(1L, 2L, 3L);
    assertThat(pass("dst 192.168.1.9")).containsExactly(3L, 4L);
    assertThat(pass("dst 192.168.0.0/16")).containsExactly(3L, 4L, 5L);
    assertThat(pass("dst = 192.168.1.9:443")).containsExactly(4L);
    assertThat(pass("dst != 192.168.1.9")).containsExactly(2L, 5L);
    assertThat(pass("src 10.77.0.2:7")).containsExactly(1L, 2L);
    assertThat(pass("src :50002")).containsExactly(5L);
  }

  @Test
  void andBindsStrongerThanOrAndMayBeLeftOut() {
    assertThat(pass("state established and dport = :80")).containsExactly(3L);
    assertThat(pass("state established dport = :80")).containsExactly(3L);
    assertThat(pass("state established && dport = :80")).containsExactly(3L);
    assertThat(pass("state established & dport = :80")).containsExactly(3L);
    assertThat(pass("sport = :7 and state listening or dport = :80")).containsExactly(1L, 3L, 5L);
    assertThat(pass("sport = :7 and (state listening or dport = :40000)")).containsExactly(1L, 2L);
    assertThat(pass("state listening | state time-wait")).containsExactly(1L, 4L);
    assertThat(pass("state listening || state time-wait")).containsExactly(1L, 4L);
    assertThat(pass("not state established")).containsExactly(1L, 4L, 5L);
    assertThat(pass("! ( state established or state listening )")).containsExactly(4L, 5L);
    assertThat(pass("not not state listening")).containsExactly(1L);
  }

  @Test
  void whatIsWrongIsSaid() {
    refused("state", "a state should stand");
    refused("state nowhere", "nowhere");
    refused("sport 80", "'80' is none of [=, ==, !=, <, <=, >, >=]");
    refused("sport = 70000", "'70000' is no port");
    refused("dst 10.77.0.999", "10.77.0.999");
    refused("(state listening", "a ')' is missing");
    refused("state listening )", "')' is one too many");
    refused("colour red", "'colour' is no test");
    refused("state listening and", "a test should stand");
  }

  private static void refused(String filter, String why) {
    assertThatThrownBy(() -> SocketFilter.parse(filter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
