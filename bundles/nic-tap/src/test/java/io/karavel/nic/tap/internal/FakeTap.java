package io.karavel.nic.tap.internal;

import io.karavel.linux.Descriptor;
import io.karavel.linux.Errno;
import io.karavel.nic.TapSettings;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A kernel whose answers a test decides. */
final class FakeTap implements TapPort.Opener {
  final Deque<byte[]> toRead = new ArrayDeque<>();
  final List<byte[]> written = new ArrayList<>();
  final List<String> opened = new ArrayList<>();
  String refusal;
  List<String> configureProblems = List.of();
  int headerBytes = 10;
  boolean kernelHasOffloads = true;
  int readErrno = Errno.EAGAIN;
  int writeErrno;
  int adopted;
  TapSettings configured;
  Port current;
  final List<Boolean> persistence = new ArrayList<>();

  final class Port implements TapPort {
    final String name;
    final boolean bareIp;
    // -1: closing it harms nobody
    final Descriptor descriptor;

    Port(String name, boolean bareIp, Descriptor descriptor) {
      this.name = name;
      this.bareIp = bareIp;
      this.descriptor = descriptor;
    }

    @Override
    public Descriptor descriptor() {
      return descriptor;
    }

    @Override
    public boolean matches(TapSettings settings) {
      return name.equals(settings.interfaceName()) && bareIp == settings.bareIp();
    }

    @Override
    public List<String> configure(TapSettings settings) {
      configured = settings;
      return configureProblems;
    }

    @Override
    public void persistent(boolean wanted) {
      persistence.add(wanted);
    }

    @Override
    public boolean hasOffloads() {
      return headerBytes > 0 && kernelHasOffloads && configured.offloads();
    }

    @Override
    public int headerBytes() {
      return headerBytes;
    }

    @Override
    public int mtu() {
      return configured.mtu();
    }

    @Override
    public boolean isUp() {
      return true;
    }

    @Override
    public long read(PacketBuffer small, PacketBuffer large) {
      byte[] bytes = toRead.poll();
      if (bytes == null) {
        return -readErrno;
      }
      int first = Math.min(bytes.length, headerBytes + PacketPool.SMALL_CAPACITY);
      small.memory().put(PacketPool.HEADROOM - headerBytes, bytes, 0, first);
      large
          .memory()
          .put(PacketPool.HEADROOM + PacketPool.SMALL_CAPACITY, bytes, first, bytes.length - first);
      return bytes.length;
    }

    @Override
    public long write(PacketBuffer frame) {
      if (writeErrno != 0) {
        return -writeErrno;
      }
      byte[] bytes = new byte[frame.length()];
      frame.copyTo(0, ByteBuffer.wrap(bytes), 0, bytes.length);
      written.add(bytes);
      return bytes.length;
    }
  }

  @Override
  public TapPort open(TapSettings settings) throws IOException {
    if (refusal != null) {
      throw new IOException(refusal);
    }
    opened.add(settings.interfaceName());
    current = new Port(settings.interfaceName(), settings.bareIp(), new Descriptor(-1));
    return current;
  }

  @Override
  public TapPort adopt(Descriptor descriptor) throws IOException {
    if (descriptor.isClosed()) {
      throw new IOException("closed");
    }
    adopted++;
    current = new Port(current.name, current.bareIp, descriptor);
    return current;
  }
}
