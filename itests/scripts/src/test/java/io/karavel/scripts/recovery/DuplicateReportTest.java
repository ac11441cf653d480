package io.karavel.scripts.recovery;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What arrived twice is told in the first block: RFC 2883 §4; the blocks' order: RFC 2018 §4. */
class DuplicateReportTest {
  private static PacketScript receiving() {
    return Flight.open(PacketScript.create(), "S 0:0(0) win 65535 <mss 1000,sackOK>")
        .inject("P. 1:1001(1000) ack 1")
        .expect(". 1:1(0) ack 1001")
        .inject("P. 1001:2001(1000) ack 1")
        .expect(". 1:1(0) ack 2001");
  }

  @Test
  @Rfc("2883 4.1.1")
  void aSegmentTakenBefore() {
    receiving()
        .inject("P. 1001:2001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 1001:2001>")
        .end();
  }

  @Test
  @Rfc("2883 4.1.2")
  void aSegmentTakenBeforeWhileOthersWaitOutOfOrder() {
    receiving()
        .inject("P. 4001:5001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 4001:5001>")
        .inject("P. 1:1001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 1:1001 4001:5001>")
        .end();
  }

  @Test
  @Rfc("2883 4.1.3")
  void aSegmentThatWaitsAlreadyIsToldBeforeTheBlockItIsIn() {
    receiving()
        .inject("P. 4001:5001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 4001:5001>")
        .inject("P. 5001:6001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 4001:6001>")
        .inject("P. 4001:5001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 4001:5001 4001:6001>")
        .end();
  }

  /** Alone, what came twice would be taken for something that is kept. */
  @Test
  @Rfc("2883 4")
  void nothingIsToldOfWhatIsForgottenBecauseNobodyReadsAnyMore() {
    PacketScript script =
        receiving()
            .inject("P. 4001:5001(1000) ack 1")
            .expect(". 1:1(0) ack 2001 <sack 4001:5001>")
            .write(100)
            .expect("P. 1:101(100) ack 2001 <sack 4001:5001>");
    AtomicBoolean leaves = new AtomicBoolean();
    script
        .socket()
        .handler(
            socket -> {
              if (leaves.get()) {
                socket.shutdownInput();
              }
            });
    leaves.set(true);
    script.inject("P. 4001:4501(500) ack 101").expect(". 101:101(0) ack 2001 <>").end();
  }

  /** The block that holds what has just come is the first, also where nothing tells of the rest. */
  @Test
  @Rfc("2018 4")
  void withoutReportsTheBlockItIsInIsToldFirst() {
    Flight.open(PacketScript.create().tcp("dsack", false), "S 0:0(0) win 65535 <mss 1000,sackOK>")
        .inject("P. 2001:3001(1000) ack 1")
        .expect(". 1:1(0) ack 1 <sack 2001:3001>")
        .inject("P. 4001:5001(1000) ack 1")
        .expect(". 1:1(0) ack 1 <sack 4001:5001 2001:3001>")
        .inject("P. 2001:3001(1000) ack 1")
        .expect(". 1:1(0) ack 1 <sack 2001:3001 4001:5001>")
        .end();
  }

  @Test
  @Rfc("2883 4.2.1")
  void ofASegmentThatIsPartlyNewThePartTakenBefore() {
    receiving()
        .inject("P. 1501:2501(1000) ack 1")
        .expect(". 1:1(0) ack 2501 <sack 1501:2001>")
        .end();
  }

  @Test
  @Rfc("2883 4")
  void itIsToldOnce() {
    receiving()
        .inject("P. 4001:5001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 4001:5001>")
        .inject("P. 1:1001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 1:1001 4001:5001>")
        .inject("P. 6001:7001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 6001:7001 4001:5001>")
        .end();
  }

  @Test
  @Rfc({"2018 4", "2018 3"})
  void theNewestBlockComesFirstAndAtMostFourFitWithoutTimestamps() {
    receiving()
        .inject("P. 4001:5001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 4001:5001>")
        .inject("P. 6001:7001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 6001:7001 4001:5001>")
        .inject("P. 8001:9001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 8001:9001 6001:7001 4001:5001>")
        .inject("P. 10001:11001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 10001:11001 8001:9001 6001:7001 4001:5001>")
        .inject("P. 12001:13001(1000) ack 1")
        .expect(". 1:1(0) ack 2001 <sack 12001:13001 10001:11001 8001:9001 6001:7001>")
        // the hole in front of the oldest is filled: what is left is told
        .inject("P. 2001:4001(2000) ack 1")
        .expect(". 1:1(0) ack 5001 <sack 12001:13001 10001:11001 8001:9001 6001:7001>")
        .end();
  }
}
