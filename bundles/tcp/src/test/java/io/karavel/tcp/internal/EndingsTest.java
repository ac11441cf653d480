package io.karavel.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.StackSocket;
import org.junit.jupiter.api.Test;

class EndingsTest {
  private static final int TAG = 9;

  private final Endings endings = new Endings();

  private record Gone(long id, int localIpv4, int localPort, int remoteIpv4, int remotePort)
      implements Flow {}

  private static Flow flow(long id) {
    return new Gone(id, 0x0a000001, 65535, 0xffffffff, (int) (id % 65536));
  }

  private void end(long id, TcpCause cause) {
    endings.add(
        flow(id), new StackSocket.Ending(TcpState.FIN_WAIT_2, cause, -id), TcpError.TIMED_OUT);
  }

  private static Endings successorOf(Endings before) throws Exception {
    HandoverWriter out = new HandoverWriter("tcp", 1);
    before.export(out, TAG);
    Handover kept = out.finish();
    assertThat(kept.form().length).isLessThanOrEqualTo(before.formBytes() + 64);
    Endings after = new Endings();
    HandoverReader in = kept.reader();
    while (in.next()) {
      assertThat(in.tag()).isEqualTo(TAG);
      after.open(in.nested());
    }
    return after;
  }

  @Test
  void theLastAreHandedOverAsTheyWereAndNoMore() throws Exception {
    for (int i = 1; i <= Endings.MOST + 44; i++) {
      end(i, TcpCause.values()[i % TcpCause.values().length]);
    }
    Endings after = successorOf(successorOf(endings));
    for (int i = 1; i <= 44; i++) {
      assertThat(after.find(i)).isNull();
    }
    for (int i = 45; i <= Endings.MOST + 44; i++) {
      assertThat(after.find(i)).isNotNull().isEqualTo(endings.find(i));
    }
    assertThat(after.formBytes()).isLessThanOrEqualTo(32 * 1024);
  }

  @Test
  void afterTheHandOverTheOldestGivesWayFirst() throws Exception {
    for (int i = 1; i <= 10; i++) {
      end(i, TcpCause.RST);
    }
    Endings after = successorOf(endings);
    for (int i = 11; i <= Endings.MOST + 1; i++) {
      after.add(flow(i), new StackSocket.Ending(TcpState.LAST_ACK, TcpCause.RST, i), null);
    }
    assertThat(after.find(1)).isNull();
    assertThat(after.find(2)).isEqualTo(endings.find(2));
    assertThat(after.find(11).failure()).isNull();
  }

  @Test
  void nothingIsHandedOverOfNothing() throws Exception {
    assertThat(endings.formBytes()).isZero();
    assertThat(successorOf(endings).find(0)).isNull();
  }

  @Test
  void whatWasSaidLastOfANumberIsSaid() throws Exception {
    end(5, TcpCause.SYN);
    end(6, TcpCause.RST);
    end(5, TcpCause.TIME_WAIT);
    assertThat(endings.find(5).ending().cause()).isEqualTo(TcpCause.TIME_WAIT);
    assertThat(successorOf(endings).find(5)).isEqualTo(endings.find(5));
  }

  @Test
  void wordsOfALaterVersionAreLeftOut() throws Exception {
    HandoverWriter out = new HandoverWriter("tcp", 1);
    out.putLong(1, 7).putText(5, "HALF_DEAD").putText(6, "BOREDOM").putText(99, "news");
    endings.open(out.finish().reader());
    assertThat(endings.find(7).ending()).isEqualTo(new StackSocket.Ending(null, null, -1));
    assertThat(endings.find(7).failure()).isNull();
    assertThat(successorOf(endings).find(7)).isEqualTo(endings.find(7));
  }
}
