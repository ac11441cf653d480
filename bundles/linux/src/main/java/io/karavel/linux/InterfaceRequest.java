package io.karavel.linux;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A {@code struct ifreq}: the name of an interface, and 24 bytes that depend on the request. */
final class InterfaceRequest {
  static final int NAME_BYTES = 16;
  static final int UNION = 16;
  private static final int BYTES = 40;

  private final ByteBuffer memory = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());
  private final long address = Linux.addressOf(memory);

  InterfaceRequest(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length >= NAME_BYTES) {
      throw new IllegalArgumentException(
          "'" + name + "' is no interface name: at most 15 characters");
    }
    memory.put(0, bytes);
  }

  ByteBuffer memory() {
    return memory;
  }

  /** The name, which the kernel may have completed ("tap%d"). */
  String name() {
    int length = 0;
    while (length < NAME_BYTES && memory.get(length) != 0) {
      length++;
    }
    byte[] bytes = new byte[length];
    memory.get(0, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  InterfaceRequest shortValue(int value) {
    memory.putShort(UNION, (short) value);
    return this;
  }

  int shortValue() {
    return memory.getShort(UNION) & 0xffff;
  }

  InterfaceRequest intValue(int value) {
    memory.putInt(UNION, value);
    return this;
  }

  int intValue() {
    return memory.getInt(UNION);
  }

  /** A {@code sockaddr_in} without port. */
  InterfaceRequest ipv4(int bits) {
    memory.putShort(UNION, (short) 2);
    memory.putShort(UNION + 2, (short) 0);
    for (int i = 0; i < 4; i++) {
      memory.put(UNION + 4 + i, (byte) (bits >>> (24 - 8 * i)));
    }
    return this;
  }

  int ipv4() {
    int bits = 0;
    for (int i = 0; i < 4; i++) {
      bits = bits << 8 | memory.get(UNION + 4 + i) & 0xff;
    }
    return bits;
  }

  /** Returns the result, or minus the error number. */
  int call(int descriptor, long request) {
    try {
      return Linux.ioctl(descriptor, request, address);
    } finally {
      Reference.reachabilityFence(memory);
    }
  }
}
