package io.karavel.diagnostics.internal.trace;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.control.ConnectionChoice;
import io.karavel.control.ModuleAbsentException;
import io.karavel.diagnostics.internal.Ground;
import io.karavel.diagnostics.internal.capture.CapturedFrame;
import io.karavel.diagnostics.internal.capture.FrameFilter;
import io.karavel.diagnostics.internal.capture.RecordReader;
import io.karavel.diagnostics.internal.capture.Recorder;
import io.karavel.diagnostics.internal.capture.StateChange;
import io.karavel.nic.FrameTap;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.TcpControl;
import io.karavel.tcp.spi.TcpModule;
import io.karavel.wire.TcpHeader;
import java.io.IOException;
import java.util.Arrays;

/**
 * Watches one connection: what our stack sends, seen before anything can lose it, what comes from
 * the wire, and the states of our end. A connection that is yet to be opened is bound by its first
 * SYN. One thread.
 */
public final class ConnectionWatch implements AutoCloseable {
  private static final int HEADER_BYTES = 160;

  /** Is told what happens. */
  public interface Observer {
    /** The ends are known now; {@code info} is null if the connection was not there before. */
    void bound(IpEndpoint local, IpEndpoint remote, TcpConnectionInfo info);

    /** A segment. */
    void segment(Watched segment);

    /** Our end has come to a state. */
    void state(StateChange change);
  }

  private final Ground ground;
  private final ConnectionChoice choice;
  private final Recorder recorder;
  private final FrameTap wireTap;
  private final FrameTap stackTap;
  private final RecordReader reader;
  private final Observer observer;
  private IpEndpoint local;
  private IpEndpoint remote;

  /**
   * Watches from now on.
   *
   * @param others taps that are to begin at the same moment; whoever gives them takes them out
   * @throws IllegalArgumentException if there is no such connection or stack
   */
  public ConnectionWatch(
      Ground ground, ConnectionChoice choice, Observer observer, FrameTap... others) {
    this.ground = ground;
    this.choice = choice;
    this.observer = observer;
    ground.checkStack(choice.stack());
    TcpConnectionInfo info = choice.id() == 0 ? null : find(ground, choice);
    FrameFilter filter;
    if (info != null) {
      local = info.local();
      remote = info.remote();
      filter = FrameFilter.parse("connection " + local + " " + remote);
    } else {
      filter = FrameFilter.parse(pattern());
    }
    recorder =
        new Recorder(filter, HEADER_BYTES, 0, 0, ground.settings().get().captureRingBytes(), true);
    wireTap = recorder.tap("", FrameTap.AT_DEVICE, true, false);
    stackTap = recorder.tap("", FrameTap.AT_IP, false, true);
    reader = new RecordReader(recorder);
    ground.taps().transitions(choice.stack()).add(recorder);
    FrameTap[] all = Arrays.copyOf(others, others.length + 2);
    all[others.length] = wireTap;
    all[others.length + 1] = stackTap;
    // together: else a connection could be bound by its SYN and lack what comes right after it
    ground.taps().attach(choice.stack(), all);
    if (info != null) {
      observer.bound(local, remote, info);
    }
  }

  private String pattern() {
    StringBuilder text = new StringBuilder("tcp");
    choice.peer().ifPresent(peer -> text.append(" and host ").append(peer));
    if (choice.localPort() != 0) {
      text.append(" and port ").append(choice.localPort());
    }
    if (choice.peerPort() != 0) {
      text.append(" and port ").append(choice.peerPort());
    }
    return text.toString();
  }

  /**
   * The connection of a choice.
   *
   * @throws IllegalArgumentException if it is not there
   */
  public static TcpConnectionInfo find(Ground ground, ConnectionChoice choice) {
    TcpConnectionInfo info = ask(ground, choice.stack(), choice.id());
    if (info == null || info.remote() == null) {
      throw new IllegalArgumentException(
          "stack "
              + choice.stack()
              + " has no connection "
              + choice.id()
              + "; 'tcp:list --connected' shows their numbers");
    }
    return info;
  }

  /** What TCP says of a connection now; null if it is not there. */
  public static TcpConnectionInfo ask(Ground ground, String stack, long id) {
    try {
      return ground.appliance().query(stack, TcpModule.SLOT, TcpControl.class, tcp -> tcp.info(id));
    } catch (ModuleAbsentException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Tells the observer what has happened; says whether anything had. */
  public boolean look() {
    try {
      return reader.drain(
          new RecordReader.Sink() {
            @Override
            public void frame(CapturedFrame frame) {
              onFrame(frame);
            }

            @Override
            public void change(StateChange change) {
              onChange(change);
            }
          });
    } catch (IOException e) {
      throw new IllegalStateException("a sink without output failed", e);
    }
  }

  /** Segments that passed too quickly to be seen. */
  public long missed() {
    return recorder.lost();
  }

  private void onFrame(CapturedFrame frame) {
    if (!frame.view().isTcp()) {
      return;
    }
    boolean ours = !frame.received();
    IpEndpoint source = end(frame.view().sourceIpv4(), frame.view().sourcePort());
    IpEndpoint destination = end(frame.view().destinationIpv4(), frame.view().destinationPort());
    if (local == null) {
      boolean bareSyn =
          (frame.view().tcpFlags() & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN;
      if (!bareSyn || !fits(ours ? source : destination, ours ? destination : source)) {
        return;
      }
      local = ours ? source : destination;
      remote = ours ? destination : source;
      observer.bound(local, remote, null);
    }
    if (source.equals(ours ? local : remote) && destination.equals(ours ? remote : local)) {
      observer.segment(Watched.of(frame));
    }
  }

  private boolean fits(IpEndpoint here, IpEndpoint there) {
    return (choice.localPort() == 0 || choice.localPort() == here.port())
        && (choice.peerPort() == 0 || choice.peerPort() == there.port())
        && choice.peer().map(there.address()::equals).orElse(true);
  }

  private void onChange(StateChange change) {
    if (local == null) {
      // an active opening shows SYN-SENT before its SYN
      IpEndpoint here = end(change.localIpv4(), change.localPort());
      IpEndpoint there = end(change.remoteIpv4(), change.remotePort());
      if (change.state() != TcpState.SYN_SENT || !fits(here, there)) {
        return;
      }
      local = here;
      remote = there;
      observer.bound(local, remote, null);
    }
    if (end(change.localIpv4(), change.localPort()).equals(local)
        && end(change.remoteIpv4(), change.remotePort()).equals(remote)) {
      observer.state(change);
    }
  }

  private static IpEndpoint end(int ipv4, int port) {
    return new IpEndpoint(IpAddress.ipv4(ipv4), port);
  }

  @Override
  public void close() {
    ground.taps().detach(choice.stack(), stackTap);
    ground.taps().detach(choice.stack(), wireTap);
    ground.taps().transitions(choice.stack()).remove(recorder);
  }
}
