package io.karavel.scripts.segments;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every state × kind of segment, one row each, with and without timestamps: RFC 9293 §3.10.7 with
 * RFC 5961 (RST, SYN and ACK), RFC 7323 (PAWS), RFC 1337 and RFC 6191 (TIME-WAIT) worked in.
 *
 * <p>A row is {@code segment | what is sent within 50 ms, "-" for nothing | state afterwards |
 * bytes that can be read, or the failure}. In each state SND.NXT is S and RCV.NXT is R as its rows
 * say; 4294967200 is 96 before the initial sequence number.
 */
@Rfc({"9293 3.10.7", "9293 3.10.7.4", "5961 3.2", "5961 4.2", "5961 5.2", "7323 5"})
class SegmentArrivesTest {
  private static final String CLOSED =
      """
      S 0:0(0)                    | R. 0:0(0) ack 1   | CLOSED
      S 0:10(10)                  | R. 0:0(0) ack 11  | CLOSED
      F 5:5(0)                    | R. 0:0(0) ack 6   | CLOSED
      - 5:15(10)                  | R. 0:0(0) ack 15  | CLOSED
      . 5:5(0) ack 7              | R 7:7(0)          | CLOSED
      P. 5:15(10) ack 7           | R 7:7(0)          | CLOSED
      F. 5:5(0) ack 7             | R 7:7(0)          | CLOSED
      S. 0:0(0) ack 7             | R 7:7(0)          | CLOSED
      R 5:5(0)                    | -                 | CLOSED
      R. 5:5(0) ack 7             | -                 | CLOSED
      """;

  private static final String LISTEN =
      """
      R 0:0(0)                    | -                 | CLOSED
      R. 0:0(0) ack 7             | -                 | CLOSED
      SR 0:0(0)                   | -                 | CLOSED
      . 5:5(0) ack 7              | R 7:7(0)          | CLOSED
      P. 5:15(10) ack 7           | R 7:7(0)          | CLOSED
      F. 5:5(0) ack 7             | R 7:7(0)          | CLOSED
      S. 0:0(0) ack 7             | R 7:7(0)          | CLOSED
      F 5:5(0)                    | -                 | CLOSED
      - 5:15(10)                  | -                 | CLOSED
      S 0:0(0)                    | S. 0:0(0) ack 1   | SYN_RECEIVED
      S 0:10(10)                  | S. 0:0(0) ack 1   | SYN_RECEIVED
      """;

  /** S = 1; our SYN is 0. An unacceptable ACK has the SYN repeated at once as well. */
  private static final String SYN_SENT =
      """
      . 0:0(0) ack 0              | R 0:0(0); S 0:0(0) | SYN_SENT
      . 0:0(0) ack 2              | R 2:2(0); S 0:0(0) | SYN_SENT
      S. 0:0(0) ack 0             | R 0:0(0); S 0:0(0) | SYN_SENT
      S. 0:0(0) ack 91            | R 91:91(0); S 0:0(0) | SYN_SENT
      F. 7:7(0) ack 9             | R 9:9(0); S 0:0(0) | SYN_SENT
      R. 0:0(0) ack 1             | -                 | CLOSED | CONNECTION_REFUSED
      R. 77:77(0) ack 1           | -                 | CLOSED | CONNECTION_REFUSED
      R. 0:0(0) ack 0             | -                 | SYN_SENT
      R. 0:0(0) ack 2             | -                 | SYN_SENT
      R 0:0(0)                    | -                 | SYN_SENT
      SR 0:0(0)                   | -                 | SYN_SENT
      . 0:0(0) ack 1              | -                 | SYN_SENT
      P. 1:11(10) ack 1           | -                 | SYN_SENT
      F. 1:1(0) ack 1             | -                 | SYN_SENT
      - 1:11(10)                  | -                 | SYN_SENT
      F 1:1(0)                    | -                 | SYN_SENT
      S. 0:0(0) ack 1             | . 1:1(0) ack 1    | ESTABLISHED | 0
      S. 0:10(10) ack 1           | . 1:1(0) ack 11   | ESTABLISHED | 10
      S 0:0(0)                    | S. 0:0(0) ack 1   | SYN_RECEIVED
      """;

