package io.karavel.diagnostics.internal.capture;

import io.karavel.engine.DropReason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A frame as the reader of a recording gets it. The reader's thread. */
public final class CapturedFrame {
  private final ByteBuffer data;
  private final FrameView view = new FrameView();
  private final List<StateChange> changes = new ArrayList<>();
  private final String interfaceName;
  private final int interfaceIndex;
  private final boolean received;
  private final boolean bareIp;
  private final DropReason dropped;
  private final long nanos;
  private final int wireLength;

  CapturedFrame(
      ByteBuffer data,
      String interfaceName,
      int interfaceIndex,
      boolean received,
      boolean bareIp,
      DropReason dropped,
      long nanos,
      int wireLength) {
    this.data = data;
    this.interfaceName = interfaceName;
    this.interfaceIndex = interfaceIndex;
    this.received = received;
    this.bareIp = bareIp;
    this.dropped = dropped;
    this.nanos = nanos;
    this.wireLength = wireLength;
    view.over(data, 0, data.limit(), wireLength, bareIp);
  }

  /** What was kept of it, from 0 to the limit. */
  public ByteBuffer data() {
    return data;
  }

  /** Its headers. */
  public FrameView view() {
    return view;
  }

  /** Name of the interface. */
  public String interfaceName() {
    return interfaceName;
  }

  /** Index of the interface. */
  public int interfaceIndex() {
    return interfaceIndex;
  }

  /** Whether it came in rather than went out. */
  public boolean received() {
    return received;
  }

  /** Whether it is a bare IP packet. */
  public boolean bareIp() {
    return bareIp;
  }

  /** Why it was discarded; null if it was not. */
  public DropReason dropped() {
    return dropped;
  }

  /** When, on the lane's clock. */
  public long nanos() {
    return nanos;
  }

  /** Its length on the wire. */
  public int wireLength() {
    return wireLength;
  }

  /** The states that connections came to with it. */
  public List<StateChange> changes() {
    return changes;
  }

  /** Whether it belongs to the connection of a change. */
  boolean belongsTo(StateChange change) {
    if (!view.isTcp()) {
      return false;
    }
    int from = received ? change.remoteIpv4() : change.localIpv4();
    int to = received ? change.localIpv4() : change.remoteIpv4();
    int fromPort = received ? change.remotePort() : change.localPort();
    int toPort = received ? change.localPort() : change.remotePort();
    return view.sourceIpv4() == from
        && view.destinationIpv4() == to
        && view.sourcePort() == fromPort
        && view.destinationPort() == toPort;
  }

  /** Discard and states in words; empty if there is nothing to say. */
  public String comment() {
    StringBuilder text = new StringBuilder();
    if (dropped != null) {
      text.append("dropped: ").append(dropped.name()).append(", ").append(dropped.meaning());
    }
    for (StateChange change : changes) {
      text.append(text.isEmpty() ? "" : "; ").append(change);
    }
    return text.toString();
  }
}
