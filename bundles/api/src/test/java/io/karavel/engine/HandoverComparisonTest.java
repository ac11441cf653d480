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
  void anyChangedOctetOfAnyLengthIsFound() {
    for (int length = 0; length < 40; length++) {
      byte[] value = new byte[length];
      Handover one = state(out -> out.begin(3).putBytes(4, value).end());
      assertThat(comparison.missing(one, state(out -> out.begin(3).putBytes(4, value).end())))
          .isEmpty();
      byte[] longer = new byte[length + 1];
      assertThat(comparison.missing(one, state(out -> out.begin(3).putBytes(4, longer).end())))
          .hasSize(1);
      for (int at = 0; at < length; at++) {
        byte[] changed = value.clone();
        changed[at] = 1;
        assertThat(comparison.missing(one, state(out -> out.begin(3).putBytes(4, changed).end())))
            .hasSize(1);
      }
    }
  }

  @Test
  void whatMovesFromOneElementToAnotherIsFound() {
    Handover one =
        state(
            out -> {
              flow(out, 80, "a");
              flow(out, 81, "b");
            });
    Handover exchanged =
        state(
            out -> {
              flow(out, 80, "b");
              flow(out, 81, "a");
            });
    assertThat(comparison.missing(one, exchanged))
        .singleElement()
        .asString()
        .startsWith("field 3 differs: ");
  }

  @Test
  void theSameStateOfManyConnectionsIsComparedWithoutBeingCopied() {
    Handover many =
        state(
            out -> {
              for (int i = 0; i < 10_000; i++) {
                out.begin(3);
                for (int tag = 1; tag < 50; tag++) {
                  out.putLong(tag, i * 31L + tag);
                }
                out.end();
              }
            });
    assertThat(comparison.missing(many, many)).isEmpty(); // its classes are loaded
    long before = allocatedBytes();
    assertThat(comparison.missing(many, many)).isEmpty();
    assertThat(allocatedBytes() - before).isLessThan(many.formBytes());
  }

  private static long allocatedBytes() {
    return ((com.sun.management.ThreadMXBean)
            java.lang.management.ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }

  @Test
  void nothingIsMissingFromNothing() {
    assertThat(comparison.missing(Handover.empty("tcp"), state(out -> out.putInt(1, 1)))).isEmpty();
    assertThat(comparison.missing(state(out -> out.putInt(1, 1)), Handover.empty("tcp")))
        .containsExactly("field 1 is not kept");
  }
}