  /** An embryo of a listener: S = 1, R = 1. */
  private static final String SYN_RECEIVED =
      """
      S 0:0(0)                    | S. 0:0(0) ack 1   | SYN_RECEIVED
      S 5:5(0)                    | . 1:1(0) ack 1    | SYN_RECEIVED
      S 100000:100000(0)          | . 1:1(0) ack 1    | SYN_RECEIVED
      S 4294967200:4294967200(0)  | . 1:1(0) ack 1    | SYN_RECEIVED
      S. 0:0(0) ack 1             | . 1:1(0) ack 1    | SYN_RECEIVED
      S. 1:1(0) ack 1             | . 1:1(0) ack 1    | SYN_RECEIVED
      R 1:1(0)                    | -                 | CLOSED
      R. 1:1(0) ack 1             | -                 | CLOSED
      R 11:11(0)                  | . 1:1(0) ack 1    | SYN_RECEIVED
      R 0:0(0)                    | -                 | SYN_RECEIVED
      R 100000:100000(0)          | -                 | SYN_RECEIVED
      . 1:1(0) ack 0              | R 0:0(0)          | SYN_RECEIVED
      . 1:1(0) ack 2              | R 2:2(0)          | SYN_RECEIVED
      P. 1:11(10) ack 2           | R 2:2(0)          | SYN_RECEIVED
      - 1:1(0)                    | -                 | SYN_RECEIVED
      - 1:11(10)                  | -                 | SYN_RECEIVED
      F 1:1(0)                    | -                 | SYN_RECEIVED
      . 100000:100000(0) ack 1    | . 1:1(0) ack 1    | SYN_RECEIVED
      P. 100000:100010(10) ack 1  | . 1:1(0) ack 1    | SYN_RECEIVED
      P. 4294967200:4294967210(10) ack 1 | . 1:1(0) ack 1 | SYN_RECEIVED
      . 1:1(0) ack 1              | -                 | ESTABLISHED
      P. 1:11(10) ack 1           | . 1:1(0) ack 11   | ESTABLISHED
      F. 1:1(0) ack 1             | . 1:1(0) ack 2    | CLOSE_WAIT
      FP. 1:11(10) ack 1          | . 1:1(0) ack 12   | CLOSE_WAIT
      . 11:11(0) ack 1            | -                 | ESTABLISHED
      P. 11:21(10) ack 1          | . 1:1(0) ack 1    | ESTABLISHED
      """;

  /** A simultaneous opening, of an active open: S = 1, R = 1. */
  private static final String SIMULTANEOUS =
      """
      S 0:0(0)                    | S. 0:0(0) ack 1   | SYN_RECEIVED
      S 5:5(0)                    | . 1:1(0) ack 1    | SYN_RECEIVED
      S 100000:100000(0)          | . 1:1(0) ack 1    | SYN_RECEIVED
      R 1:1(0)                    | -                 | CLOSED | CONNECTION_REFUSED
      R. 1:1(0) ack 1             | -                 | CLOSED | CONNECTION_REFUSED
      R 11:11(0)                  | . 1:1(0) ack 1    | SYN_RECEIVED
      R 100000:100000(0)          | -                 | SYN_RECEIVED
      . 1:1(0) ack 0              | R 0:0(0)          | SYN_RECEIVED
      . 1:1(0) ack 2              | R 2:2(0)          | SYN_RECEIVED
      - 1:11(10)                  | -                 | SYN_RECEIVED
      . 1:1(0) ack 1              | -                 | ESTABLISHED | 0
      S. 0:0(0) ack 1             | -                 | ESTABLISHED | 0
      P. 1:11(10) ack 1           | . 1:1(0) ack 11   | ESTABLISHED | 10
      F. 1:1(0) ack 1             | . 1:1(0) ack 2    | CLOSE_WAIT  | 0
      """;

