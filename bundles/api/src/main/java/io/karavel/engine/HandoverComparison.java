package io.karavel.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Says what of a state is missing in, or different from, what a module exported after opening it.
 * The order of fields does not matter, nor do fields that only the other one has: a later version
 * may know more. One thread.
 */
public final class HandoverComparison {
  /** More than this many findings say nothing new. */
  private static final int FINDINGS = 5;

  private final Function<Object, String> name;

  /** Attachments are the same when {@code name} gives them the same name. */
  public HandoverComparison(Function<Object, String> name) {
    this.name = name;
  }

  /** A field: its tag, and its bytes, attachment or fields. */
  private record Field(int tag, String value, List<Field> fields) {}

  /** What is missing or different, a sentence each; empty if {@code actual} has all of it. */
  public List<String> missing(Handover expected, Handover actual) {
    List<String> findings = new ArrayList<>();
    List<Field> wanted = parse(expected);
    List<Field> found = parse(actual);
    Set<String> known = new LinkedHashSet<>();
    paths(found, "", known);
    Set<String> common = new LinkedHashSet<>();
    paths(wanted, "", common);
    for (String path : common) {
      if (!known.contains(path) && known.contains(parent(path))) {
        findings.add("field " + path + " is not kept");
      }
    }
    common.retainAll(known);
    compare(wanted, found, common, findings);
    return findings.size() <= FINDINGS ? findings : findings.subList(0, FINDINGS);
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  private static void compare(
      List<Field> wanted, List<Field> found, Set<String> common, List<String> findings) {
    Map<Integer, List<String>> there = new HashMap<>();
    for (Field field : found) {
      there
          .computeIfAbsent(field.tag(), tag -> new ArrayList<>())
          .add(canonical(field, "" + field.tag(), common));
    }
    Map<Integer, List<String>> expected = new HashMap<>();
    for (Field field : wanted) {
      if (common.contains("" + field.tag())) {
        expected
            .computeIfAbsent(field.tag(), tag -> new ArrayList<>())
            .add(canonical(field, "" + field.tag(), common));
      } else if (!findings.contains("field " + field.tag() + " is not kept")) {
        findings.add("field " + field.tag() + " is not kept");
      }
    }
    expected.forEach(
        (tag, values) -> {
          List<String> others = there.getOrDefault(tag, new ArrayList<>());
          if (values.size() != others.size()) {
            findings.add(
                "field " + tag + " is there " + others.size() + " times, not " + values.size());
          }
          values.sort(null);
          others.sort(null);
          for (int i = 0; i < Math.min(values.size(), others.size()); i++) {
            if (!values.get(i).equals(others.get(i))) {
              findings.add(
                  "field " + tag + " differs: " + difference(values.get(i), others.get(i)));
              return;
            }
          }
        });
  }

  private static String difference(String expected, String actual) {
    int at = Arrays.mismatch(expected.toCharArray(), actual.toCharArray());
    int from = Math.max(0, at - 30);
    return cut(expected, from) + " became " + cut(actual, from);
  }

  private static String cut(String text, int from) {
    return text.substring(Math.min(from, text.length()), Math.min(text.length(), from + 70));
  }

  /** The field as text, its own fields sorted, without those that are not common. */
  private static String canonical(Field field, String path, Set<String> common) {
    if (field.fields() == null) {
      return field.value();
    }
    List<String> parts = new ArrayList<>();
    for (Field inner : field.fields()) {
      String innerPath = path + "/" + inner.tag();
      if (common.contains(innerPath)) {
        parts.add(inner.tag() + "=" + canonical(inner, innerPath, common));
      }
    }
    parts.sort(null);
    return parts.toString();
  }

  private static void paths(List<Field> fields, String above, Set<String> paths) {
    paths.add(above);
    for (Field field : fields) {
      String path = above.isEmpty() ? "" + field.tag() : above + "/" + field.tag();
      if (field.fields() == null) {
        paths.add(path);
      } else {
        paths(field.fields(), path, paths);
      }
    }
  }

  private List<Field> parse(Handover handover) {
    byte[] form = handover.rawForm();
    int end = form.length == 0 ? 0 : form.length - Integer.BYTES;
    return parse(handover, ByteBuffer.wrap(form), 0, end);
  }

  private List<Field> parse(Handover handover, ByteBuffer form, int start, int end) {
    List<Field> fields = new ArrayList<>();
    int at = start;
    while (at < end) {
      int tag = form.getShort(at) & 0xffff;
      int length = form.getInt(at + Short.BYTES);
      int value = at + Short.BYTES + Integer.BYTES;
      if (Arrays.binarySearch(handover.nested, value) >= 0) {
        fields.add(new Field(tag, null, parse(handover, form, value, value + length)));
      } else if (Arrays.binarySearch(handover.references, value) >= 0) {
        Object attachment = handover.attachments().get(form.getInt(value));
        fields.add(new Field(tag, name.apply(attachment), null));
      } else {
        fields.add(new Field(tag, hexadecimal(form, value, length), null));
      }
      at = value + length;
    }
    return fields;
  }

  private static String hexadecimal(ByteBuffer form, int from, int length) {
    StringBuilder text = new StringBuilder(length * 2);
    for (int i = from; i < from + length; i++) {
      int octet = form.get(i) & 0xff;
      text.append(Character.forDigit(octet >>> 4, 16)).append(Character.forDigit(octet & 15, 16));
    }
    return text.toString();
  }
}
