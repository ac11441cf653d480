package io.karavel.engine.internal.lane;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.Slot;
import io.karavel.engine.StateVersions;
import io.karavel.ip.spi.IpModule;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.spi.ByteRing;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.StackSocket;
import io.karavel.tcp.spi.TcpEndpoints;
import io.karavel.tcp.spi.TcpModule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Opens every connection at once, and marks at the sockets which instance serves them. */
class FakeTcp implements TcpModule {
  final LaneContext context;
  final Factory factory;
  final Slot<IpModule> ip;
  RuntimeException failDatagram;

  FakeTcp(LaneContext context, Factory factory) {
    this.context = context;
    this.factory = factory;
    ip = context.slot("ip", IpModule.class);
  }

  static final class Factory implements ModuleFactory {
    final List<FakeTcp> made = new ArrayList<>();
    final List<String> said = new ArrayList<>();
    RuntimeException failOpen;
    RuntimeException failExport;
    RuntimeException failFlush;

    FakeTcp last() {
      return made.get(made.size() - 1);
    }

    @Override
    public String slot() {
      return SLOT;
    }

    @Override
    public StateVersions stateVersions() {
      return new StateVersions(1, 1);
    }

    @Override
    public Module create(LaneContext context) {
      FakeTcp module = new FakeTcp(context, this);
      made.add(module);
      return module;
    }
  }

  @Override
  public void onAttention(StackEndpoint endpoint) {
    int wishes = endpoint.takeWishes();
    factory.said.add("wishes " + wishes + " of " + endpoint.id());
    if (endpoint instanceof StackSocket socket) {
      if ((wishes & StackEndpoint.CONNECT) != 0) {
        TcpEndpoints endpoints = context.shared(TcpEndpoints.class);
        socket.rings(
            new ByteRing(endpoints.memory(), 65536), new ByteRing(endpoints.memory(), 65536));
        socket.moduleState(this);
        socket.markOpened();
        socket.signal();
      }
      if ((wishes & (StackEndpoint.CLOSE | StackEndpoint.ABORT)) != 0) {
        socket.markOver();
        socket.moduleState(null);
        context.shared(TcpEndpoints.class).connectionOver(socket);
        socket.signal();
      }
    }
  }

  @Override
  public void onDatagram(PacketBuffer datagram) {
    if (failDatagram != null) {
      RuntimeException failure = failDatagram;
      failDatagram = null;
      throw new IllegalStateException(failure.getMessage());
    }
    factory.said.add("datagram " + datagram.memory().getInt(datagram.offset()));
    ip.module().send(datagram);
  }

  @Override
  public void flush() {
    RuntimeException failure = factory.failFlush;
    factory.failFlush = null;
    if (failure != null) {
      throw new IllegalStateException(failure.getMessage());
    }
  }

  @Override
  public void open(Handover kept) throws HandoverException {
    HandoverReader reader = kept.reader();
    while (reader.next()) {
      StackSocket socket = reader.attachment(kept, StackSocket.class);
      socket.moduleState(this);
    }
    if (factory.failOpen != null) {
      throw factory.failOpen;
    }
  }

  @Override
  public Handover export() {
    if (factory.failExport != null) {
      throw factory.failExport;
    }
    HandoverWriter writer = new HandoverWriter(SLOT, 1);
    for (StackSocket socket : context.shared(TcpEndpoints.class).sockets()) {
      if (socket.moduleState() == this) {
        writer.putAttachment(1, socket);
      }
    }
    return writer.finish();
  }

  @Override
  public void close(CloseReason reason) {
    for (StackSocket socket : context.shared(TcpEndpoints.class).sockets()) {
      socket.moduleState(null);
    }
  }

  @Override
  public void onIcmpError(
      int type,
      int code,
      int mtu,
      int sourceIpv4,
      int destinationIpv4,
      int sourcePort,
      int destinationPort,
      int sequence) {}

  @Override
  public Page list(long cursor, int examine, Predicate<? super TcpConnectionInfo> filter) {
    return new Page(List.of(), 0);
  }

  @Override
  public TcpConnectionInfo info(long id) {
    return null;
  }

  @Override
  public TcpSummary summary() {
    return null;
  }

  @Override
  public boolean kill(long id, boolean reset) {
    return false;
  }
}
