package io.karavel.linux;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.nio.ByteBuffer;

/** The C library by direct mapping. Loading this class fails where there is none. */
final class Libc {
  static {
    Native.register(Libc.class, Platform.C_LIBRARY_NAME);
  }

  private Libc() {}

  static native int open(String path, int flags, int mode);

  static native int close(int descriptor);

  static native long read(int descriptor, long address, long bytes);

  static native long write(int descriptor, long address, long bytes);

  static native long readv(int descriptor, long vectors, int count);

  static native long writev(int descriptor, long vectors, int count);

  static native int ppoll(long pollDescriptors, long count, long timespec, long signals);

  static native int eventfd(int initial, int flags);

  static native int ioctl(int descriptor, long request, long address);

  static native int fcntl(int descriptor, int command, long argument);

  static native int socket(int domain, int type, int protocol);

  static native int getpriority(int which, int who);

  static native int setpriority(int which, int who, int priority);

  static native int dup3(int descriptor, int number, int flags);

  // moving 0 bytes returns the first argument: the address of a direct buffer, without garbage
  static native long memmove(ByteBuffer target, long source, long bytes);
}
