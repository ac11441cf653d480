package io.karavel.linux;

import io.karavel.address.IpPrefix;
import io.karavel.address.MacAddress;

/**
 * An interface of the Linux kernel in the network namespace of this process: its address, MTU,
 * queue length and whether it is up (netdevice(7)). Setting needs CAP_NET_ADMIN. Any thread.
 */
public final class HostInterface {
  private static final long SIOCGIFFLAGS = 0x8913;
  private static final long SIOCSIFFLAGS = 0x8914;
  private static final long SIOCGIFADDR = 0x8915;
  private static final long SIOCSIFADDR = 0x8916;
  private static final long SIOCGIFNETMASK = 0x891b;
  private static final long SIOCSIFNETMASK = 0x891c;
  private static final long SIOCGIFMTU = 0x8921;
  private static final long SIOCSIFMTU = 0x8922;
  private static final long SIOCGIFHWADDR = 0x8927;
  private static final long SIOCGIFINDEX = 0x8933;
  private static final long SIOCGIFTXQLEN = 0x8942;
  private static final long SIOCSIFTXQLEN = 0x8943;
  private static final int IFF_UP = 1;

  private final String name;

  /** The interface of that name, whether or not it exists. */
  public HostInterface(String name) {
    this.name = name;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Its index, or 0 if there is no such interface. */
  public int index() throws LinuxException {
    InterfaceRequest request = new InterfaceRequest(name);
    int socket = Linux.datagramSocket();
    try {
      return request.call(socket, SIOCGIFINDEX) < 0 ? 0 : request.intValue();
    } finally {
      Linux.close(socket);
    }
  }

  /** Whether there is such an interface. */
  public boolean exists() throws LinuxException {
    return index() != 0;
  }

  /** Whether it is up. */
  public boolean isUp() throws LinuxException {
    return (call("flags", SIOCGIFFLAGS, new InterfaceRequest(name)).shortValue() & IFF_UP) != 0;
  }

  /** Sets it up or down. */
  public void up(boolean up) throws LinuxException {
    InterfaceRequest request = call("flags", SIOCGIFFLAGS, new InterfaceRequest(name));
    int flags = request.shortValue();
    int wanted = up ? flags | IFF_UP : flags & ~IFF_UP;
    if (wanted != flags) {
      call(up ? "up" : "down", SIOCSIFFLAGS, request.shortValue(wanted));
    }
  }

  /** Its MTU. */
  public int mtu() throws LinuxException {
    return call("mtu", SIOCGIFMTU, new InterfaceRequest(name)).intValue();
  }

  /** Sets its MTU. */
  public void mtu(int bytes) throws LinuxException {
    call("mtu " + bytes, SIOCSIFMTU, new InterfaceRequest(name).intValue(bytes));
  }

  /** How many frames it queues for the reader. */
  public int transmitQueueLength() throws LinuxException {
    return call("txqueuelen", SIOCGIFTXQLEN, new InterfaceRequest(name)).intValue();
  }

  /** Sets how many frames it queues for the reader. */
  public void transmitQueueLength(int frames) throws LinuxException {
    call("txqueuelen " + frames, SIOCSIFTXQLEN, new InterfaceRequest(name).intValue(frames));
  }

  /** Its primary IPv4 address as bits, or 0 if it has none. */
  public int ipv4() throws LinuxException {
    InterfaceRequest request = new InterfaceRequest(name);
    int socket = Linux.datagramSocket();
    try {
      int result = request.call(socket, SIOCGIFADDR);
      if (result < 0 && result != -Errno.EADDRNOTAVAIL) {
        throw new LinuxException("address of " + name, -result);
      }
      return result < 0 ? 0 : request.ipv4();
    } finally {
      Linux.close(socket);
    }
  }

  /** Whether its primary address is this one, with this prefix length. */
  public boolean hasAddress(IpPrefix prefix) throws LinuxException {
    if (ipv4() != prefix.address().ipv4Bits()) {
      return false;
    }
    InterfaceRequest mask = new InterfaceRequest(name);
    return call("netmask", SIOCGIFNETMASK, mask).ipv4() == prefix.maskBits();
  }

  /** Sets its primary address with netmask; the connected route follows when it is up. */
  public void address(IpPrefix prefix) throws LinuxException {
    InterfaceRequest request = new InterfaceRequest(name).ipv4(prefix.address().ipv4Bits());
    call("address " + prefix, SIOCSIFADDR, request);
    if (!prefix.address().isAny()) {
      call("netmask of " + prefix, SIOCSIFNETMASK, request.ipv4(prefix.maskBits()));
    }
  }

  /** Its MAC address. */
  public MacAddress mac() throws LinuxException {
    InterfaceRequest request = call("mac", SIOCGIFHWADDR, new InterfaceRequest(name));
    long bits = 0;
    for (int i = 0; i < 6; i++) {
      bits = bits << 8 | request.memory().get(InterfaceRequest.UNION + 2 + i) & 0xff;
    }
    return MacAddress.of(bits);
  }

  private InterfaceRequest call(String what, long number, InterfaceRequest request)
      throws LinuxException {
    int socket = Linux.datagramSocket();
    try {
      int result = request.call(socket, number);
      if (result < 0) {
        throw failed(what, -result);
      }
      return request;
    } finally {
      Linux.close(socket);
    }
  }

  private LinuxException failed(String what, int errno) {
    String advice =
        switch (errno) {
          case Errno.EPERM, Errno.EACCES -> "this needs root or CAP_NET_ADMIN";
          case Errno.ENODEV -> "there is no interface of that name";
          default -> "";
        };
    return new LinuxException(name + " " + what, errno, advice);
  }

  @Override
  public String toString() {
    return name;
  }
}
