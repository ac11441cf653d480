package io.karavel.scripts.segments;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.DropReason;
import io.karavel.testkit.script.PacketScript;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is discarded has one reason and is counted once. */
class DropReasonsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "P. 2000000:2000100(100) ack 1 | TCP_SEQUENCE",
        ". 101:101(0) ack 1000000 | TCP_ACK",
        "R 110:110(0) | TCP_RST_CHALLENGED",
        "R 2000000:2000000(0) | TCP_SEQUENCE",
        "S 5:5(0) win 65535 | TCP_SYN_CHALLENGED",
        "P. 1:101(100) ack 1 | TCP_OLD_DATA",
      })
  void aSegmentThatAnOpenConnectionRefuses(String segment, DropReason reason) {
    PacketScript script =
        PacketScript.create()
            .openPassively()
            .inject("P. 1:101(100) ack 1")
            .expect(". 1:1(0) ack 101")
            .read(100);
    Map<DropReason, Long> before = script.harness().drops();
    assertThat(before).isEmpty();
    script.inject(segment).discardSent();
    assertThat(script.harness().drops()).containsExactly(Map.entry(reason, 1L));
    script.end();
  }

  @Test
  void anOldTimestamp() {
    PacketScript script =
        PacketScript.create()
            .openPassively("S 0:0(0) win 65535 <mss 1460,TS val 100 ecr 0>")
            .inject("P. 1:101(100) ack 1 <TS val 99 ecr 0>")
            .discardSent();
    assertThat(script.harness().drops()).containsExactly(Map.entry(DropReason.TCP_PAWS, 1L));
    script.end();
  }
}
