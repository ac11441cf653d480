package io.karavel.nic.tap.internal;

import io.karavel.linux.Descriptor;
import io.karavel.linux.HostInterface;
import io.karavel.linux.Linux;
import io.karavel.linux.LinuxException;
import io.karavel.linux.TunTap;
import io.karavel.linux.VirtioNetHeader;
import io.karavel.nic.TapSettings;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** A TAP or TUN of the kernel: one readv or writev per frame, without copying and garbage. */
final class KernelTapPort implements TapPort {
  /** Opens ports of the kernel. */
  static final class KernelOpener implements Opener {
    @Override
    public TapPort open(TapSettings settings) throws IOException {
      refuseElsewhere();
      TunTap device = TunTap.open(settings.interfaceName(), settings.bareIp(), true);
      return new KernelTapPort(device, new Descriptor(device.descriptor()));
    }

    @Override
    public TapPort adopt(Descriptor descriptor) throws IOException {
      refuseElsewhere();
      if (descriptor.isClosed()) {
        throw new IOException("the descriptor that was handed over is closed");
      }
      return new KernelTapPort(TunTap.adopt(descriptor.number()), descriptor);
    }

    private static void refuseElsewhere() throws IOException {
      if (!Linux.isAvailable()) {
        throw new IOException("no TAP device: " + Linux.unavailability().orElse(""));
      }
    }
  }

  private static final int VECTORS = 2 + PacketBuffer.MAX_SLICES;
  private static final int HEADER_AT = VECTORS * Linux.VECTOR_BYTES;

  private final TunTap device;
  private final Descriptor descriptor;
  private final HostInterface host;
  private final int headerBytes;
  private final int number;
  private final ByteBuffer vectors =
      ByteBuffer.allocateDirect(HEADER_AT + 16).order(ByteOrder.nativeOrder());
  private final long vectorsAddress = Linux.addressOf(vectors);
  private int mtu;
  private boolean persistent;

  private KernelTapPort(TunTap device, Descriptor descriptor) {
    this.device = device;
    this.descriptor = descriptor;
    host = device.hostInterface();
    headerBytes = device.hasVirtioHeader() ? VirtioNetHeader.BYTES : 0;
    number = descriptor.number();
  }

  @Override
  public Descriptor descriptor() {
    return descriptor;
  }

  @Override
  public boolean matches(TapSettings settings) {
    return device.name().equals(settings.interfaceName()) && device.isBareIp() == settings.bareIp();
  }

  /** A step of {@link #configure} that may fail by itself. */
  private interface Step {
    void run() throws LinuxException;
  }

  private static void attempt(List<String> problems, Step step) {
    try {
      step.run();
    } catch (LinuxException e) {
      problems.add(e.getMessage());
    }
  }

  @Override
  public List<String> configure(TapSettings settings) {
    List<String> problems = new ArrayList<>();
    mtu = settings.mtu();
    // what is as it should be is not touched: setting needs rights that using does not
    attempt(
        problems,
        () -> {
          if (host.mtu() != settings.mtu()) {
            mtu = host.mtu();
            host.mtu(settings.mtu());
            mtu = settings.mtu();
          }
        });
    attempt(
        problems,
        () -> {
          if (host.transmitQueueLength() != settings.transmitQueueLength()) {
            host.transmitQueueLength(settings.transmitQueueLength());
          }
        });
    if (settings.offloads() != device.hasOffloads()
        && device.offloads(settings.offloads()) != settings.offloads()) {
      problems.add(device.name() + ": the kernel refuses offloads, frames are plain");
    }
    // a device that somebody made persistent for us stays so
    if (settings.persistent() != persistent) {
      persistent = settings.persistent();
      attempt(problems, () -> device.persistent(persistent));
    }
    attempt(
        problems,
        () -> {
          if (settings.hostAddress().isPresent()
              && !host.hasAddress(settings.hostAddress().get())) {
            host.address(settings.hostAddress().get());
          }
        });
    attempt(
        problems,
        () -> {
          if (!host.isUp()) {
            host.up(true);
          }
        });
    return problems;
  }

  @Override
  public void persistent(boolean wanted) throws LinuxException {
    device.persistent(wanted);
  }

  @Override
  public boolean hasOffloads() {
    return device.hasOffloads();
  }

  @Override
  public int headerBytes() {
    return headerBytes;
  }

  @Override
  public int mtu() {
    return mtu;
  }

  @Override
  public boolean isUp() {
    try {
      return host.isUp();
    } catch (LinuxException e) {
      return false;
    }
  }

  private static long addressOf(PacketBuffer buffer) {
    long address = buffer.memoryAddress();
    if (address == 0) {
      address = Linux.addressOf(buffer.memory());
      buffer.memoryAddress(address);
    }
    return address;
  }

  private void vector(int index, long address, long bytes) {
    vectors.putLong(index * Linux.VECTOR_BYTES, address);
    vectors.putLong(index * Linux.VECTOR_BYTES + 8, bytes);
  }

  @Override
  public long read(PacketBuffer small, PacketBuffer large) {
    vector(
        0,
        addressOf(small) + PacketPool.HEADROOM - headerBytes,
        headerBytes + PacketPool.SMALL_CAPACITY);
    vector(
        1,
        addressOf(large) + PacketPool.HEADROOM + PacketPool.SMALL_CAPACITY,
        PacketPool.LARGE_CAPACITY - PacketPool.SMALL_CAPACITY);
    return Linux.readv(number, vectorsAddress, 2);
  }

  @Override
  public long write(PacketBuffer frame) {
    int count = 0;
    if (headerBytes > 0) {
      VirtioNetHeader.encode(frame, vectors, HEADER_AT);
      vector(count++, vectorsAddress + HEADER_AT, headerBytes);
    }
    vector(count++, addressOf(frame) + frame.offset(), frame.linearLength());
    for (int i = 0; i < frame.sliceCount(); i++) {
      long address = Linux.addressOf(frame.sliceMemory(i)) + frame.sliceOffset(i);
      vector(count++, address, frame.sliceLength(i));
    }
    return Linux.writev(number, vectorsAddress, count);
  }
}
