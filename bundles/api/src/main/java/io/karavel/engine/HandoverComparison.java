package io.karavel.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Says what of a state is missing in, or different from, what a module exported after opening it.
 * The order of fields does not matter, nor do fields that only the other one has: a later version
 * may know more. One thread.
 *
 * <p>States of many connections are alike in their hashes, which takes next to no memory: the
 * garbage of a comparison would be a pause of the whole JVM. Only what differs becomes text.
 */
public final class HandoverComparison {
  /** More than this many findings say nothing new. */
  private static final int FINDINGS = 5;

  private static final int HEADER_BYTES = Short.BYTES + Integer.BYTES;

  private final Function<Object, String> name;

  /** Attachments are the same when {@code name} gives them the same name. */
  public HandoverComparison(Function<Object, String> name) {
    this.name = name;
  }

  /** What is missing or different, a sentence each; empty if {@code actual} has all of it. */
  public List<String> missing(Handover expected, Handover actual) {
    List<String> findings = new ArrayList<>();
    Form wanted = new Form(expected);
    Form found = new Form(actual);
    Shape known = new Shape(0, "");
    found.learn(known);
    Shape common = new Shape(0, "");
    wanted.learn(common);
    retain(common, known, findings);
    Map<Integer, Elements> there = found.elements(common);
    wanted
        .elements(common)
        .forEach(
            (tag, elements) -> {
              Elements others = there.getOrDefault(tag, new Elements());
              if (!elements.isLike(others)) {
                Shape shape = common.inner(tag);
                compare(tag, wanted.texts(elements, shape), found.texts(others, shape), findings);
              }
            });
    return findings.size() <= FINDINGS ? findings : findings.subList(0, FINDINGS);
  }

  /** Leaves the fields that the other one knows too; of what it lacks the outermost is told. */
  private static void retain(Shape shape, Shape known, List<String> findings) {
    for (Shape inner : List.copyOf(shape.inner)) {
      Shape other = known.inner(inner.tag);
      if (other == null) {
        findings.add("field " + inner.path + " is not kept");
        shape.inner.remove(inner);
      } else {
        retain(inner, other, findings);
      }
    }
  }

  private static void compare(
      int tag, List<String> values, List<String> others, List<String> findings) {
    if (values.size() != others.size()) {
      findings.add("field " + tag + " is there " + others.size() + " times, not " + values.size());
    }
    values.sort(null);
    others.sort(null);
    for (int i = 0; i < Math.min(values.size(), others.size()); i++) {
      if (!values.get(i).equals(others.get(i))) {
        findings.add("field " + tag + " differs: " + difference(values.get(i), others.get(i)));
        return;
      }
    }
  }

  private static String difference(String expected, String actual) {
    int at = Arrays.mismatch(expected.toCharArray(), actual.toCharArray());
    int from = Math.max(0, at - 30);
    return cut(expected, from) + " became " + cut(actual, from);
  }

  private static String cut(String text, int from) {
    return text.substring(Math.min(from, text.length()), Math.min(text.length(), from + 70));
  }

  /** A kind of field: its tag within those of the field around it, in the order they were seen. */
  private static final class Shape {
    final int tag;
    final String path;
    final List<Shape> inner = new ArrayList<>();

    /** Where the last one was: fields mostly come in one order. */
    private int last;

    Shape(int tag, String path) {
      this.tag = tag;
      this.path = path;
    }

    /** The kind with a tag, or null. */
    Shape inner(int wanted) {
      for (int i = 0; i < inner.size(); i++) {
        int at = (last + i) % inner.size();
        if (inner.get(at).tag == wanted) {
          last = at;
          return inner.get(at);
        }
      }
      return null;
    }

    Shape learned(int wanted) {
      Shape shape = inner(wanted);
      if (shape == null) {
        shape = new Shape(wanted, path.isEmpty() ? "" + wanted : path + "/" + wanted);
        inner.add(shape);
      }
      return shape;
    }
  }

  /** The outermost fields of one tag: where each is, and its hash. */
  private static final class Elements {
    private int[] places = new int[4];
    private long[] hashes = new long[4];
    private int size;

    void add(int place, long hash) {
      if (size == places.length) {
        places = Arrays.copyOf(places, 2 * size);
        hashes = Arrays.copyOf(hashes, 2 * size);
      }
      places[size] = place;
      hashes[size++] = hash;
    }

