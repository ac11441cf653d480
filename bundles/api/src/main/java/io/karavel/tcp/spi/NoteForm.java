package io.karavel.tcp.spi;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The notes of applications at their endpoints as bytes: values of the JDK, arrays, lists. */
final class NoteForm {
  /** Deeper than anybody nests; a note that contains itself ends here. */
  private static final int DEEPEST = 16;

  private static final int NULL = 0;
  private static final int TEXT = 1;
  private static final int INT = 2;
  private static final int LONG = 3;
  private static final int BOOLEAN = 4;
  private static final int DOUBLE = 5;
  private static final int BUFFER = 6;
  private static final int BYTES = 7;
  private static final int INTS = 8;
  private static final int LONGS = 9;
  private static final int BOOLEANS = 10;
  private static final int OBJECTS = 11;
  private static final int LIST = 12;

  private NoteForm() {}

  static byte[] of(Object note) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    write(new DataOutputStream(bytes), note, 0);
    return bytes.toByteArray();
  }

  static Object read(byte[] form) throws IOException {
    return read(new DataInputStream(new ByteArrayInputStream(form)), 0);
  }

  private static void write(DataOutputStream out, Object note, int depth) throws IOException {
    if (depth > DEEPEST) {
      out.writeByte(NULL);
    } else if (note instanceof String text) {
      out.writeByte(TEXT);
      byte[] utf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      out.writeInt(utf8.length);
      out.write(utf8);
    } else if (note instanceof Integer number) {
      out.writeByte(INT);
      out.writeInt(number);
    } else if (note instanceof Long number) {
      out.writeByte(LONG);
      out.writeLong(number);
    } else if (note instanceof Boolean flag) {
      out.writeByte(BOOLEAN);
      out.writeBoolean(flag);
    } else if (note instanceof Double number) {
      out.writeByte(DOUBLE);
      out.writeDouble(number);
    } else if (note instanceof ByteBuffer buffer) {
      buffer(out, buffer);
    } else {
      array(out, note, depth);
    }
  }

  private static void buffer(DataOutputStream out, ByteBuffer buffer) throws IOException {
    out.writeByte(BUFFER);
    out.writeInt(buffer.capacity());
    out.writeInt(buffer.position());
    out.writeInt(buffer.limit());
    byte[] content = new byte[buffer.limit()];
    buffer.get(0, content);
    out.write(content);
  }

  private static void array(DataOutputStream out, Object note, int depth) throws IOException {
    if (note instanceof byte[] bytes) {
      out.writeByte(BYTES);
      out.writeInt(bytes.length);
      out.write(bytes);
    } else if (note instanceof int[] numbers) {
      out.writeByte(INTS);
      out.writeInt(numbers.length);
      for (int number : numbers) {
        out.writeInt(number);
      }
    } else if (note instanceof long[] numbers) {
      out.writeByte(LONGS);
      out.writeInt(numbers.length);
      for (long number : numbers) {
        out.writeLong(number);
      }
    } else if (note instanceof boolean[] flags) {
      out.writeByte(BOOLEANS);
      out.writeInt(flags.length);
      for (boolean flag : flags) {
        out.writeBoolean(flag);
      }
    } else if (note instanceof Object[] objects) {
      out.writeByte(OBJECTS);
      out.writeInt(objects.length);
      for (Object object : objects) {
        write(out, object, depth + 1);
      }
    } else if (note instanceof List<?> objects) {
      Object[] copy = objects.toArray();
      out.writeByte(LIST);
      out.writeInt(copy.length);
      for (Object object : copy) {
        write(out, object, depth + 1);
      }
    } else {
      out.writeByte(NULL);
    }
  }

  private static Object read(DataInputStream in, int depth) throws IOException {
    if (depth > DEEPEST + 1) {
      throw new IOException("a note is nested more than " + DEEPEST + " deep");
    }
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case NULL -> null;
      case TEXT -> new String(bytes(in), java.nio.charset.StandardCharsets.UTF_8);
      case INT -> in.readInt();
      case LONG -> in.readLong();
      case BOOLEAN -> in.readBoolean();
      case DOUBLE -> in.readDouble();
      case BUFFER -> buffer(in);
      case BYTES -> bytes(in);
      case INTS -> {
        int[] numbers = new int[length(in, Integer.BYTES)];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = in.readInt();
        }
        yield numbers;
      }
      case LONGS -> {
        long[] numbers = new long[length(in, Long.BYTES)];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = in.readLong();
        }
        yield numbers;
      }
      case BOOLEANS -> {
        boolean[] flags = new boolean[length(in, 1)];
        for (int i = 0; i < flags.length; i++) {
          flags[i] = in.readBoolean();
        }
        yield flags;
      }
      case OBJECTS -> objects(in, depth);
      case LIST -> {
        List<Object> list = new ArrayList<>();
        for (Object object : objects(in, depth)) {
          list.add(object);
        }
        yield list;
      }
      default -> throw new IOException("a note has a value of unknown kind " + kind);
    };
  }

  private static Object[] objects(DataInputStream in, int depth) throws IOException {
    Object[] objects = new Object[length(in, 1)];
    for (int i = 0; i < objects.length; i++) {
      objects[i] = read(in, depth + 1);
    }
    return objects;
  }

  private static ByteBuffer buffer(DataInputStream in) throws IOException {
    int capacity = in.readInt();
    int position = in.readInt();
    int limit = in.readInt();
    if (position < 0 || position > limit || limit > capacity || limit > in.available()) {
      throw new IOException("a note has a buffer of " + position + ", " + limit + ", " + capacity);
    }
    byte[] content = new byte[capacity];
    in.readFully(content, 0, limit);
    return ByteBuffer.wrap(content).limit(limit).position(position);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    byte[] bytes = new byte[length(in, 1)];
    in.readFully(bytes);
    return bytes;
  }

  private static int length(DataInputStream in, int each) throws IOException {
    int length = in.readInt();
    if (length < 0 || (long) length * each > in.available()) {
      throw new IOException("a note has an array of " + length + " elements");
    }
    return length;
  }
}
