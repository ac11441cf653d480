package io.karavel.linux;

import com.sun.jna.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The bare calls. Ask {@link #unavailability()} first; where it says why not, every other method of
 * this package fails with an {@link UnsupportedOperationException} that says the same. Any thread.
 */
public final class Linux {
  /** Size of one {@code struct iovec}: address and length, 64 bits each, native byte order. */
  public static final int VECTOR_BYTES = 16;

  private static final int O_RDWR = 2;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int PRIO_PROCESS = 0;
  private static final int EFD_FLAGS = O_NONBLOCK | O_CLOEXEC;

  /** Tried once, when the first caller asks. */
  private static final class Probe {
    static final Optional<String> UNAVAILABILITY = probe(System.getProperty("os.name", ""));
  }

  private Linux() {}

  static Optional<String> probe(String system) {
    if (!system.toLowerCase(Locale.ROOT).startsWith("linux")) {
      return Optional.of("this needs Linux, and the machine runs " + system);
    }
    try {
      if (Native.POINTER_SIZE != 8) {
        return Optional.of("this needs a 64-bit JVM");
      }
      Libc.close(-1);
      return Optional.empty();
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(
          "the native part of JNA cannot be loaded ("
              + e
              + "); check that java.io.tmpdir allows execution");
    }
  }

  /** Why Linux calls cannot be made here; empty if they can. */
  public static Optional<String> unavailability() {
    return Probe.UNAVAILABILITY;
  }

  /** Whether Linux calls can be made. */
  public static boolean isAvailable() {
    return Probe.UNAVAILABILITY.isEmpty();
  }

  /** Throws {@link UnsupportedOperationException} saying why, if Linux calls cannot be made. */
  static void require() {
    if (!isAvailable()) {
      throw new UnsupportedOperationException(Probe.UNAVAILABILITY.get());
    }
  }

  /** Opens a file for reading and writing, non-blocking, not inherited by child processes. */
  public static int openNonBlocking(String path) throws LinuxException {
    require();
    int descriptor = Libc.open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
    if (descriptor < 0) {
      throw new LinuxException("open " + path, Native.getLastError());
    }
    return descriptor;
  }

  /** Closes a descriptor; an error is not reported, since nothing can be done about it. */
  public static void close(int descriptor) {
    require();
    Libc.close(descriptor);
  }

  /** A second descriptor for the same open file, not inherited by child processes. */
  public static int duplicate(int descriptor) throws LinuxException {
    require();
    int copy = Libc.fcntl(descriptor, 1030 /* F_DUPFD_CLOEXEC */, 0);
    if (copy < 0) {
      throw new LinuxException("duplicate descriptor " + descriptor, Native.getLastError());
    }
    return copy;
  }

  /**
   * Has a descriptor stand for {@code /dev/null} from now on, for every thread that uses its
   * number; what was open there is closed.
   */
  public static void divert(int descriptor) throws LinuxException {
    int nothing = openNonBlocking("/dev/null");
    int result = Libc.dup3(nothing, descriptor, O_CLOEXEC);
    int error = Native.getLastError();
    close(nothing);
    if (result < 0) {
      throw new LinuxException("divert descriptor " + descriptor, error);
    }
  }

  /** Sets O_NONBLOCK. */
  public static void nonBlocking(int descriptor) throws LinuxException {
    require();
    int flags = Libc.fcntl(descriptor, F_GETFL, 0);
    if (flags < 0 || Libc.fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) {
      throw new LinuxException("O_NONBLOCK on " + descriptor, Native.getLastError());
    }
  }

  /**
   * The number by which Linux knows the calling thread.
   *
   * @throws LinuxException where /proc is not mounted
   */
  public static int threadId() throws LinuxException {
    require();
    try {
      return Integer.parseInt(
          Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
    } catch (IOException | NumberFormatException e) {
      throw new LinuxException("read /proc/thread-self", Errno.ENOENT, "is /proc mounted?");
    }
  }

  /**
   * The nice value of a thread: -20, the first served, to 19.
   *
   * @param thread its {@link #threadId()}
   */
  public static int nice(int thread) {
    require();
    return Libc.getpriority(PRIO_PROCESS, thread);
  }

  /**
   * Gives a thread of this process, and no other one, a nice value: setpriority(2), which on Linux
   * is about a thread.
   *
   * @param thread its {@link #threadId()}
   * @param value from -20, the first served, to 19
   * @throws LinuxException EACCES where the process may not go that low
   */
  public static void nice(int thread, int value) throws LinuxException {
    require();
    if (Libc.setpriority(PRIO_PROCESS, thread, value) < 0) {
      throw new LinuxException("set the nice value to " + value, Native.getLastError());
    }
  }

  /** Reads up to {@code bytes} to an address; returns how many, or minus the error number. */
  public static long read(int descriptor, long address, long bytes) {
    long result = Libc.read(descriptor, address, bytes);
    return result >= 0 ? result : -Native.getLastError();
  }

  /** Writes from an address; returns how many bytes, or minus the error number. */
  public static long write(int descriptor, long address, long bytes) {
    long result = Libc.write(descriptor, address, bytes);
    return result >= 0 ? result : -Native.getLastError();
  }

  /**
   * Reads into several places; returns how many bytes, or minus the error number.
   *
   * @param vectors address of {@code count} entries of {@link #VECTOR_BYTES}
   */
  public static long readv(int descriptor, long vectors, int count) {
    long result = Libc.readv(descriptor, vectors, count);
    return result >= 0 ? result : -Native.getLastError();
  }

  /** Writes from several places; see {@link #readv}. */
  public static long writev(int descriptor, long vectors, int count) {
    long result = Libc.writev(descriptor, vectors, count);
    return result >= 0 ? result : -Native.getLastError();
  }

  /** An eventfd, non-blocking, with count 0. */
  public static int eventDescriptor() throws LinuxException {
    require();
    int descriptor = Libc.eventfd(0, EFD_FLAGS);
    if (descriptor < 0) {
      throw new LinuxException("eventfd", Native.getLastError());
    }
    return descriptor;
  }

  /** ppoll(2) without a signal mask; returns how many are ready, or minus the error number. */
  static int ppoll(long pollDescriptors, int count, long timespec) {
    int result = Libc.ppoll(pollDescriptors, count, timespec, 0);
    return result >= 0 ? result : -Native.getLastError();
  }

  /**
   * An ioctl(2); returns its result, or minus the error number.
   *
   * @param argument an address or a number, as the request wants it
   */
  public static int ioctl(int descriptor, long request, long argument) {
    require();
    int result = Libc.ioctl(descriptor, request, argument);
    return result >= 0 ? result : -Native.getLastError();
  }

  /** An IPv4 datagram socket, for the ioctls that configure interfaces. */
  static int datagramSocket() throws LinuxException {
    require();
    int descriptor = Libc.socket(2 /* AF_INET */, 2 /* SOCK_DGRAM */ | O_CLOEXEC, 0);
    if (descriptor < 0) {
      throw new LinuxException("socket", Native.getLastError());
    }
    return descriptor;
  }

  /**
   * The address of a direct buffer's first byte (index 0, whatever its position). It stays valid
   * while the buffer is reachable. Allocates nothing, costs about 0.2 µs: keep it where you can.
   */
  public static long addressOf(ByteBuffer direct) {
    if (!direct.isDirect()) {
      throw new IllegalArgumentException("not a direct buffer: " + direct);
    }
    require();
    // JNA passes the address of the position
    return Libc.memmove(direct, 0, 0) - direct.position();
  }
}
