package io.karavel.scripts.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.testkit.script.PacketScript;
import org.junit.jupiter.api.Test;

/** A peer that closes its window over what is in flight is no sign that the way is broken. */
class ClosedWindowRouteTest {
  @Test
  void itsRouteIsNotSuspectedWhenLimitsChangeOrModulesAreSwapped() {
    PacketScript script = PacketScript.create().openPassively("S 0:0(0) win 65535 <mss 1460>");
    script.mark().write(2000).expect(". 1:1461(1460) ack 1", "P. 1461:2001(540) ack 1");
    script.inject(". 1:1(0) ack 1461 win 0");
    script.at("0.2s").expect("P. 1461:2001(540) ack 1");
    script.at("0.6s").expect("P. 1461:2001(540) ack 1");
    script.at("1.4s").expect("P. 1461:2001(540) ack 1");
    script.at("3s").expect("P. 1461:2001(540) ack 1");
    assertThat(script.info().details()).containsEntry("routeSuspected", false);
    script.tcp("retries2", 14);
    assertThat(script.info().details()).containsEntry("routeSuspected", false);
    script.replace("tcp");
    assertThat(script.info().details()).containsEntry("routeSuspected", false);
    script.inject("R 1:1(0)").end();
  }
}
