package io.karavel.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Reads what {@link HandoverWriter} wrote: {@code while (reader.next()) switch (reader.tag())}.
 * Unknown tags are skipped by calling {@link #next()} again, or kept in {@link UnknownFields} to be
 * written again. One thread.
 */
public final class HandoverReader {
  private final String slot;
  private final ByteBuffer in;

  /** Where the values are that hold fields, ascending; none if that is not known. */
  private final int[] nested;

  private int tag;
  private int start;
  private int length;

  private HandoverReader(String slot, ByteBuffer in, int[] nested) {
    this.slot = slot;
    this.in = in;
    this.nested = nested;
  }

  static HandoverReader open(String slot, byte[] form, int[] nested) throws HandoverException {
    if (form.length == 0) {
      return new HandoverReader(slot, ByteBuffer.wrap(form), nested);
    }
    if (form.length < 4) {
      throw new HandoverException(
          "slot " + slot + ": kept state is torn, " + form.length + " bytes");
    }
    CRC32C crc = new CRC32C();
    crc.update(form, 0, form.length - 4);
    if ((int) crc.getValue() != ByteBuffer.wrap(form).getInt(form.length - 4)) {
      throw new HandoverException("slot " + slot + ": checksum of the kept state does not match");
    }
    return new HandoverReader(slot, ByteBuffer.wrap(form, 0, form.length - 4), nested);
  }

  /** Goes to the next field of this level; false at the end. */
  public boolean next() throws HandoverException {
    if (in.remaining() == 0) {
      return false;
    }
    if (in.remaining() < 6) {
      throw new HandoverException("slot " + slot + ": field header torn at " + in.position());
    }
    tag = in.getShort() & 0xffff;
    length = in.getInt();
    start = in.position();
    if (length < 0 || length > in.remaining()) {
      throw new HandoverException("slot " + slot + ": field " + tag + " has length " + length);
    }
    in.position(start + length);
    return true;
  }

  /** Tag of the current field. */
  public int tag() {
    return tag;
  }

  private void expect(int bytes) throws HandoverException {
    if (length != bytes) {
      throw new HandoverException(
          "slot "
              + slot
              + ": field "
              + tag
              + " has "
              + length
              + " bytes where "
              + bytes
              + " belong");
    }
  }

  /** The current field as 32 bits. */
  public int intValue() throws HandoverException {
    expect(4);
    return in.getInt(start);
  }

  /** The current field as 64 bits. */
  public long longValue() throws HandoverException {
    expect(8);
    return in.getLong(start);
  }

  /** The current field as a boolean. */
  public boolean booleanValue() throws HandoverException {
    expect(1);
    return in.get(start) != 0;
  }

  /** The current field as text. */
  public String textValue() {
    return new String(in.array(), in.arrayOffset() + start, length, StandardCharsets.UTF_8);
  }

  /** The bytes of the current field. */
  public byte[] bytes() {
    byte[] value = new byte[length];
    in.get(start, value);
    return value;
  }

  /**
   * The object the current field refers to.
   *
   * @throws HandoverException if it is missing or of another type
   */
  public <T> T attachment(Handover handover, Class<T> type) throws HandoverException {
    Object value = handover.attachment(intValue());
    if (!type.isInstance(value)) {
      throw new HandoverException(
          "slot "
              + slot
              + ": field "
              + tag
              + " refers to a "
              + value.getClass().getName()
              + " where a "
              + type.getName()
              + " belongs");
    }
    return type.cast(value);
  }

  /** A reader over the fields inside the current field. */
  public HandoverReader nested() {
    return new HandoverReader(slot, in.duplicate().position(start).limit(start + length), nested);
  }

  /** Whether the current field is known to hold fields; never in state read back from disk. */
  boolean isNested() {
    return Arrays.binarySearch(nested, start) >= 0;
  }
}
