package io.karavel.interop;

import com.sun.jna.Native;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.channels.SocketChannel;

/** Options of the kernel's TCP that Java does not know, set through the C library. */
final class KernelOptions {
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_USER_TIMEOUT = 18;
  private static final int TCP_FASTOPEN_CONNECT = 30;

  static {
    Native.register(KernelOptions.class, "c");
  }

  private KernelOptions() {}

  private static native int setsockopt(int socket, int level, int name, int[] value, int length);

  /** TCP_USER_TIMEOUT. */
  static void userTimeoutMillis(SocketChannel channel, int millis) throws IOException {
    set(channel, TCP_USER_TIMEOUT, millis);
  }

  /** TCP_FASTOPEN_CONNECT, before connecting. */
  static void fastOpenConnect(SocketChannel channel) throws IOException {
    set(channel, TCP_FASTOPEN_CONNECT, 1);
  }

  private static void set(SocketChannel channel, int option, int value) throws IOException {
    if (setsockopt(descriptor(channel), IPPROTO_TCP, option, new int[] {value}, 4) != 0) {
      throw new IOException("option " + option + " is refused: error " + Native.getLastError());
    }
  }

  /** Needs {@code --add-opens java.base/sun.nio.ch=ALL-UNNAMED}. */
  private static int descriptor(SocketChannel channel) throws IOException {
    try {
      Field field = channel.getClass().getDeclaredField("fdVal");
      field.setAccessible(true);
      return field.getInt(channel);
    } catch (ReflectiveOperationException e) {
      throw new IOException("a channel without a descriptor", e);
    }
  }
}
