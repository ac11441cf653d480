package io.karavel.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes the state of a module as a sequence of fields: tag (16 bit), length (32 bit), bytes. A
 * field can hold fields again ({@link #begin}, {@link #end}); a tag can be repeated, as the
 * elements of a list. Tags are constants of the module and are never reused for something else. A
 * CRC-32C over everything ends the form. One thread.
 */
public final class HandoverWriter {
  private final String slot;
  private final int version;
  private final List<Object> attachments = new ArrayList<>();
  private ByteBuffer out;
  private int[] open = new int[8];
  private int depth;
  private int[] nested = new int[16];
  private int nestedCount;
  private int[] references = new int[16];
  private int referenceCount;

  /** A writer for a slot's state in a version of 1 and more. */
  public HandoverWriter(String slot, int version) {
    this(slot, version, 1024);
  }

  /** The same for a form of about so many bytes: it is not moved while it grows up to them. */
  public HandoverWriter(String slot, int version, int expectedBytes) {
    if (version < 1) {
      throw new IllegalArgumentException("version " + version + " is below 1");
    }
    this.slot = slot;
    this.version = version;
    out = ByteBuffer.allocate(expectedBytes);
  }

  private static int[] noted(int[] places, int count, int place) {
    int[] all = count == places.length ? Arrays.copyOf(places, count * 2) : places;
    all[count] = place;
    return all;
  }

  private void room(int bytes) {
    if (out.remaining() < bytes) {
      ByteBuffer larger =
          ByteBuffer.allocate(Math.max(out.capacity() * 2, out.position() + bytes + 1024));
      larger.put(out.flip());
      out = larger;
    }
  }

  private void header(int tag, int length) {
    if (tag < 1 || tag > 0xffff) {
      throw new IllegalArgumentException("tag " + tag + " is not within 1 to 65535");
    }
    room(6 + length);
    out.putShort((short) tag).putInt(length);
  }

  /** A field of 32 bits. */
  public HandoverWriter putInt(int tag, int value) {
    header(tag, 4);
    out.putInt(value);
    return this;
  }

  /** A field of 64 bits. */
  public HandoverWriter putLong(int tag, long value) {
    header(tag, 8);
    out.putLong(value);
    return this;
  }

  /** A boolean field. */
  public HandoverWriter putBoolean(int tag, boolean value) {
    header(tag, 1);
    out.put((byte) (value ? 1 : 0));
    return this;
  }

  /** A text field, in UTF-8. */
  public HandoverWriter putText(int tag, String value) {
    return putBytes(tag, value.getBytes(StandardCharsets.UTF_8));
  }

  /** A field of raw bytes. */
  public HandoverWriter putBytes(int tag, byte[] value) {
    header(tag, value.length);
    out.put(value);
    return this;
  }

  /** A field that refers to an object by reference; JDK, packet and api classes only. */
  public HandoverWriter putAttachment(int tag, Object value) {
    attachments.add(value);
    references = noted(references, referenceCount++, out.position() + 6);
    return putInt(tag, attachments.size() - 1);
  }

  /** Begins a field that holds fields. */
  public HandoverWriter begin(int tag) {
    header(tag, 0);
    if (depth == open.length) {
      open = Arrays.copyOf(open, depth * 2);
    }
    open[depth++] = out.position();
    nested = noted(nested, nestedCount++, out.position());
    return this;
  }

  /** Ends the field begun last. */
  public HandoverWriter end() {
    int start = open[--depth];
    out.putInt(start - 4, out.position() - start);
    return this;
  }

  /** The finished state. */
  public Handover finish() {
    if (depth != 0) {
      throw new IllegalStateException(depth + " fields were begun and not ended");
    }
    byte[] form = new byte[out.position() + 4];
    out.flip().get(form, 0, form.length - 4);
    CRC32C crc = new CRC32C();
    crc.update(form, 0, form.length - 4);
    ByteBuffer.wrap(form).putInt(form.length - 4, (int) crc.getValue());
    return Handover.of(
        slot,
        version,
        form,
        attachments,
        Arrays.copyOf(nested, nestedCount),
        Arrays.copyOf(references, referenceCount));
  }
}
