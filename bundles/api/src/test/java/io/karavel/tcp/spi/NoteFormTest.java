package io.karavel.tcp.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of an application's note goes to disk. */
class NoteFormTest {
  private static Object copy(Object note) throws IOException {
    return NoteForm.read(NoteForm.of(note));
  }

  @Test
  void plainValuesGoAlong() throws IOException {
    for (Object value : List.of("täxt", 7, -8L, true, 2.5)) {
      assertThat(copy(value)).isEqualTo(value);
    }
    assertThat(copy(null)).isNull();
  }

  @Test
  void arraysAndListsGoAlongWithTheirValues() throws IOException {
    Object[] copy =
        (Object[])
            copy(
                new Object[] {
                  new byte[] {1, 2},
                  new int[] {3},
                  new long[] {4, 5},
                  new boolean[] {true, false},
                  Arrays.asList("one", null, 2)
                });
    assertThat((byte[]) copy[0]).containsExactly(1, 2);
    assertThat((int[]) copy[1]).containsExactly(3);
    assertThat((long[]) copy[2]).containsExactly(4, 5);
    assertThat((boolean[]) copy[3]).containsExactly(true, false);
    assertThat(copy[4]).isEqualTo(Arrays.asList("one", null, 2));
  }

  @Test
  void aBufferKeepsPositionLimitAndCapacityWhateverItsKind() throws IOException {
    for (ByteBuffer buffer : List.of(ByteBuffer.allocate(9), ByteBuffer.allocateDirect(9))) {
      buffer.put(new byte[] {1, 2, 3, 4, 5}).limit(7).position(2);
      for (ByteBuffer kind : List.of(buffer, buffer.asReadOnlyBuffer())) {
        ByteBuffer copy = (ByteBuffer) copy(kind);
        assertThat(copy).isEqualTo(buffer);
        assertThat(copy.position()).isEqualTo(2);
        assertThat(copy.capacity()).isEqualTo(9);
        assertThat(copy.get(0)).isEqualTo((byte) 1);
      }
    }
  }

  @Test
  void whatIsNoPlainValueIsNullAndTheRestGoesAlong() throws IOException {
    assertThat(copy(new Object())).isNull();
    assertThat((Object[]) copy(new Object[] {new Object(), "kept"})).containsExactly(null, "kept");
  }

  @Test
  void aNoteThatContainsItselfEnds() throws IOException {
    Object[] note = new Object[1];
    note[0] = note;
    assertThat(copy(note)).isInstanceOf(Object[].class);
  }

  @Test
  void aTornFormIsRefused() throws IOException {
    byte[] form = NoteForm.of(new Object[] {"text", new long[] {1, 2}, ByteBuffer.allocate(3)});
    for (int length = 0; length < form.length; length++) {
      byte[] torn = Arrays.copyOf(form, length);
      assertThatThrownBy(() -> NoteForm.read(torn)).isInstanceOf(IOException.class);
    }
  }
}
