package io.karavel.diagnostics.internal.laboratory;

import io.karavel.address.IpEndpoint;
import io.karavel.control.ConnectionChoice;
import io.karavel.control.LostMessage;
import io.karavel.diagnostics.internal.capture.FrameView;
import io.karavel.engine.DropReason;
import io.karavel.nic.FrameTap;
import io.karavel.nic.TapPoint;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.wire.TcpHeader;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Loses one message of one connection, so many times, and lets everything else pass. A connection
 * that is yet to be opened is bound by the first SYN that fits. Lane's thread.
 */
final class LossTap implements FrameTap {
  private final ConnectionChoice choice;
  private final LostMessage message;
  private final int times;
  private final SevenMessages messages = new SevenMessages();
  private final FrameView view = new FrameView();
  private boolean bound;
  private int localIpv4;
  private int localPort;
  private int remoteIpv4;
  private int remotePort;
  private final AtomicInteger lost = new AtomicInteger();

  LossTap(ConnectionChoice choice, TcpConnectionInfo info, LostMessage message, int times) {
    this.choice = choice;
    this.message = message;
    this.times = times;
    if (info != null) {
      begin(messages, info);
      bind(info.local(), info.remote());
    }
  }

  /** Has a classifier begin where a connection is. */
  static void begin(SevenMessages messages, TcpConnectionInfo info) {
    messages.begin(info.state(), number(info, "sndNxt"), number(info, "rcvNxt"));
  }

  private static int number(TcpConnectionInfo info, String key) {
    return info.details().get(key) instanceof Number number ? (int) number.longValue() : 0;
  }

  private void bind(IpEndpoint local, IpEndpoint remote) {
    localIpv4 = local.address().ipv4Bits();
    localPort = local.port();
    remoteIpv4 = remote.address().ipv4Bits();
    remotePort = remote.port();
    bound = true;
  }

  /** How often it was lost; any thread. */
  int lost() {
    return lost.get();
  }

  @Override
  public int position() {
    return AT_WIRE;
  }

  @Override
  public boolean isFor(String interfaceName) {
    return true;
  }

  @Override
  public boolean onReceived(TapPoint point, PacketBuffer frame) {
    return passes(point, frame, false);
  }

  @Override
  public boolean onTransmit(TapPoint point, PacketBuffer frame) {
    return passes(point, frame, true);
  }

  private boolean passes(TapPoint point, PacketBuffer frame, boolean ours) {
    view.over(frame.memory(), frame.offset(), frame.linearLength(), frame.length(), point.bareIp());
    if (!view.isTcp() || !isOurs(ours)) {
      return true;
    }
    int at = view.transportOffset();
    LostMessage is =
        messages.classify(
            ours,
            TcpHeader.sequenceNumber(view.memory(), at),
            TcpHeader.acknowledgmentNumber(view.memory(), at),
            view.tcpFlags(),
            view.tcpPayload());
    if (is != message || lost.getPlain() >= times) {
      return true;
    }
    lost.lazySet(lost.getPlain() + 1);
    point.drops().drop(frame, DropReason.LABORATORY_LOSS);
    return false;
  }

  private boolean isOurs(boolean ours) {
    int hereIpv4 = ours ? view.sourceIpv4() : view.destinationIpv4();
    int herePort = ours ? view.sourcePort() : view.destinationPort();
    int thereIpv4 = ours ? view.destinationIpv4() : view.sourceIpv4();
    int therePort = ours ? view.destinationPort() : view.sourcePort();
    if (bound) {
      return hereIpv4 == localIpv4
          && herePort == localPort
          && thereIpv4 == remoteIpv4
          && therePort == remotePort;
    }
    boolean bareSyn = (view.tcpFlags() & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN;
    boolean fits =
        (choice.localPort() == 0 || choice.localPort() == herePort)
            && (choice.peerPort() == 0 || choice.peerPort() == therePort)
            && (choice.peer().isEmpty() || choice.peer().get().ipv4Bits() == thereIpv4);
    if (!bareSyn || !fits) {
      return false;
    }
    localIpv4 = hereIpv4;
    localPort = herePort;
    remoteIpv4 = thereIpv4;
    remotePort = therePort;
    bound = true;
    return true;
  }
}
