package io.karavel.scripts.recovery;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
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