  /** 100 bytes are unacknowledged: SND.UNA = 1, S = 101; R = 1. */
  private static final String ESTABLISHED =
      """
      S 1:1(0)                    | . 101:101(0) ack 1 | ESTABLISHED | 0
      S 11:11(0)                  | . 101:101(0) ack 1 | ESTABLISHED | 0
      S 0:0(0)                    | . 101:101(0) ack 1 | ESTABLISHED | 0
      S 100000:100000(0)          | . 101:101(0) ack 1 | ESTABLISHED | 0
      S. 0:0(0) ack 1             | . 101:101(0) ack 1 | ESTABLISHED | 0
      S. 1:1(0) ack 101           | . 101:101(0) ack 1 | ESTABLISHED | 0
      R 1:1(0)                    | -                  | CLOSED      | CONNECTION_RESET
      R. 1:1(0) ack 1             | -                  | CLOSED      | CONNECTION_RESET
      R. 1:1(0) ack 5000          | -                  | CLOSED      | CONNECTION_RESET
      R 1:11(10)                  | -                  | CLOSED      | CONNECTION_RESET
      R 2:2(0)                    | . 101:101(0) ack 1 | ESTABLISHED | 0
      R 60000:60000(0)            | . 101:101(0) ack 1 | ESTABLISHED | 0
      R 100000:100000(0)          | -                  | ESTABLISHED | 0
      R 4294967200:4294967200(0)  | -                  | ESTABLISHED | 0
      SR 2:2(0)                   | . 101:101(0) ack 1 | ESTABLISHED | 0
      . 1:1(0) ack 1              | -                  | ESTABLISHED | 0
      . 1:1(0) ack 51             | -                  | ESTABLISHED | 0
      . 1:1(0) ack 101            | -                  | ESTABLISHED | 0
      . 1:1(0) ack 102            | . 101:101(0) ack 1 | ESTABLISHED | 0
      P. 1:11(10) ack 102         | . 101:101(0) ack 1 | ESTABLISHED | 0
      . 1:1(0) ack 4294967200     | -                  | ESTABLISHED | 0
      P. 1:11(10) ack 4294967200  | . 101:101(0) ack 11 | ESTABLISHED | 10
      P. 1:11(10) ack 4294900000  | . 101:101(0) ack 1 | ESTABLISHED | 0
      - 1:1(0)                    | -                  | ESTABLISHED | 0
      - 1:11(10)                  | -                  | ESTABLISHED | 0
      F 1:1(0)                    | -                  | ESTABLISHED | 0
      P. 1:11(10) ack 101         | . 101:101(0) ack 11 | ESTABLISHED | 10
      P. 11:21(10) ack 101        | . 101:101(0) ack 1 | ESTABLISHED | 0
      P. 4294967292:11(15) ack 101 | . 101:101(0) ack 11 | ESTABLISHED | 10
      P. 100000:100010(10) ack 101 | . 101:101(0) ack 1 | ESTABLISHED | 0
      P. 4294967200:4294967210(10) ack 101 | . 101:101(0) ack 1 | ESTABLISHED | 0
      . 0:0(0) ack 101            | . 101:101(0) ack 1 | ESTABLISHED | 0
      . 100000:100000(0) ack 101  | . 101:101(0) ack 1 | ESTABLISHED | 0
      PU. 1:11(10) ack 101 urg 5  | . 101:101(0) ack 11 | ESTABLISHED | 10
      U. 1:1(0) ack 101 urg 5     | -                  | ESTABLISHED | 0
      PU. 100000:100010(10) ack 101 urg 5 | . 101:101(0) ack 1 | ESTABLISHED | 0
      F. 1:1(0) ack 101           | . 101:101(0) ack 2 | CLOSE_WAIT  | 0
      FP. 1:11(10) ack 101        | . 101:101(0) ack 12 | CLOSE_WAIT | 10
      F. 11:11(0) ack 101         | . 101:101(0) ack 1 | ESTABLISHED | 0
      F. 100000:100000(0) ack 101 | . 101:101(0) ack 1 | ESTABLISHED | 0
      F. 1:1(0) ack 102           | . 101:101(0) ack 1 | ESTABLISHED | 0
      """;

