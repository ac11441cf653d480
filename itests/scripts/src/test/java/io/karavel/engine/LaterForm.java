package io.karavel.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes of a hand-over form what a later version of its module would write, and takes it back. In
 * the package of the form, because only that shows which fields hold fields and which refer to
 * attachments.
 */
public final class LaterForm {
  /** A field that no version of today knows: a number. */
  private static final int ADDED = 0x7e01;

  /** The same, holding fields. */
  private static final int ADDED_FIELDS = 0x7e02;

  private final Handover from;
  private final HandoverWriter out;
  private final int shift;
  private final boolean adding;
  private final java.util.function.Predicate<String> places;
  private final Map<String, Integer> found;

  private LaterForm(
      Handover from,
      int version,
      int shift,
      boolean adding,
      java.util.function.Predicate<String> places,
      Map<String, Integer> found) {
    this.from = from;
    this.shift = shift;
    this.adding = adding;
    this.places = places;
    this.found = found;
    out = new HandoverWriter(from.slot(), version);
  }

  /**
   * The form of a later version: other tags at the top, and two more fields in each place.
   *
   * @param places asked with the tags that lead to a place, as "3/25"; "" is the top
   */
  public static Handover later(
      Handover today, int version, int shift, java.util.function.Predicate<String> places) {
    return new LaterForm(today, version, shift, true, places, null).written();
  }

  /**
   * The form of today, without the added fields.
   *
   * @param found told how many added fields there were in which place
   */
  public static Handover today(Handover later, int shift, Map<String, Integer> found) {
    return new LaterForm(later, 1, -shift, false, place -> true, found).written();
  }

  /** How many added fields there are in which place. */
  public static Map<String, Integer> added(Handover form, int shift) {
    Map<String, Integer> found = new TreeMap<>();
    today(form, shift, found);
    return found;
  }

  private Handover written() {
    byte[] form = from.rawForm();
    if (form.length > 0) {
      copy(ByteBuffer.wrap(form), 0, form.length - Integer.BYTES, "");
    }
    return out.finish();
  }

  private void copy(ByteBuffer form, int start, int end, String place) {
    int at = start;
    while (at < end) {
      int tag = form.getShort(at) & 0xffff;
      int length = form.getInt(at + 2);
      int value = at + 6;
      at = value + length;
      if (tag == ADDED || tag == ADDED_FIELDS) {
        if (!adding) {
          found.merge(place, 1, Integer::sum);
          continue;
        }
      }
      int written = place.isEmpty() && tag < ADDED ? tag + shift : tag;
      if (Arrays.binarySearch(from.nested, value) >= 0) {
        out.begin(written);
        copy(form, value, at, place.isEmpty() ? "" + Math.min(tag, written) : place + "/" + tag);
        out.end();
      } else if (Arrays.binarySearch(from.references, value) >= 0) {
        out.putAttachment(written, from.attachments().get(form.getInt(value)));
      } else {
        byte[] bytes = new byte[length];
        form.get(value, bytes);
        out.putBytes(written, bytes);
      }
    }
    if (adding && places.test(place)) {
      out.putLong(ADDED, 0x5ca1ab1e).begin(ADDED_FIELDS).putInt(1, place.length()).end();
    }
  }
}
