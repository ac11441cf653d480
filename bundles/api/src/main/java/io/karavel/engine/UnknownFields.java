package io.karavel.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Fields of a hand-over form that only a later version of the module understands: kept, and written
 * again as they were and in their order, so that a way back to the earlier version and forth again
 * loses nothing. What refers to attachments cannot be among them, because a reference is the place
 * in its own form: a field with one needs a new {@linkplain StateVersions version} of the state.
 *
 * <p>Most objects never have any, so where there are many the variable stays null: {@link #with},
 * {@link #write}. One thread.
 */
public final class UnknownFields {
  /** The bytes, or the fields in it. */
  private static final class Field {
    final int tag;
    final byte[] value;
    final UnknownFields fields;

    Field(int tag, byte[] value, UnknownFields fields) {
      this.tag = tag;
      this.value = value;
      this.fields = fields;
    }
  }

  private final List<Field> fields = new ArrayList<>(1);

  /** Keeps the reader's current field. */
  public void add(HandoverReader reader) throws HandoverException {
    if (!reader.isNested()) {
      fields.add(new Field(reader.tag(), reader.bytes(), null));
      return;
    }
    UnknownFields inner = new UnknownFields();
    HandoverReader in = reader.nested();
    while (in.next()) {
      inner.add(in);
    }
    fields.add(new Field(reader.tag(), null, inner));
  }

  /**
   * Keeps the reader's current field beside what there is.
   *
   * @param kept null if there is nothing yet
   * @return {@code kept}, or what holds the field now
   */
  public static UnknownFields with(UnknownFields kept, HandoverReader reader)
      throws HandoverException {
    UnknownFields all = kept == null ? new UnknownFields() : kept;
    all.add(reader);
    return all;
  }

  /** Writes them all. */
  public void export(HandoverWriter writer) {
    for (Field field : fields) {
      if (field.fields == null) {
        writer.putBytes(field.tag, field.value);
      } else {
        field.fields.export(writer.begin(field.tag));
        writer.end();
      }
    }
  }

  /**
   * Writes them all.
   *
   * @param kept null if there are none
   */
  public static void write(UnknownFields kept, HandoverWriter writer) {
    if (kept != null) {
      kept.export(writer);
    }
  }
}