  /** Our FIN, 1, is not acknowledged: SND.UNA = 1, S = 2; R = 1. */
  private static final String FIN_WAIT_1 =
      """
      S 11:11(0)                  | . 2:2(0) ack 1    | FIN_WAIT_1 | 0
      S 0:0(0)                    | . 2:2(0) ack 1    | FIN_WAIT_1 | 0
      S. 0:0(0) ack 1             | . 2:2(0) ack 1    | FIN_WAIT_1 | 0
      R 1:1(0)                    | -                 | CLOSED     | CONNECTION_RESET
      R 11:11(0)                  | . 2:2(0) ack 1    | FIN_WAIT_1 | 0
      R 100000:100000(0)          | -                 | FIN_WAIT_1 | 0
      . 1:1(0) ack 1              | -                 | FIN_WAIT_1 | 0
      . 1:1(0) ack 2              | -                 | FIN_WAIT_2 | 0
      . 1:1(0) ack 3              | . 2:2(0) ack 1    | FIN_WAIT_1 | 0
      . 1:1(0) ack 4294900000     | . 2:2(0) ack 1    | FIN_WAIT_1 | 0
      - 1:11(10)                  | -                 | FIN_WAIT_1 | 0
      P. 1:11(10) ack 1           | . 2:2(0) ack 11   | FIN_WAIT_1 | 10
      P. 1:11(10) ack 2           | . 2:2(0) ack 11   | FIN_WAIT_2 | 10
      P. 11:21(10) ack 2          | . 2:2(0) ack 1    | FIN_WAIT_2 | 0
      P. 100000:100010(10) ack 2  | . 2:2(0) ack 1    | FIN_WAIT_1 | 0
      PU. 1:11(10) ack 2 urg 3    | . 2:2(0) ack 11   | FIN_WAIT_2 | 10
      F. 1:1(0) ack 1             | . 2:2(0) ack 2    | CLOSING    | 0
      F. 1:1(0) ack 2             | . 2:2(0) ack 2    | TIME_WAIT  | 0
      FP. 1:11(10) ack 2          | . 2:2(0) ack 12   | TIME_WAIT  | 10
      F. 11:11(0) ack 2           | . 2:2(0) ack 1    | FIN_WAIT_2 | 0
      F. 1:1(0) ack 3             | . 2:2(0) ack 1    | FIN_WAIT_1 | 0
      """;

  /** S = 2; R = 1. */
  private static final String FIN_WAIT_2 =
      """
      S 11:11(0)                  | . 2:2(0) ack 1    | FIN_WAIT_2 | 0
      S 100000:100000(0)          | . 2:2(0) ack 1    | FIN_WAIT_2 | 0
      R 1:1(0)                    | -                 | CLOSED     | CONNECTION_RESET
      R 11:11(0)                  | . 2:2(0) ack 1    | FIN_WAIT_2 | 0
      R 100000:100000(0)          | -                 | FIN_WAIT_2 | 0
      . 1:1(0) ack 1              | -                 | FIN_WAIT_2 | 0
      . 1:1(0) ack 2              | -                 | FIN_WAIT_2 | 0
      . 1:1(0) ack 3              | . 2:2(0) ack 1    | FIN_WAIT_2 | 0
      . 1:1(0) ack 4294900000     | . 2:2(0) ack 1    | FIN_WAIT_2 | 0
      - 1:11(10)                  | -                 | FIN_WAIT_2 | 0
      P. 1:11(10) ack 2           | . 2:2(0) ack 11   | FIN_WAIT_2 | 10
      P. 11:21(10) ack 2          | . 2:2(0) ack 1    | FIN_WAIT_2 | 0
      P. 4294967200:4294967210(10) ack 2 | . 2:2(0) ack 1 | FIN_WAIT_2 | 0
      PU. 1:11(10) ack 2 urg 3    | . 2:2(0) ack 11   | FIN_WAIT_2 | 10
      F. 1:1(0) ack 2             | . 2:2(0) ack 2    | TIME_WAIT  | 0
      FP. 1:11(10) ack 2          | . 2:2(0) ack 12   | TIME_WAIT  | 10
      F. 11:11(0) ack 2           | . 2:2(0) ack 1    | FIN_WAIT_2 | 0
      """;

