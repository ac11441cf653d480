package io.karavel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a rehearsal finds out about two states. */
class HandoverComparisonTest {
  private final HandoverComparison comparison = new HandoverComparison(String::valueOf);

  private static Handover state(Consumer<HandoverWriter> fields) {
    HandoverWriter writer = new HandoverWriter("tcp", 1);
    fields.accept(writer);
    return writer.finish();
  }

  private static void flow(HandoverWriter out, int port, String socket) {
    out.begin(3).putAttachment(1, socket).putInt(2, port).end();
  }

  @Test
  void theOrderOfFieldsAndAttachmentsDoesNotMatter() {
    Handover one =
        state(
            out -> {
              flow(out, 80, "a");
              flow(out, 81, "b");
            });
    Handover other =
        state(
            out -> {
              out.begin(3).putInt(2, 81).putAttachment(1, "b").end();
              flow(out, 80, "a");
            });
    assertThat(comparison.missing(one, other)).isEmpty();
    assertThat(one.sameForm(other)).isFalse();
  }

  @Test
  void whatALaterVersionAddsIsNoDifference() {
    Handover one = state(out -> flow(out, 80, "a"));
    Handover other =
        state(
            out ->
                out.begin(3)
                    .putInt(2, 80)
                    .putLong(9, 1)
                    .putAttachment(1, "a")
                    .end()
                    .putText(7, "new"));
    assertThat(comparison.missing(one, other)).isEmpty();
    assertThat(comparison.missing(other, one))
        .contains("field 3/9 is not kept", "field 7 is not kept");
  }

  @Test
  void aChangedValueAnotherObjectAndAMissingElementAreFound() {
    Handover one = state(out -> flow(out, 80, "a"));
    assertThat(comparison.missing(one, state(out -> flow(out, 81, "a"))))
        .singleElement()
        .asString()
        .startsWith("field 3 differs: ");
    assertThat(comparison.missing(one, state(out -> flow(out, 80, "b"))))
        .singleElement()
        .asString()
        .startsWith("field 3 differs: ");
    Handover two =
        state(
            out -> {
              flow(out, 80, "a");
              flow(out, 80, "a");
            });
    assertThat(comparison.missing(two, one)).contains("field 3 is there 1 times, not 2");
  }

  @Test
  void nothingIsMissingFromNothing() {
    assertThat(comparison.missing(Handover.empty("tcp"), state(out -> out.putInt(1, 1)))).isEmpty();
    assertThat(comparison.missing(state(out -> out.putInt(1, 1)), Handover.empty("tcp")))
        .containsExactly("field 1 is not kept");
  }
}
