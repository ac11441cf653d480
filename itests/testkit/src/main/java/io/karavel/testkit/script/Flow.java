package io.karavel.testkit.script;

import io.karavel.address.IpEndpoint;
import io.karavel.testkit.PacketFormat;
import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.io.ByteArrayOutputStream;

/**
 * One connection as a script sees it: the two endpoints, what makes numbers relative, and what the
 * application has written to it. The stack's initial sequence number is learnt from its first SYN,
 * the origin of its timestamps from the first one that a script writes a number for.
 */
final class Flow {
  /** The peer's initial sequence number: its numbers wrap around after a thousand bytes. */
  static final int PEER_ISN = -1000;

  private final String name;
  private IpEndpoint local;
  private final IpEndpoint remote;
  private int peerIsn = PEER_ISN;
  private Integer localIsn;
  private Integer timestampOrigin;
  private int lastTimestamp;
  private int peerWindow = 65535;
  private ByteArrayOutputStream written = new ByteArrayOutputStream();
  private long readPosition;

  Flow(String name, IpEndpoint local, IpEndpoint remote) {
    this.name = name;
    this.local = local;
    this.remote = remote;
  }

  String name() {
    return name;
  }

  IpEndpoint local() {
    return local;
  }

  IpEndpoint remote() {
    return remote;
  }

  /** The stack has bound the connection; before, any port of it will do. */
  void local(IpEndpoint endpoint) {
    local = endpoint;
  }

  /** Whether a packet that the stack sent belongs here. */
  boolean owns(WirePacket packet) {
    if (!packet.isIpv4() || !packet.destination().equals(remote.address())) {
      return false;
    }
    if (packet.isIcmp()) {
      return true;
    }
    return packet.isTcp()
        && packet.destinationPort() == remote.port()
        && (local.port() == 0 || packet.sourcePort() == local.port());
  }

  /** Learns from a SYN of this flow what sequence numbers are relative to. */
  void learnSequence(WirePacket syn) {
    if (local.port() == 0) {
      local = new IpEndpoint(syn.source(), syn.sourcePort());
    }
    if (localIsn == null) {
      localIsn = syn.sequenceNumber();
    }
  }

  /** Learns from a packet of this flow what timestamps are relative to. */
  void learn(WirePacket packet, SegmentPattern pattern) {
    SegmentOption timestamps = packet.option(TcpOptionParser.TIMESTAMPS);
    if (timestamps != null && timestamps.hex() == null) {
      lastTimestamp = timestamps.values().get(0).intValue();
      if (timestampOrigin == null) {
        timestampOrigin = lastTimestamp - writtenTimestamp(pattern);
      }
    }
  }

  private static int writtenTimestamp(SegmentPattern pattern) {
    if (pattern != null && pattern.options() != null) {
      for (SegmentOption option : pattern.options()) {
        if (option.kind() == TcpOptionParser.TIMESTAMPS
            && !option.values().isEmpty()
            && option.values().get(0) != null) {
          return option.values().get(0).intValue();
        }
      }
    }
    return 0;
  }

  /** The connection is over for the stack: its next SYN begins anew. */
  void forgetLocal() {
    localIsn = null;
    timestampOrigin = null;
    written = new ByteArrayOutputStream();
    readPosition = 0;
  }

  /** The peer begins anew. */
  void peerIsn(int isn) {
    peerIsn = isn;
    readPosition = 0;
  }

  int peerIsn() {
    return peerIsn;
  }

  int localIsn() {
    return localIsn == null ? 0 : localIsn;
  }

  int timestampOrigin() {
    return timestampOrigin == null ? 0 : timestampOrigin;
  }

  int lastTimestamp() {
    return lastTimestamp;
  }

  /** The window field of injected segments that write none. */
  int peerWindow() {
    return peerWindow;
  }

  void peerWindow(int field) {
    peerWindow = field;
  }

  /** How the stack's packets are shown. */
  PacketFormat.Relative relative() {
    return new PacketFormat.Relative(localIsn(), peerIsn, timestampOrigin());
  }

  // ---- data ----

  /** The next bytes the application writes. */
  byte[] nextToWrite(int length) {
    return Content.bytes(written.size(), length);
  }

  /** The application has written bytes. */
  void wrote(byte[] bytes, int count) {
    written.write(bytes, 0, count);
  }

  int writtenBytes() {
    return written.size();
  }

  /** Why a payload is not what the application wrote there; null if it is. */
  String wrongPayload(WirePacket packet) {
    byte[] payload = packet.payload();
    if (payload.length == 0) {
      return null;
    }
    int relative = packet.sequenceNumber() - localIsn();
    int position = packet.has(TcpHeader.SYN) ? relative : relative - 1;
    byte[] all = written.toByteArray();
    if (position < 0 || position + payload.length > all.length) {
      return "payload: the application wrote " + all.length + " bytes only";
    }
    for (int i = 0; i < payload.length; i++) {
      if (payload[i] != all[position + i]) {
        return "payload: differs from what was written at byte " + i;
      }
    }
    return null;
  }

  long readPosition() {
    return readPosition;
  }

  void wasRead(int count) {
    readPosition += count;
  }
}