    boolean isLike(Elements other) {
      return Arrays.equals(sorted(), other.sorted());
    }

    private long[] sorted() {
      long[] sorted = Arrays.copyOf(hashes, size);
      Arrays.sort(sorted);
      return sorted;
    }
  }

  /** The bytes of a state, read field by field. */
  private final class Form {
    private final Handover handover;
    private final ByteBuffer bytes;
    private final int end;

    Form(Handover handover) {
      this.handover = handover;
      byte[] form = handover.rawForm();
      bytes = ByteBuffer.wrap(form);
      end = form.length == 0 ? 0 : form.length - Integer.BYTES;
    }

    private int tag(int field) {
      return bytes.getShort(field) & 0xffff;
    }

    private int after(int field) {
      return field + HEADER_BYTES + bytes.getInt(field + Short.BYTES);
    }

    private boolean holdsFields(int field) {
      return Arrays.binarySearch(handover.nested, field + HEADER_BYTES) >= 0;
    }

    private boolean refers(int field) {
      return Arrays.binarySearch(handover.references, field + HEADER_BYTES) >= 0;
    }

    private String referred(int field) {
      return name.apply(handover.attachments().get(bytes.getInt(field + HEADER_BYTES)));
    }

    /** Adds the kinds of all fields to a shape. */
    void learn(Shape shape) {
      learn(shape, 0, end);
    }

    private void learn(Shape shape, int from, int to) {
      for (int field = from; field < to; field = after(field)) {
        Shape its = shape.learned(tag(field));
        if (holdsFields(field)) {
          learn(its, field + HEADER_BYTES, after(field));
        }
      }
    }

    /** The outermost fields by their tags, without those that the shape has not. */
    Map<Integer, Elements> elements(Shape shape) {
      Map<Integer, Elements> elements = new LinkedHashMap<>();
      for (int field = 0; field < end; field = after(field)) {
        Shape its = shape.inner(tag(field));
        if (its != null) {
          elements.computeIfAbsent(its.tag, tag -> new Elements()).add(field, hash(field, its));
        }
      }
      return elements;
    }

    /** Alike for fields that differ only in the order of theirs. */
    private long hash(int field, Shape shape) {
      int to = after(field);
      long hash = mix(shape.tag);
      if (holdsFields(field)) {
        long sum = 0;
        for (int at = field + HEADER_BYTES; at < to; at = after(at)) {
          Shape its = shape.inner(tag(at));
          sum += its == null ? 0 : hash(at, its);
        }
        return mix(hash + sum);
      }
      if (refers(field)) {
        String text = referred(field);
        for (int i = 0; i < text.length(); i++) {
          hash = mix(hash + text.charAt(i));
        }
        return hash;
      }
      int at = field + HEADER_BYTES;
      hash = mix(hash + to - at);
      for (; at + Long.BYTES <= to; at += Long.BYTES) {
        hash = mix(hash + bytes.getLong(at));
      }
      for (; at < to; at++) {
        hash = mix(hash + bytes.get(at));
      }
      return hash;
    }

    /** Elements as texts, without fields that the shape has not. */
    List<String> texts(Elements elements, Shape shape) {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < elements.size; i++) {
        texts.add(text(elements.places[i], shape));
      }
      return texts;
    }

    /** The field as text, its own fields sorted. */
    private String text(int field, Shape shape) {
      int to = after(field);
      if (holdsFields(field)) {
        List<String> parts = new ArrayList<>();
        for (int at = field + HEADER_BYTES; at < to; at = after(at)) {
          Shape its = shape.inner(tag(at));
          if (its != null) {
            parts.add(its.tag + "=" + text(at, its));
          }
        }
        parts.sort(null);
        return parts.toString();
      }
      if (refers(field)) {
        return referred(field);
      }
      StringBuilder text = new StringBuilder();
      for (int at = field + HEADER_BYTES; at < to; at++) {
        int octet = bytes.get(at) & 0xff;
        text.append(Character.forDigit(octet >>> 4, 16)).append(Character.forDigit(octet & 15, 16));
      }
      return text.toString();
    }
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) over the next word. */
  private static long mix(long word) {
    long z = word + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
