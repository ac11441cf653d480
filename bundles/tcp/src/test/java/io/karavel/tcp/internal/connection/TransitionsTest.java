package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The diagram of RFC 9293 §3.3.2; a reset, an abort or a timeout leads to CLOSED. */
class TransitionsTest {
  private static final Map<TcpState, Set<TcpState>> DIAGRAM = new EnumMap<>(TcpState.class);

  static {
    from(TcpState.SYN_SENT, TcpState.SYN_RECEIVED, TcpState.ESTABLISHED);
    from(TcpState.SYN_RECEIVED, TcpState.ESTABLISHED, TcpState.FIN_WAIT_1);
    from(TcpState.ESTABLISHED, TcpState.FIN_WAIT_1, TcpState.CLOSE_WAIT);
    from(TcpState.FIN_WAIT_1, TcpState.FIN_WAIT_2, TcpState.CLOSING, TcpState.TIME_WAIT);
    from(TcpState.FIN_WAIT_2, TcpState.TIME_WAIT);
    from(TcpState.CLOSE_WAIT, TcpState.LAST_ACK);
    from(TcpState.CLOSING, TcpState.TIME_WAIT);
    from(TcpState.LAST_ACK);
    from(TcpState.TIME_WAIT);
  }

  private static void from(TcpState state, TcpState... to) {
    EnumSet<TcpState> all = EnumSet.of(TcpState.CLOSED);
    all.addAll(Set.of(to));
    DIAGRAM.put(state, all);
  }

  @Test
  void noArrowIsTakenThatTheDiagramDoesNotShow() {
    DIAGRAM.forEach(
        (from, arrows) -> {
          for (TcpState to : TcpState.values()) {
            if (Transitions.isAllowed(from, to)) {
              assertThat(arrows).as("from " + from).contains(to);
            }
          }
        });
  }

  @Test
  void aWayTheDiagramDoesNotShowIsAFault() {
    Peer peer = new Peer(TcpSettings.defaults(), 1);
    peer.connect(Wire.SECOND);
    assertThatThrownBy(
            () ->
                Transitions.moveTo(peer.connection, TcpState.LAST_ACK, TcpCause.CLOSE, Wire.SECOND))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("SYN-SENT")
        .hasMessageContaining("LAST-ACK");
  }
}
