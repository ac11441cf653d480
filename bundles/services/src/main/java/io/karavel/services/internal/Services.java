package io.karavel.services.internal;

import io.karavel.address.IpEndpoint;
import io.karavel.control.Appliance;
import io.karavel.services.BuiltInServices;
import io.karavel.services.ServicesSettings;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpService;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The built-in services and the forwarder, brought together: settings and stacks come and go, and
 * each service listens whenever both want it to. Public for those who assemble a stack without a
 * framework. Any thread.
 */
public final class Services implements BuiltInServices, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Services.class);

  private final ScheduledExecutorService executor;
  private final Forwarder forwarder;
  private final StatusPage page;
  private final Map<String, BuiltIn> services = new LinkedHashMap<>();
  private final Map<String, Backoff> backoffs = new LinkedHashMap<>();
  private final Map<String, String> failures = new LinkedHashMap<>();
  private final Map<String, ScheduledFuture<?>> retries = new LinkedHashMap<>();
  private final Map<String, TcpService> stacks = new LinkedHashMap<>();
  private final ScheduledFuture<?> sweeping;
  private volatile ServicesSettings settings;
  private boolean leaving;

  /**
   * Nothing listens until {@link #stackArrived}.
   *
   * @param executor one thread of this bundle, for what is neither the lane's nor the selector's
   * @param appliance the appliance, or null while it is away
   */
  public Services(
      ScheduledExecutorService executor,
      ServicesSettings settings,
      Supplier<Appliance> appliance,
      LongSupplier nanoClock,
      Clock clock) {
    this.executor = executor;
    this.settings = settings;
    this.page =
        new StatusPage(
            appliance,
            this::serviceLines,
            executor,
            nanoClock,
            clock,
            () -> this.settings.httpSnapshotMillis());
    BufferPool pool = new BufferPool();
    ByteBuffer pattern = ChargenConnection.pattern();
    add("echo", (s, socket) -> new EchoConnection(s, socket, pool), nanoClock);
    add("discard", DiscardConnection::new, nanoClock);
    add("daytime", (s, socket) -> new DaytimeConnection(s, socket, clock), nanoClock);
    add("chargen", (s, socket) -> new ChargenConnection(s, socket, pattern), nanoClock);
    add("http", (s, socket) -> new HttpConnection(s, socket, page, clock), nanoClock);
    forwarder = new Forwarder(settings, nanoClock);
    sweeping = executor.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  private void add(String name, BuiltIn.Protocol protocol, LongSupplier nanoClock) {
    services.put(name, new BuiltIn(name, protocol, nanoClock, () -> settings));
    backoffs.put(name, new Backoff());
  }

  /** While these stand by: see {@link Drill}. */
  void drill() {
    services.values().forEach(BuiltIn::drill);
  }

  /** New settings rule. */
  synchronized void apply(ServicesSettings changed) {
    settings = changed;
    // All that must go, goes first: two services may have exchanged their ports.
    for (BuiltIn service : services.values()) {
      ServicesSettings.Port wanted = port(service.name());
      if (service.listening().port() != wanted.port()) {
        listen(service, new ServicesSettings.Port(false, wanted.port()));
      }
    }
    for (BuiltIn service : services.values()) {
      backoffs.get(service.name()).reset();
      listen(service, port(service.name()));
    }
    forwarder.apply(changed, stacks.get(changed.forwarder().stack()));
  }

  /** TCP of a stack is there. */
  public synchronized void stackArrived(TcpService tcp) {
    stacks.put(tcp.stack(), tcp);
    if (tcp.stack().equals(Appliance.MAIN)) {
      boolean before = false;
      for (BuiltIn service : services.values()) {
        before |= service.attach(tcp);
      }
      if (before) {
        // whom the acceptors before let in is among the sockets by then
        boolean answers = BuiltIn.pass(tcp);
        for (BuiltIn service : services.values()) {
          answers = service.takeUp(tcp, answers);
        }
      }
      services.values().forEach(service -> listen(service, port(service.name())));
    }
    forwarder.apply(settings, stacks.get(settings.forwarder().stack()));
  }

  /** TCP of a stack is gone with all its connections. */
  synchronized void stackLeft(TcpService tcp) {
    if (stacks.remove(tcp.stack(), tcp)) {
      if (tcp.stack().equals(Appliance.MAIN)) {
        services.values().forEach(BuiltIn::forget);
      }
      forwarder.apply(settings, stacks.get(settings.forwarder().stack()));
    }
  }

  private ServicesSettings.Port port(String name) {
    ServicesSettings now = settings;
    return switch (name) {
      case "echo" -> now.echo();
      case "discard" -> now.discard();
      case "daytime" -> now.daytime();
      case "chargen" -> now.chargen();
      default -> now.http();
    };
  }

  private void listen(BuiltIn service, ServicesSettings.Port wanted) {
    ScheduledFuture<?> planned = retries.remove(service.name());
    if (planned != null) {
      planned.cancel(false);
    }
    try {
      service.listen(wanted);
      backoffs.get(service.name()).reset();
      if (failures.remove(service.name()) != null && wanted.enabled()) {
        LOG.info("Service {} listens on port {} now", service.name(), wanted.port());
      }
    } catch (TcpException | RuntimeException e) {
      long pause =
          backoffs
              .get(service.name())
              .nextMillis(settings.retryMillis(), settings.retryMaxMillis());
      String failure = wanted.port() + ": " + e.getMessage();
      if (!failure.equals(failures.put(service.name(), failure))) {
        LOG.error(
            "Service {} cannot listen on port {}; it keeps trying. Find the holder with"
                + " 'tcp:list --listening', or set {}Port of io.karavel.services",
            service.name(),
            failure,
            service.name());
      }
      retry(service, pause);
    }
  }

  private void retry(BuiltIn service, long pauseMillis) {
    try {
      retries.put(
          service.name(),
          executor.schedule(() -> tryAgain(service), pauseMillis, TimeUnit.MILLISECONDS));
    } catch (RejectedExecutionException e) {
      LOG.debug("No further try: the bundle is stopping");
    }
  }

  private synchronized void tryAgain(BuiltIn service) {
    if (retries.containsKey(service.name())) {
      listen(service, port(service.name()));
    }
  }

  private void sweep() {
    try {
      services.values().forEach(BuiltIn::sweep);
    } catch (RuntimeException e) {
      LOG.error("Looking for idle connections failed", e);
    }
  }

  /** What the status page shows of a service. */
  record ServiceLine(
      String name, int port, int connections, long accepted, long refused, long timedOut) {}

  private List<ServiceLine> serviceLines() {
    List<ServiceLine> lines = new ArrayList<>();
    for (BuiltIn service : services.values()) {
      lines.add(
          new ServiceLine(
              service.name(),
              service.listening().port(),
              service.openConnections(),
              service.accepted(),
              service.refused(),
              service.timedOut()));
    }
    lines.add(forwarder.line());
    return lines;
  }

  @Override
  public List<String> names() {
    return List.copyOf(services.keySet());
  }

  @Override
  public synchronized long listen(String stack, String name, IpEndpoint local) throws TcpException {
    BuiltIn service = services.get(name);
    if (leaving) {
      throw new IllegalStateException("these services are leaving; ask those that come");
    }
    if (service == null) {
      throw new IllegalArgumentException(
          "there is no service '" + name + "'; there are " + String.join(", ", services.keySet()));
    }
    TcpService tcp = stacks.get(stack);
    if (tcp == null) {
      throw new IllegalArgumentException(
          "there is no stack '" + stack + "'; there are " + String.join(", ", stacks.keySet()));
    }
    if (!stack.equals(Appliance.MAIN)) {
      throw new IllegalArgumentException(
          "the built-in services live on the stack main; '" + stack + "' cannot have them");
    }
    return service.listenAlso(tcp, local).id();
  }

  BuiltIn service(String name) {
    return services.get(name);
  }

  Forwarder forwarder() {
    return forwarder;
  }

  /**
   * Ends what a successor cannot begin beside: the kernel's port, retries. Connections of the
   * services are served until they are taken up or {@link #close} comes.
   */
  synchronized void leave() {
    if (leaving) {
      return;
    }
    leaving = true;
    sweeping.cancel(false);
    retries.values().forEach(planned -> planned.cancel(false));
    retries.clear();
    forwarder.close();
    stacks.values().forEach(tcp -> tcp.detach(Forwarder.OWNER));
  }

  /**
   * Leaves every connection that nobody has taken up as it is, for the next version of this bundle;
   * returns when no code of this one runs any more on the lane or the selector.
   */
  @Override
  public synchronized void close() {
    leave();
    for (TcpService tcp : stacks.values()) {
      services.values().forEach(service -> service.release(tcp));
    }
    stacks.clear();
    services.values().forEach(BuiltIn::forget);
  }
}
