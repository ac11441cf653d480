package io.karavel.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;

/**
 * The state of a module in a form that another version of it can read: tagged, length-prefixed
 * fields with a checksum (see {@link HandoverWriter}), plus attachments by reference.
 *
 * <p>Attachments are JDK, {@code packet} or {@code api} objects only (byte rings, descriptors,
 * sockets), so that no class of the old module outlives it.
 */
public final class Handover {
  private static final byte[] NOTHING = new byte[0];
  private static final int[] NOWHERE = {};

  private final String slot;
  private final int version;
  private final byte[] form;
  private final List<Object> attachments;

  /** Where in the form the values are that hold fields, ascending; none if read back from disk. */
  final int[] nested;

  /** Where in the form the values are that refer to attachments, ascending. */
  final int[] references;

  private Handover(
      String slot,
      int version,
      byte[] form,
      List<Object> attachments,
      int[] nested,
      int[] references) {
    this.nested = nested;
    this.references = references;
    this.slot = slot;
    this.version = version;
    this.form = form;
    this.attachments = attachments;
  }

  /** State of a slot in a version; made by {@link HandoverWriter#finish()}. */
  static Handover of(
      String slot,
      int version,
      byte[] form,
      List<Object> attachments,
      int[] nested,
      int[] references) {
    return new Handover(slot, version, form, List.copyOf(attachments), nested, references);
  }

  /** State that was read back from disk, without attachments. */
  public static Handover restored(String slot, int version, byte[] form) {
    return new Handover(slot, version, form.clone(), List.of(), NOWHERE, NOWHERE);
  }

  /** State that was read back from disk, referring to objects made anew. */
  public static Handover restored(String slot, int version, byte[] form, List<Object> attachments) {
    return new Handover(slot, version, form.clone(), List.copyOf(attachments), NOWHERE, NOWHERE);
  }

  /** No state: a first start. */
  public static Handover empty(String slot) {
    return new Handover(slot, 0, NOTHING, List.of(), NOWHERE, NOWHERE);
  }

  /** Whether there is no state. */
  public boolean isEmpty() {
    return version == 0;
  }

  /** The slot it came from. */
  public String slot() {
    return slot;
  }

  /** The version of the form; 0 when empty. */
  public int version() {
    return version;
  }

  /** The bytes of the form themselves, for reading. */
  byte[] rawForm() {
    return form;
  }

  /** A copy of the bytes of the form. */
  public byte[] form() {
    return form.clone();
  }

  /** Size of the form in bytes. */
  public int formBytes() {
    return form.length;
  }

  /** The attachment with an index, as the writer returned it. */
  public Object attachment(int index) throws HandoverException {
    if (index < 0 || index >= attachments.size()) {
      throw new HandoverException(
          "slot " + slot + ": attachment " + index + " of " + attachments.size() + " is missing");
    }
    return attachments.get(index);
  }

  /**
   * The same form with an attachment put in the place of each: what a copy by value refers to.
   *
   * @param replacement gives the object to be referred to instead; it may be the same
   */
  public Handover withAttachments(UnaryOperator<Object> replacement) {
    return new Handover(
        slot, version, form, attachments.stream().map(replacement).toList(), nested, references);
  }

  /**
   * The fields of this state and then those of another of the same slot and version, as one state.
   * Both were made in this JVM.
   *
   * @throws IllegalArgumentException if slot or version differ
   */
  public Handover and(Handover other) {
    if (!slot.equals(other.slot) || version != other.version) {
      throw new IllegalArgumentException(this + " and " + other + " are not alike");
    }
    int mine = form.length - Integer.BYTES;
    byte[] joined = Arrays.copyOf(form, mine + other.form.length);
    System.arraycopy(other.form, 0, joined, mine, other.form.length);
    ByteBuffer fields = ByteBuffer.wrap(joined);
    int[] allReferences = joined(references, other.references, mine);
    for (int i = references.length; i < allReferences.length; i++) {
      int at = allReferences[i];
      fields.putInt(at, fields.getInt(at) + attachments.size());
    }
    CRC32C checksum = new CRC32C();
    checksum.update(joined, 0, joined.length - Integer.BYTES);
    fields.putInt(joined.length - Integer.BYTES, (int) checksum.getValue());
    List<Object> all = new ArrayList<>(attachments);
    all.addAll(other.attachments);
    return of(slot, version, joined, all, joined(nested, other.nested, mine), allReferences);
  }

  private static int[] joined(int[] first, int[] second, int offset) {
    int[] all = Arrays.copyOf(first, first.length + second.length);
    for (int i = 0; i < second.length; i++) {
      all[first.length + i] = second[i] + offset;
    }
    return all;
  }

  /** All attachments. */
  public List<Object> attachments() {
    return attachments;
  }

  /**
   * A reader over the form.
   *
   * @throws HandoverException if the checksum does not match
   */
  public HandoverReader reader() throws HandoverException {
    return HandoverReader.open(slot, form, nested);
  }

  /** Whether two hand-overs hold the same state, for the rehearsal of a swap. */
  public boolean sameForm(Handover other) {
    return version == other.version && Arrays.equals(form, other.form);
  }

  @Override
  public String toString() {
    return "Handover["
        + slot
        + " v"
        + version
        + ", "
        + form.length
        + " bytes, "
        + attachments.size()
        + " attachments]";
  }
}