  /** The peer's FIN was 1; 100 bytes are unacknowledged: S = 101; R = 2. */
  private static final String CLOSE_WAIT =
      """
      S 12:12(0)                  | . 101:101(0) ack 2 | CLOSE_WAIT | 0
      S 0:0(0)                    | . 101:101(0) ack 2 | CLOSE_WAIT | 0
      R 2:2(0)                    | -                  | CLOSED     | CONNECTION_RESET
      R 12:12(0)                  | . 101:101(0) ack 2 | CLOSE_WAIT | 0
      R 100000:100000(0)          | -                  | CLOSE_WAIT | 0
      . 2:2(0) ack 51             | -                  | CLOSE_WAIT | 0
      . 2:2(0) ack 101            | -                  | CLOSE_WAIT | 0
      . 2:2(0) ack 102            | . 101:101(0) ack 2 | CLOSE_WAIT | 0
      . 2:2(0) ack 4294900000     | . 101:101(0) ack 2 | CLOSE_WAIT | 0
      - 2:2(0)                    | -                  | CLOSE_WAIT | 0
      P. 2:12(10) ack 101         | -                  | CLOSE_WAIT | 0
      P. 100000:100010(10) ack 101 | . 101:101(0) ack 2 | CLOSE_WAIT | 0
      U. 2:2(0) ack 101 urg 3     | -                  | CLOSE_WAIT | 0
      F. 1:1(0) ack 1             | . 101:101(0) ack 2 | CLOSE_WAIT | 0
      F. 2:2(0) ack 101           | -                  | CLOSE_WAIT | 0
      """;

  /** Both FINs are 1, ours is not acknowledged: S = 2; R = 2. */
  private static final String CLOSING =
      """
      S 12:12(0)                  | . 2:2(0) ack 2    | CLOSING
      S 0:0(0)                    | . 2:2(0) ack 2    | CLOSING
      R 2:2(0)                    | -                 | CLOSED
      R 12:12(0)                  | . 2:2(0) ack 2    | CLOSING
      R 100000:100000(0)          | -                 | CLOSING
      . 2:2(0) ack 1              | -                 | CLOSING
      . 2:2(0) ack 2              | -                 | TIME_WAIT
      . 2:2(0) ack 3              | . 2:2(0) ack 2    | CLOSING
      . 2:2(0) ack 4294900000     | . 2:2(0) ack 2    | CLOSING
      - 2:2(0)                    | -                 | CLOSING
      P. 2:12(10) ack 1           | -                 | CLOSING
      F. 1:1(0) ack 1             | . 2:2(0) ack 2    | CLOSING
      U. 2:2(0) ack 2 urg 3       | -                 | TIME_WAIT
      """;

  /** Both FINs are 1, ours is not acknowledged: S = 2; R = 2. */
  private static final String LAST_ACK =
      """
      S 12:12(0)                  | . 2:2(0) ack 2    | LAST_ACK
      S 0:0(0)                    | . 2:2(0) ack 2    | LAST_ACK
      S 100000:100000(0)          | . 2:2(0) ack 2    | LAST_ACK
      R 2:2(0)                    | -                 | CLOSED
      R 12:12(0)                  | . 2:2(0) ack 2    | LAST_ACK
      R 100000:100000(0)          | -                 | LAST_ACK
      . 2:2(0) ack 1              | -                 | LAST_ACK
      . 2:2(0) ack 2              | -                 | CLOSED
      . 2:2(0) ack 3              | . 2:2(0) ack 2    | LAST_ACK
      . 2:2(0) ack 4294900000     | . 2:2(0) ack 2    | LAST_ACK
      - 2:2(0)                    | -                 | LAST_ACK
      P. 2:12(10) ack 1           | -                 | LAST_ACK
      F. 1:1(0) ack 1             | . 2:2(0) ack 2    | LAST_ACK
      U. 2:2(0) ack 2 urg 3       | -                 | CLOSED
      """;

