package io.karavel.itests;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.karavel.address.IpEndpoint;
import io.karavel.control.Appliance;
import io.karavel.tcp.TcpService;
import io.karavel.tcp.TcpSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.After;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.ops4j.pax.exam.util.Filter;
import org.osgi.framework.BundleContext;

/** An application's handler does not come back: the appliance goes on and tells. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class HungLaneIT {
  @Inject private BundleContext context;
  @Inject private Appliance appliance;
  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;

  @Inject
  @Filter("(stack=main)")
  private TcpService main;

  private final CountDownLatch hanging = new CountDownLatch(1);
  private volatile boolean released;
  private volatile Thread stuck;

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @After
  public void release() {
    released = true;
  }

  private void hang() {
    stuck = Thread.currentThread();
    hanging.countDown();
    while (!released) {
      Thread.onSpinWait();
    }
  }

  @Test
  public void theOthersStreamOnAndStatusDoctorAndEventsTellOfIt() throws Exception {
    Console console = new Console(sessions);
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    crowd.expectProgress("before anything hangs");
    assertFalse(console.run("net:status").contains("left behind"));
    console.run("config:property-set -p io.karavel.engine hangMillis 2000");
    TcpSocket socket = main.connect(IpEndpoint.of("10.77.0.2", 7));
    socket.awaitConnected(Duration.ofSeconds(20));
    socket.handler(ready -> hang());
    socket.callAgain();
    assertTrue(hanging.await(60, TimeUnit.SECONDS));
    Poll.until("the lane is replaced", () -> crowd.sum("Lane.Hangs"), hangs -> hangs == 1);
    crowd.expectProgress("after a lane has hung");
    assertTrue(socket.isClosed());
    String status = console.run("net:status --sample 0");
    assertTrue(status, status.contains("threads of hung lanes that were left behind: 1"));
    String doctor = console.run("net:doctor");
    assertTrue(doctor, doctor.contains("lane-hung") && doctor.contains("net:restart --keep"));
    String events = console.run("net:events --kind lane");
    assertTrue(events, events.contains("is left behind, another one goes on"));
    assertTrue(stuck.isAlive());
    released = true;
    stuck.join(60_000);
    assertFalse(stuck.isAlive());
    Poll.until("none is left", () -> crowd.sum("Lane.AbandonedThreads"), left -> left == 0);
    crowd.expectProgress("after the thread has come back");
    console.run("config:property-delete -p io.karavel.engine hangMillis");
    // the aborted connection, at both of its ends
    crowd.end(2);
  }
}
