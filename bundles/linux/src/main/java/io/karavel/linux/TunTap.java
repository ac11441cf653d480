package io.karavel.linux;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An open TAP (Ethernet frames) or TUN (bare IP packets) of the Linux kernel. One read or write is
 * one frame, with a {@link VirtioNetHeader} in front of it when {@link #hasVirtioHeader()}. The
 * thread that opened it; the descriptor may wander.
 */
public final class TunTap {
  /** The device through which all are opened. */
  public static final String PATH = "/dev/net/tun";

  private static final long TUNSETIFF = 0x400454caL;
  private static final long TUNSETPERSIST = 0x400454cbL;
  private static final long TUNSETOFFLOAD = 0x400454d0L;
  private static final long TUNGETFEATURES = 0x800454cfL;
  private static final long TUNGETIFF = 0x800454d2L;
  private static final long TUNSETVNETHDRSZ = 0x400454d8L;
  private static final int IFF_TUN = 1;
  private static final int IFF_TAP = 2;
  private static final int IFF_NO_PI = 0x1000;
  private static final int IFF_VNET_HDR = 0x4000;
  private static final int TUN_F_CSUM = 1;
  private static final int TUN_F_TSO4 = 2;
  private static final int TUN_F_TSO6 = 4;

  private final int descriptor;
  private final String name;
  private final boolean bareIp;
  private final boolean virtioHeader;
  private boolean offloads;

  private TunTap(int descriptor, String name, boolean bareIp, boolean virtioHeader) {
    this.descriptor = descriptor;
    this.name = name;
    this.bareIp = bareIp;
    this.virtioHeader = virtioHeader;
  }

  /**
   * Opens an interface, or makes it; it goes when the descriptor is closed unless it is persistent.
   *
   * @param name at most 15 characters; may end in {@code %d} to have a number chosen
   * @param bareIp TUN rather than TAP
   * @param virtioHeader whether to ask for the virtio-net header; without if the kernel has none
   * @throws LinuxException whose message says what is missing and what to do
   */
  public static TunTap open(String name, boolean bareIp, boolean virtioHeader)
      throws LinuxException {
    int descriptor;
    try {
      descriptor = Linux.openNonBlocking(PATH);
    } catch (LinuxException e) {
      throw new LinuxException("open " + PATH, e.errno(), adviceOnOpen(e.errno()));
    }
    try {
      boolean header = virtioHeader && (features(descriptor) & IFF_VNET_HDR) != 0;
      int flags = (bareIp ? IFF_TUN : IFF_TAP) | IFF_NO_PI | (header ? IFF_VNET_HDR : 0);
      InterfaceRequest request = new InterfaceRequest(name).shortValue(flags);
      int result = request.call(descriptor, TUNSETIFF);
      if (result < 0) {
        throw new LinuxException("TUNSETIFF " + name, -result, adviceOnAttach(-result));
      }
      TunTap device = new TunTap(descriptor, request.name(), bareIp, header);
      if (header) {
        device.check(
            "TUNSETVNETHDRSZ", withInt(descriptor, TUNSETVNETHDRSZ, VirtioNetHeader.BYTES));
        // a persistent interface still has what its last user asked for
        device.offloads(false);
      }
      return device;
    } catch (LinuxException | RuntimeException e) {
      Linux.close(descriptor);
      throw e;
    }
  }

  /**
   * Goes on with a descriptor that a predecessor opened.
   *
   * @throws LinuxException if it is not an attached TUN or TAP
   */
  public static TunTap adopt(int descriptor) throws LinuxException {
    InterfaceRequest request = new InterfaceRequest("");
    int result = request.call(descriptor, TUNGETIFF);
    if (result < 0) {
      throw new LinuxException("TUNGETIFF on descriptor " + descriptor, -result);
    }
    int flags = request.shortValue();
    return new TunTap(
        descriptor, request.name(), (flags & IFF_TUN) != 0, (flags & IFF_VNET_HDR) != 0);
  }

  private static String adviceOnOpen(int errno) {
    return switch (errno) {
      case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
          "the kernel has no TUN driver here: modprobe tun, or give the container /dev/net/tun";
      case Errno.EACCES, Errno.EPERM -> "run as root or allow this user to open " + PATH;
      default -> "";
    };
  }

  private static String adviceOnAttach(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES ->
          "run as root, with CAP_NET_ADMIN, or make the device for this user:"
              + " ip tuntap add mode tap user USER name NAME";
      case Errno.EBUSY -> "another program has this device open; choose another name";
      case Errno.EINVAL ->
          "the name belongs to an interface of another kind, or is no interface name;"
              + " choose another name";
      default -> "";
    };
  }

  private static int withInt(int descriptor, long request, int value) {
    ByteBuffer memory = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
    memory.putInt(0, value);
    try {
      return Linux.ioctl(descriptor, request, Linux.addressOf(memory));
    } finally {
      Reference.reachabilityFence(memory);
    }
  }

  private static int features(int descriptor) {
    ByteBuffer memory = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
    int result = Linux.ioctl(descriptor, TUNGETFEATURES, Linux.addressOf(memory));
    return result < 0 ? 0 : memory.getInt(0);
  }

  private void check(String call, int result) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(call + " " + name, -result);
    }
  }

  /** The descriptor: non-blocking, readable when a frame waits. */
  public int descriptor() {
    return descriptor;
  }

  /** The interface's name. */
  public String name() {
    return name;
  }

  /** Whether it carries bare IP packets. */
  public boolean isBareIp() {
    return bareIp;
  }

  /** Whether a virtio-net header stands in front of each frame. */
  public boolean hasVirtioHeader() {
    return virtioHeader;
  }

  /** Whether the kernel was told that we take partial checksums and super-segments. */
  public boolean hasOffloads() {
    return offloads;
  }

  /**
   * Tells the kernel whether it may hand us partial checksums and TCP super-segments (checksum,
   * TSO4, TSO6). Frames that wait already are as they were made.
   *
   * @return whether the kernel agreed; without virtio-net header it never does
   */
  public boolean offloads(boolean wanted) {
    int flags = wanted ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 : 0;
    offloads = virtioHeader && Linux.ioctl(descriptor, TUNSETOFFLOAD, flags) >= 0 && wanted;
    return offloads;
  }

  /** Whether the interface outlasts the descriptor. */
  public void persistent(boolean persistent) throws LinuxException {
    check("TUNSETPERSIST", Linux.ioctl(descriptor, TUNSETPERSIST, persistent ? 1 : 0));
  }

  /** Its kernel side. */
  public HostInterface hostInterface() {
    return new HostInterface(name);
  }

  /** Closes the descriptor; the interface goes unless it is persistent. */
  public void close() {
    Linux.close(descriptor);
  }
}