  /** Both FINs are 1 and acknowledged: S = 2; R = 2. */
  private static final String TIME_WAIT =
      """
      F. 1:1(0) ack 1             | . 2:2(0) ack 2    | TIME_WAIT
      F. 1:1(0) ack 2             | . 2:2(0) ack 2    | TIME_WAIT
      R 2:2(0)                    | -                 | CLOSED
      R. 2:2(0) ack 2             | -                 | CLOSED
      R 100000:100000(0)          | -                 | TIME_WAIT
      R 4294967200:4294967200(0)  | -                 | TIME_WAIT
      . 2:2(0) ack 2              | -                 | TIME_WAIT
      - 2:2(0)                    | -                 | TIME_WAIT
      P. 4294967200:4294967210(10) ack 2 | . 2:2(0) ack 2 | TIME_WAIT
      P. 100000:100010(10) ack 2  | . 2:2(0) ack 2    | TIME_WAIT
      """;

  private PacketScript reach(String state, boolean timestamps) {
    PacketScript script = PacketScript.create();
    switch (state) {
      case "CLOSED" -> {}
      case "LISTEN" -> script.listen();
      case "SYN_SENT" -> script.connect().expect("S 0:0(0)");
      case "SYN_RECEIVED" -> script.listen().inject(syn("S 0:0(0)", timestamps)).discardSent();
      case "SIMULTANEOUS" ->
          script.connect().expect("S 0:0(0)").inject(syn("S 0:0(0)", timestamps)).discardSent();
      default -> {
        script.openPassively(syn("S 0:0(0)", timestamps)).discardSent();
        goOn(script, state, timestamps);
        script.discardSent().expectState(TcpState.valueOf(state));
      }
    }
    return script;
  }

  private void goOn(PacketScript script, String state, boolean timestamps) {
    switch (state) {
      case "ESTABLISHED" -> script.write(100);
      case "CLOSE_WAIT" -> script.inject(with("F. 1:1(0) ack 1", timestamps)).write(100);
      case "LAST_ACK" -> script.inject(with("F. 1:1(0) ack 1", timestamps)).shutdownOutput();
      default -> {
        script.shutdownOutput().discardSent();
        String next =
            switch (state) {
              case "FIN_WAIT_2" -> ". 1:1(0) ack 2";
              case "CLOSING" -> "F. 1:1(0) ack 1";
              case "TIME_WAIT" -> "F. 1:1(0) ack 2";
              default -> null;
            };
        if (next != null) {
          script.inject(with(next, timestamps));
        }
      }
    }
  }

  private static String syn(String syn, boolean timestamps) {
    return syn + " win 65535 <mss 1460" + (timestamps ? ",TS>" : ">");
  }

  private static String with(String segment, boolean timestamps) {
    return timestamps ? segment + " <TS>" : segment;
  }

  private void run(String state, String row, boolean timestamps) {
    String[] cells = row.split("\\|", -1);
    PacketScript script = reach(state, timestamps);
    String segment = cells[0].trim();
    boolean isSyn = segment.startsWith("S");
    script.inject(isSyn ? syn(segment, timestamps) : with(segment, timestamps));
    String answers = cells[1].trim();
    if (answers.equals("-")) {
      script.expectNothingFor("50ms");
    } else {
      for (String answer : answers.split(";", -1)) {
        script.expectWithin("50ms", answer.trim());
      }
      script.expectNothingFor("50ms");
    }
    script.expectState(TcpState.valueOf(cells[2].trim()));
    assertThat(script.harness().drops())
        .as("the reason, if it ended early")
        .isEqualTo(drops(ExpectedDrop.of(state, segment)));
    String rest = cells.length > 3 ? cells[3].trim() : "";
    if (rest.matches("[0-9]+")) {
      assertThat(script.socket().available()).as("readable").isEqualTo(Long.parseLong(rest));
      assertThat(script.socket().failure()).isNull();
    } else if (!rest.isEmpty()) {
      script.expectFailure(TcpError.valueOf(rest));
    }
    script.end();
  }

