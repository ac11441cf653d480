package io.karavel.engine;

import java.util.Arrays;
import java.util.List;

/**
 * The state of a module in a form that another version of it can read: tagged, length-prefixed
 * fields with a checksum (see {@link HandoverWriter}), plus attachments by reference.
 *
 * <p>Attachments are JDK, {@code packet} or {@code api} objects only (byte rings, descriptors,
 * sockets), so that no class of the old module outlives it.
 */
public final class Handover {
  private static final byte[] NOTHING = new byte[0];

  private final String slot;
  private final int version;
  private final byte[] form;
  private final List<Object> attachments;

  private Handover(String slot, int version, byte[] form, List<Object> attachments) {
    this.slot = slot;
    this.version = version;
    this.form = form;
    this.attachments = attachments;
  }

  /** State of a slot in a version; made by {@link HandoverWriter#finish()}. */
  static Handover of(String slot, int version, byte[] form, List<Object> attachments) {
    return new Handover(slot, version, form, List.copyOf(attachments));
  }

  /** State that was read back from disk, without attachments. */
  public static Handover restored(String slot, int version, byte[] form) {
    return new Handover(slot, version, form.clone(), List.of());
  }

  /** No state: a first start. */
  public static Handover empty(String slot) {
    return new Handover(slot, 0, NOTHING, List.of());
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
    return HandoverReader.open(slot, form);
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
