package io.karavel.itests;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * A class file in which calls of an interface's method go to a static method instead, which has the
 * object as its first parameter (Java Virtual Machine Specification, chapters 4.4 and 6.5). Both
 * instructions want the same operands, so nothing else changes.
 */
final class RedirectedCall {
  private static final int UTF8 = 1;
  private static final int INTEGER = 3;
  private static final int FLOAT = 4;
  private static final int LONG = 5;
  private static final int DOUBLE = 6;
  private static final int CLASS = 7;
  private static final int STRING = 8;
  private static final int METHOD = 10;
  private static final int INTERFACE_METHOD = 11;
  private static final int NAME_AND_TYPE = 12;
  private static final int METHOD_HANDLE = 15;
  private static final int METHOD_TYPE = 16;
  private static final int MODULE = 19;
  private static final int PACKAGE = 20;
  private static final byte INVOKESTATIC = (byte) 0xb8;
  private static final byte INVOKEINTERFACE = (byte) 0xb9;

  private final byte[] classFile;
  private int poolEnd;
  private int constants;
  private Object[] pool;

  private RedirectedCall(byte[] classFile) {
    this.classFile = classFile;
  }

  /**
   * The changed class file.
   *
   * @param called owner, name and descriptor of the interface's method
   * @param instead owner, name and descriptor of the static method
   */
  static byte[] in(byte[] classFile, String[] called, String[] instead) throws IOException {
    RedirectedCall file = new RedirectedCall(classFile);
    file.readPool();
    return file.changed(called, instead);
  }

  /** Of a constant that refers to others: its tag and their numbers. */
  private record Reference(int tag, int first, int second) {}

  private void readPool() throws IOException {
    ByteArrayInputStream bytes = new ByteArrayInputStream(classFile);
    DataInputStream in = new DataInputStream(bytes);
    in.skipNBytes(8);
    constants = in.readUnsignedShort();
    pool = new Object[constants];
    for (int i = 1; i < constants; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case UTF8 -> pool[i] = in.readUTF();
        case INTEGER, FLOAT -> in.skipNBytes(4);
        case LONG, DOUBLE -> {
          in.skipNBytes(8);
          i++; // takes two numbers
        }
        case CLASS, STRING, METHOD_TYPE, MODULE, PACKAGE ->
            pool[i] = new Reference(tag, in.readUnsignedShort(), 0);
        case METHOD_HANDLE -> in.skipNBytes(3);
        default -> pool[i] = new Reference(tag, in.readUnsignedShort(), in.readUnsignedShort());
      }
    }
    poolEnd = classFile.length - bytes.available();
  }

  private boolean isMethod(Object constant, String[] wanted) {
    if (!(constant instanceof Reference method) || method.tag() != INTERFACE_METHOD) {
      return false;
    }
    Reference owner = (Reference) pool[method.first()];
    Reference name = (Reference) pool[method.second()];
    return wanted[0].equals(pool[owner.first()])
        && wanted[1].equals(pool[name.first()])
        && wanted[2].equals(pool[name.second()]);
  }

  private byte[] changed(String[] called, String[] instead) throws IOException {
    int number = 1;
    while (number < constants && !isMethod(pool[number], called)) {
      number++;
    }
    byte[] after = Arrays.copyOfRange(classFile, poolEnd, classFile.length);
    if (number == constants || redirect(after, number, constants + 5) == 0) {
      throw new IllegalArgumentException("nothing calls " + called[0] + "." + called[1]);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(classFile, 0, 8);
    out.writeShort(constants + 6);
    out.write(classFile, 10, poolEnd - 10);
    for (String text : instead) {
      out.writeByte(UTF8);
      out.writeUTF(text);
    }
    out.writeByte(CLASS);
    out.writeShort(constants);
    out.writeByte(NAME_AND_TYPE);
    out.writeShort(constants + 1);
    out.writeShort(constants + 2);
    out.writeByte(METHOD);
    out.writeShort(constants + 3);
    out.writeShort(constants + 4);
    out.write(after);
    return bytes.toByteArray();
  }

  /** Changes the instructions; says how many. */
  private static int redirect(byte[] code, int from, int to) {
    int count = 0;
    for (int i = 0; i + 4 < code.length; i++) {
      boolean calls =
          code[i] == INVOKEINTERFACE
              && code[i + 1] == (byte) (from >> 8)
              && code[i + 2] == (byte) from
              && code[i + 4] == 0;
      if (calls) {
        code[i] = INVOKESTATIC;
        code[i + 1] = (byte) (to >> 8);
        code[i + 2] = (byte) to;
        code[i + 3] = 0; // nop, as the byte behind it is already
        count++;
      }
    }
    return count;
  }
}
