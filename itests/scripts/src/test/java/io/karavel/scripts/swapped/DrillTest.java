package io.karavel.scripts.swapped;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.ModuleFactory;
import io.karavel.engine.internal.drill.Drill;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.successors.BadSuccessors;
import io.karavel.testkit.successors.TamperedTcp;
import io.karavel.testkit.successors.Tampers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The drill before a swap: a sound newcomer passes, and one that misbehaves only on the wire, loses
 * a timer or throws late is found out before anything is touched.
 */
class DrillTest {
  private static final List<String> SLOTS = List.of("timer", "keepalive", "ip", "tcp");

  private final StackHarness stack = StackHarness.create();

  private String drill(String slot, ModuleFactory candidate) {
    List<ModuleSource> atWork = new ArrayList<>();
    SLOTS.forEach(each -> atWork.add(ModuleSource.of(stack.factory(each))));
    return new Drill(atWork, new ModuleSource(candidate, slot, "9.9.9", 0, 1)).problem();
  }

  @ParameterizedTest
  @ValueSource(strings = {"timer", "keepalive", "ip", "tcp"})
  void aSoundNewcomerPasses(String slot) {
    assertThat(drill(slot, stack.factory(slot))).isNull();
  }

  /** What is wrong with a newcomer of TCP. */
  private record Defect(String name, String said, Supplier<TamperedTcp.Tampering> tampering) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Defect> onTheWire() {
    return List.of(
        new Defect(
            "acknowledges too much in CLOSING",
            "closing in the same moment as the peer: it acknowledges what has not arrived",
            Tampers::closingAcknowledgesTooMuch),
        new Defect(
            "acknowledges too little in CLOSING",
            "closing in the same moment as the peer: it does not acknowledge",
            Tampers::closingAcknowledgesTooLittle),
        new Defect(
            "takes acknowledgements back",
            "it takes acknowledgements back",
            Tampers::takesAcknowledgementsBack),
        new Defect(
            "acknowledges a hole",
            "it acknowledges what has not arrived",
            Tampers::acknowledgesAHole),
        new Defect(
            "loses all its timers",
            "sending again what was lost at the end",
            Tampers::losesItsTimers),
        new Defect(
            "drops a byte at the ring's wrap",
            "it sends other bytes than the application wrote",
            Tampers::dropsAByteAtTheWrap),
        new Defect(
            "sends other bytes again",
            "it sends other bytes than the application wrote",
            Tampers::sendsOtherBytesAgain),
        new Defect("sends a byte too many", "that nobody wrote", Tampers::sendsAByteTooMany),
        new Defect(
            "skips a sequence number",
            "taking over in the middle of a transfer",
            Tampers::skipsASequenceNumber),
        new Defect("has wrong checksums", "wrong checksum", Tampers::hasWrongChecksums),
        new Defect(
            "is silent at a shut window",
            "waiting for a shut window to open",
            Tampers::isSilentAtAShutWindow),
        new Defect(
            "spoils what arrives", "is not the one that was written", Tampers::spoilsWhatArrives),
        new Defect("repeats everything", "were sent again", Tampers::repeatsEverything));
  }

  @ParameterizedTest
  @MethodSource("onTheWire")
  void whatMisbehavesOnTheWireIsFoundOut(Defect defect) {
    String problem = drill("tcp", new TamperedTcp(stack.factory("tcp"), defect.tampering()));
    assertThat(problem).contains(defect.said());
  }

  @Test
  void whatThrowsAfterAWhileIsFoundOut() {
    assertThat(drill("tcp", BadSuccessors.throwsAfterTwoSeconds(stack.factory("tcp"))))
        .contains("two seconds are over");
    assertThat(drill("ip", BadSuccessors.throwing(stack.factory("ip"), "onFrame", 500)))
        .contains("bad successor");
    assertThat(drill("timer", BadSuccessors.throwing(stack.factory("timer"), "pollDue", 5)))
        .contains("bad successor");
  }
}
