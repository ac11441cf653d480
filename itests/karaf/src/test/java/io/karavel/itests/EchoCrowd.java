package io.karavel.itests;

import static org.junit.Assert.assertEquals;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.control.Appliance;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * Connections from the stack host to the echo of main: some stream all the time ({@code
 * -Dkaravel.streams}), one of them under BBR, some are idle ({@code -Dkaravel.idle}).
 */
final class EchoCrowd {
  private static final IpEndpoint ECHO = new IpEndpoint(IpAddress.parse("10.77.0.2"), 7);
  private static final int STREAMS = Integer.getInteger("karavel.streams", 6);
  private static final int IDLE = Integer.getInteger("karavel.idle", 30);

  private final Appliance appliance;
  private final List<EchoTraffic> streams = new ArrayList<>();
  private final List<TcpSocket> sockets = new ArrayList<>();
  private final List<TcpSocket> idle = new ArrayList<>();
  private final long resetsBefore;

  EchoCrowd(BundleContext context, Appliance appliance) throws Exception {
    this.appliance = appliance;
    TcpService host =
        Poll.until("the stack host is there", () -> stack(context), found -> found != null);
    Poll.until("the echo service answers", () -> isServed(host), served -> served);
    resetsBefore = sum("Tcp.EstabResets");
    for (int i = 0; i < STREAMS + IDLE; i++) {
      TcpSocket socket = host.socket();
      if (i == 0) {
        socket.option(TcpOption.CONGESTION_CONTROL, "bbr");
      }
      socket.connect(ECHO);
      socket.awaitConnected(Duration.ofSeconds(60));
      if (i < STREAMS) {
        sockets.add(socket);
        streams.add(new EchoTraffic(socket, i));
      } else {
        idle.add(socket);
      }
    }
    streams.forEach(EchoTraffic::start);
  }

  private static boolean isServed(TcpService host) throws TcpException {
    TcpSocket socket = host.connect(ECHO);
    try {
      socket.awaitConnected(Duration.ofSeconds(60));
      return true;
    } catch (TcpException e) {
      return false;
    } finally {
      socket.close();
    }
  }

  private static TcpService stack(BundleContext context) throws Exception {
    for (ServiceReference<TcpService> reference :
        context.getServiceReferences(TcpService.class, "(stack=host)")) {
      return context.getService(reference);
    }
    return null;
  }

  void expectProgress(String when) throws Exception {
    for (EchoTraffic stream : streams) {
      stream.expectProgress(when);
    }
  }

  /** The connection that streams under BBR. */
  TcpSocket underBbr() {
    return sockets.get(0);
  }

  /** The longest time without a byte on any stream since the last call. */
  long longestGapMillis() {
    return streams.stream().mapToLong(EchoTraffic::longestGapMillis).max().orElse(0);
  }

  /** The sum of a counter over the stacks. */
  long sum(String counter) {
    long sum = 0;
    for (String stack : appliance.stacks()) {
      sum += appliance.counters(stack).getOrDefault(counter, 0L);
    }
    return sum;
  }

  /** Everything is as if nothing had been: no reset, no other byte, idle connections at hand. */
  void end() throws Exception {
    end(0);
  }

  /** The same, but that others than these connections were reset so many times. */
  void end(long otherResets) throws Exception {
    for (TcpSocket socket : sockets) {
      assertEquals(TcpState.ESTABLISHED, socket.state());
    }
    for (TcpSocket socket : idle) {
      assertEquals(TcpState.ESTABLISHED, socket.state());
      socket.outputStream().write(42);
      socket.outputStream().flush();
      Poll.until(
          "an idle connection answers", () -> socket.inputStream().available(), bytes -> bytes > 0);
      assertEquals(42, socket.inputStream().read());
    }
    for (EchoTraffic stream : streams) {
      stream.end();
    }
    assertEquals("resets", resetsBefore + otherResets, sum("Tcp.EstabResets"));
    Poll.until(
        "all that was parked is drained",
        () -> sum("Lane.ParkedFrames") - sum("Lane.DrainedFrames"),
        left -> left == 0);
    sockets.forEach(TcpSocket::close);
    idle.forEach(TcpSocket::close);
  }
}
