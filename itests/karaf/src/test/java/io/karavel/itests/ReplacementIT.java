package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.control.Appliance;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import java.io.DataInputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** An echo runs from stack to stack while every module is updated, stopped and started. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ReplacementIT {
  private static final List<String> MODULES =
      List.of("timer", "nic-memory", "ip", "tcp", "services");
  private static final int CHUNK_BYTES = 20_000;
  private static final int ROUNDS_AFTERWARDS = 20;

  @Inject private BundleContext context;
  @Inject private Appliance appliance;
  @Inject private BootFinished bootFinished;

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Test
  public void anEchoGoesOnWhileEveryModuleIsReplaced() throws Exception {
    IpEndpoint echo = new IpEndpoint(IpAddress.parse("10.77.0.2"), 7);
    TcpService host = Poll.until("the stack host is there", () -> stack("host"), s -> s != null);
    try (TcpSocket socket = host.connect(echo)) {
      socket.awaitConnected(Duration.ofSeconds(10));
      Traffic traffic = new Traffic(socket);
      traffic.start();
      traffic.expectProgress("before anything is replaced");
      for (String module : MODULES) {
        Bundle bundle = bundle("io.karavel." + module);
        bundle.update();
        traffic.expectProgress("after the update of " + module);
        bundle.stop();
        bundle.start();
        traffic.expectProgress("after stop and start of " + module);
      }
      assertEquals(TcpState.ESTABLISHED, socket.state());
      traffic.end();
      assertEquals(0L, (long) appliance.counters("main").getOrDefault("Tcp.EstabResets", 0L));
      assertEquals(0L, (long) appliance.counters("host").getOrDefault("Tcp.EstabResets", 0L));
    }
  }

  private TcpService stack(String name) throws Exception {
    for (ServiceReference<TcpService> reference :
        context.getServiceReferences(TcpService.class, "(stack=" + name + ")")) {
      return context.getService(reference);
    }
    return null;
  }

  private Bundle bundle(String symbolicName) {
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getSymbolicName().equals(symbolicName))
        .findFirst()
        .orElseThrow();
  }

  /** Sends random bytes and expects them back, over and over. */
  private static final class Traffic extends Thread {
    private final OutputStream out;
    private final DataInputStream in;
    private final Random random = new Random(7);
    private volatile boolean over;
    private final AtomicInteger rounds = new AtomicInteger();
    private volatile Throwable failure;

    Traffic(TcpSocket socket) {
      super("traffic");
      out = socket.outputStream();
      in = new DataInputStream(socket.inputStream());
    }

    @Override
    public void run() {
      byte[] sent = new byte[CHUNK_BYTES];
      byte[] received = new byte[CHUNK_BYTES];
      try {
        while (!over) {
          random.nextBytes(sent);
          out.write(sent);
          out.flush();
          in.readFully(received);
          if (!Arrays.equals(sent, received)) {
            throw new IllegalStateException("other bytes came back in round " + rounds);
          }
          rounds.incrementAndGet();
        }
      } catch (Exception e) {
        failure = e;
      }
    }

    void expectProgress(String when) throws Exception {
      int before = rounds.get();
      Poll.until(
          "the echo goes on " + when,
          () -> rounds.get() - before,
          done -> done >= ROUNDS_AFTERWARDS || failure != null);
      assertNull(when + ": " + failure, failure);
    }

    void end() throws InterruptedException {
      over = true;
      join();
      assertNull(String.valueOf(failure), failure);
    }
  }
}
