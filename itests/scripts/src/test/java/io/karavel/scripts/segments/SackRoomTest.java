package io.karavel.scripts.segments;

import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** How many blocks of SACK a segment has room for, and what that leaves for data. */
class SackRoomTest {
  private static PacketScript fiveHoles(String options, String timestamps) {
    PacketScript script = PacketScript.create().openPassively("S 0:0(0) win 65535 " + options);
    for (int hole = 0; hole < 5; hole++) {
      int from = 1001 + 2000 * hole;
      script.inject(". " + from + ":" + (from + 1000) + "(1000) ack 1" + timestamps);
    }
    return script;
  }

  /** Of 40 bytes of options two are its own and eight each block's. */
  @Test
  @Rfc("2018 3")
  void fourAreToldWhereThereIsNoOtherOption() {
    fiveHoles("<mss 1460,sackOK>", "")
        .discardSent()
        .inject(". 11001:12001(1000) ack 1")
        .expect(". 1:1(0) ack 1 <nop,nop,sack 11001:12001 9001:10001 7001:8001 5001:6001>")
        .end();
  }

  /** With timestamps, which take ten and what aligns them, it is three. */
  @Test
  @Rfc({"2018 3", "7323 3.2"})
  void threeAreToldBesideTimestamps() {
    fiveHoles("<mss 1460,sackOK,TS>", " <TS>")
        .discardSent()
        .inject(". 11001:12001(1000) ack 1 <TS>")
        .expect(". 1:1(0) ack 1 <nop,nop,TS,nop,nop,sack 11001:12001 9001:10001 7001:8001>")
        .end();
  }

  /** The MSS counts no options: the data of a segment is so much shorter (RFC 6691 §2). */
  @Test
  @Rfc("6691 2")
  void dataLeavesRoomForTheBlocksThatGoWithIt() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 65535 <mss 1460,sackOK>")
        .inject(". 1001:2001(1000) ack 1")
        .discardSent()
        .write(3000)
        .expect(". 1:1449(1448) ack 1 <nop,nop,sack 1001:2001>")
        .expect(". 1449:2897(1448) ack 1 <nop,nop,sack 1001:2001>")
        .expect("P. 2897:3001(104) ack 1 <nop,nop,sack 1001:2001>")
        .end();
  }

  /** Four blocks and their padding are 36 bytes; with timestamps three are 28 and those are 12. */
  @Test
  @Rfc("6691 2")
  void ofManyBlocksOnlyThoseAreCountedThatGo() {
    fiveHoles("<mss 1460,sackOK>", "")
        .discardSent()
        .write(1460)
        .expect(". 1:1425(1424) ack 1 <nop,nop,sack 9001:10001 7001:8001 5001:6001 3001:4001>")
        .discardSent()
        .end();
    fiveHoles("<mss 1460,sackOK,TS>", " <TS>")
        .discardSent()
        .write(1460)
        .expect(". 1:1421(1420) ack 1 <nop,nop,TS,nop,nop,sack 9001:10001 7001:8001 5001:6001>")
        .discardSent()
        .end();
  }
}
