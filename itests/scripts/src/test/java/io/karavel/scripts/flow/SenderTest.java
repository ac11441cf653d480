package io.karavel.scripts.flow;

import io.karavel.tcp.TcpOption;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** Small segments: Nagle as Minshall refined it, cork, silly windows. */
class SenderTest {
  private static PacketScript open() {
    return PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1000>");
  }

  @Test
  @Rfc({"9293 SHLD-7", "896 Nagle"})
  void oneSmallSegmentAtATime() {
    open()
        .write(10)
        .expect("P. 1:11(10) ack 1")
        .write(10)
        .write(10)
        .expectNothing()
        .inject(". 1:1(0) ack 11")
        .expect("P. 11:31(20) ack 1")
        .inject(". 1:1(0) ack 31")
        .end();
  }

  @Test
  void aSmallSegmentBehindFullOnesNeedNotWaitForThem() {
    open()
        .write(2500)
        .expect(". 1:1001(1000) ack 1", ". 1001:2001(1000) ack 1", "P. 2001:2501(500) ack 1")
        .write(100)
        .expectNothing()
        .inject(". 1:1(0) ack 2001")
        .expectNothing()
        .inject(". 1:1(0) ack 2501")
        .expect("P. 2501:2601(100) ack 1")
        .inject(". 1:1(0) ack 2601")
        .end();
  }

  @Test
  @Rfc("9293 MUST-17")
  void noDelaySendsAtOnce() {
    open()
        .write(10)
        .expect("P. 1:11(10) ack 1")
        .write(10)
        .expectNothing()
        .option(TcpOption.NO_DELAY, true)
        .expect("P. 11:21(10) ack 1")
        .write(10)
        .expect("P. 21:31(10) ack 1")
        .inject(". 1:1(0) ack 31")
        .end();
  }

  @Test
  void corkHoldsWhatIsNotFullFor200MillisecondsAtMost() {
    open()
        .option(TcpOption.CORK, true)
        .write(1500)
        .expect(". 1:1001(1000) ack 1")
        .inject(". 1:1(0) ack 1001")
        .expectNothing()
        .mark()
        .at("200ms")
        .expect("P. 1001:1501(500) ack 1")
        .inject(". 1:1(0) ack 1501")
        .write(10)
        .expectNothing()
        .option(TcpOption.CORK, false)
        .expect("P. 1501:1511(10) ack 1")
        .inject(". 1:1(0) ack 1511")
        .end();
  }

  @Test
  @Rfc({"9293 MUST-38", "9293 3.8.6.2.1"})
  void aSmallWindowIsNotFilledUnlessItIsHalfOfTheLargest() {
    PacketScript.create()
        .openPassively("S 0:0(0) win 4000 <mss 1000>")
        .inject(". 1:1(0) ack 1 win 4000")
        .write(6000)
        .expect(". 1:1001(1000) ack 1", ". 1001:2001(1000) ack 1", ". 2001:3001(1000) ack 1")
        .expect(". 3001:4001(1000) ack 1")
        .inject(". 1:1(0) ack 4001 win 300")
        .expectNothing()
        .inject(". 1:1(0) ack 4001 win 2000")
        .expect(". 4001:5001(1000) ack 1", "P. 5001:6001(1000) ack 1")
        .inject(". 1:1(0) ack 6001 win 4000")
        .end();
  }
}