  /** The same segment with a timestamp older than the last: acknowledged and dropped (PAWS). */
  private void runOld(String state, String row, String acknowledgement) {
    PacketScript script = reach(state, true);
    TcpState before = script.info().state();
    script
        .inject(row.split("\\|", -1)[0].trim() + " <TS val 7 ecr 0>")
        .expectWithin("50ms", acknowledgement)
        .expectNothingFor("50ms")
        .expectState(before)
        .check(s -> assertThat(s.harness().drops()).isEqualTo(drops(oldTimestampIn(state))))
        .end();
  }

  private static Map<DropReason, Long> drops(DropReason reason) {
    return reason == null ? Map.of() : Map.of(reason, 1L);
  }

  private static DropReason oldTimestampIn(String state) {
    return switch (state) {
      case "TIME_WAIT" -> DropReason.TCP_TIME_WAIT;
      default -> DropReason.TCP_PAWS;
    };
  }

  /** The rows and, for segments that are neither SYN nor RST, each with an older timestamp. */
  private List<DynamicTest> rows(String state, String table, String acknowledgement) {
    List<DynamicTest> tests = rows(state, table);
    for (String row : table.lines().toList()) {
      if (!row.startsWith("S") && !row.startsWith("R")) {
        String name = row.replaceAll("\\s+", " ") + ", timestamp older";
        tests.add(DynamicTest.dynamicTest(name, () -> runOld(state, row, acknowledgement)));
      }
    }
    return tests;
  }

  private List<DynamicTest> rows(String state, String table) {
    List<DynamicTest> tests = new ArrayList<>();
    for (String row : table.lines().toList()) {
      String name = row.replaceAll("\\s+", " ");
      tests.add(DynamicTest.dynamicTest(name, () -> run(state, row, false)));
      tests.add(DynamicTest.dynamicTest(name + ", timestamps", () -> run(state, row, true)));
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> closed() {
    return rows("CLOSED", CLOSED);
  }

  @TestFactory
  List<DynamicTest> listen() {
    return rows("LISTEN", LISTEN);
  }

  @TestFactory
  List<DynamicTest> synSent() {
    return rows("SYN_SENT", SYN_SENT);
  }

  @TestFactory
  List<DynamicTest> synReceived() {
    return rows("SYN_RECEIVED", SYN_RECEIVED, ". 1:1(0) ack 1");
  }

  @TestFactory
  List<DynamicTest> synReceivedOfASimultaneousOpening() {
    return rows("SIMULTANEOUS", SIMULTANEOUS, ". 1:1(0) ack 1");
  }

  @TestFactory
  @Rfc("9293 SHLD-2")
  List<DynamicTest> established() {
    return rows("ESTABLISHED", ESTABLISHED, ". 101:101(0) ack 1");
  }

  @TestFactory
  List<DynamicTest> finWait1() {
    return rows("FIN_WAIT_1", FIN_WAIT_1, ". 2:2(0) ack 1");
  }

  @TestFactory
  List<DynamicTest> finWait2() {
    return rows("FIN_WAIT_2", FIN_WAIT_2, ". 2:2(0) ack 1");
  }

  @TestFactory
  List<DynamicTest> closeWait() {
    return rows("CLOSE_WAIT", CLOSE_WAIT, ". 101:101(0) ack 2");
  }

  @TestFactory
  List<DynamicTest> closing() {
    return rows("CLOSING", CLOSING, ". 2:2(0) ack 2");
  }

  @TestFactory
  List<DynamicTest> lastAck() {
    return rows("LAST_ACK", LAST_ACK, ". 2:2(0) ack 2");
  }

  @TestFactory
  @Rfc({"1337 3", "6191 2"})
  List<DynamicTest> timeWait() {
    return rows("TIME_WAIT", TIME_WAIT, ". 2:2(0) ack 2");
  }
}
