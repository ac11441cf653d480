package io.karavel.services.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.karavel.control.Appliance;
import io.karavel.control.ModuleAbsentException;
import io.karavel.control.ModuleInfo;
import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.spi.TcpControl;
import io.karavel.tcp.spi.TcpModule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the page shows. The figures are gathered on the bundle's own thread, because a question to a
 * module waits for its lane; the lane that serves the page never waits.
 */
final class StatusPage {
  private static final Logger LOG = LoggerFactory.getLogger(StatusPage.class);

  /** The page as of a moment. */
  @SuppressWarnings("ArrayRecordComponent")
  record Snapshot(long takenNanos, byte[] text, byte[] json) {}

  private final JsonFactory factory = new JsonFactory();
  private final Supplier<Appliance> appliance;
  private final Supplier<List<Services.ServiceLine>> services;
  private final Executor executor;
  private final LongSupplier nanoClock;
  private final Clock clock;
  private final IntSupplier maxAgeMillis;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean gathering = new AtomicBoolean();
  private volatile Snapshot latest;

  StatusPage(
      Supplier<Appliance> appliance,
      Supplier<List<Services.ServiceLine>> services,
      Executor executor,
      LongSupplier nanoClock,
      Clock clock,
      IntSupplier maxAgeMillis) {
    this.appliance = appliance;
    this.services = services;
    this.executor = executor;
    this.nanoClock = nanoClock;
    this.clock = clock;
    this.maxAgeMillis = maxAgeMillis;
  }

  /**
   * The page, if the figures are recent enough for a question asked at {@code askedNanos}. Never
   * blocks.
   *
   * @param whenGathered run on another thread once there are newer ones, if the answer is null
   */
  Snapshot snapshot(long askedNanos, Runnable whenGathered) {
    Snapshot now = latest;
    if (now != null
        && now.takenNanos() - askedNanos
            >= -TimeUnit.MILLISECONDS.toNanos(maxAgeMillis.getAsInt())) {
      return now;
    }
    waiting.add(whenGathered);
    if (gathering.compareAndSet(false, true)) {
      try {
        executor.execute(this::gather);
      } catch (RejectedExecutionException e) {
        // The bundle is leaving; its successor reads the request again from the attachment.
        gathering.set(false);
      }
    }
    return null;
  }

  private void gather() {
    long takenNanos = nanoClock.getAsLong();
    try {
      latest = new Snapshot(takenNanos, text(), json());
    } catch (IOException | RuntimeException e) {
      LOG.error("The status page cannot be made", e);
      byte[] problem =
          ("the figures cannot be gathered: " + e + "\n").getBytes(StandardCharsets.UTF_8);
      latest = new Snapshot(takenNanos, problem, "{}".getBytes(StandardCharsets.UTF_8));
    }
    gathering.set(false);
    for (Runnable told = waiting.poll(); told != null; told = waiting.poll()) {
      told.run();
    }
  }

  private static TcpSummary summary(Appliance from, String stack) {
    try {
      return from.query(stack, TcpModule.SLOT, TcpControl.class, TcpControl::summary);
    } catch (ModuleAbsentException e) {
      return null;
    }
  }

  private byte[] json() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(8192);
    try (JsonGenerator json = factory.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("time", Instant.now(clock).truncatedTo(ChronoUnit.MILLIS).toString());
      Appliance from = appliance.get();
      if (from != null) {
        json.writeNumberField("uptimeMillis", from.uptimeNanos() / 1_000_000);
        json.writeArrayFieldStart("stacks");
        for (String stack : from.stacks()) {
          stack(json, from, stack);
        }
        json.writeEndArray();
      }
      json.writeArrayFieldStart("services");
      for (Services.ServiceLine line : services.get()) {
        json.writeStartObject();
        json.writeStringField("name", line.name());
        json.writeNumberField("port", line.port());
        json.writeNumberField("connections", line.connections());
        json.writeNumberField("accepted", line.accepted());
        json.writeNumberField("refused", line.refused());
        json.writeNumberField("timedOut", line.timedOut());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private void stack(JsonGenerator json, Appliance from, String stack) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", stack);
    json.writeArrayFieldStart("modules");
    for (ModuleInfo module : from.modules(stack)) {
      json.writeStartObject();
      json.writeNumberField("lane", module.lane());
      json.writeStringField("slot", module.slot());
      json.writeStringField("bundle", module.bundle());
      json.writeStringField("version", module.version());
      json.writeNumberField("generation", module.generation());
      json.writeStringField("state", module.state());
      json.writeStringField("since", since(module));
      json.writeNumberField("crashes", module.crashes());
      json.writeStringField("lastError", module.lastError());
      json.writeEndObject();
    }
    json.writeEndArray();
    TcpSummary summary = summary(from, stack);
    json.writeObjectFieldStart("connections");
    if (summary != null) {
      for (Map.Entry<TcpState, Integer> state : summary.byState().entrySet()) {
        json.writeNumberField(state.getKey().label(), state.getValue());
      }
    }
    json.writeEndObject();
    json.writeObjectFieldStart("counters");
    for (Map.Entry<String, Long> counter : from.counters(stack).entrySet()) {
      json.writeNumberField(counter.getKey(), counter.getValue());
    }
    json.writeEndObject();
    json.writeObjectFieldStart("drops");
    for (Map.Entry<DropReason, Long> drop : from.drops(stack).entrySet()) {
      json.writeNumberField(drop.getKey().name(), drop.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private String since(ModuleInfo module) {
    return Instant.now(clock)
        .minusNanos(module.sinceNanos())
        .truncatedTo(ChronoUnit.SECONDS)
        .toString();
  }

  private byte[] text() {
    StringBuilder page = new StringBuilder(4096);
    page.append("Karavel: a TCP/IP stack whose parts can be replaced while connections run\n");
    page.append("This page has come to you through it. The same as JSON: /status\n\n");
    page.append(Instant.now(clock).truncatedTo(ChronoUnit.SECONDS));
    Appliance from = appliance.get();
    if (from == null) {
      page.append("  the engine does not answer: start bundle io.karavel.engine\n");
    } else {
      Duration up = Duration.ofNanos(from.uptimeNanos());
      page.append(
          String.format(
              Locale.ROOT,
              "  up %dd %02d:%02d:%02d%n",
              up.toDays(),
              up.toHoursPart(),
              up.toMinutesPart(),
              up.toSecondsPart()));
      for (String stack : from.stacks()) {
        text(page, from, stack);
      }
    }
    page.append("\nservice      port  open  accepted  refused  timed out\n");
    for (Services.ServiceLine line : services.get()) {
      page.append(
          String.format(
              Locale.ROOT,
              "%-10s  %5s %5d %9d %8d %10d%n",
              line.name(),
              line.port() == 0 ? "off" : String.valueOf(line.port()),
              line.connections(),
              line.accepted(),
              line.refused(),
              line.timedOut()));
    }
    return page.toString().replace("\r\n", "\n").getBytes(StandardCharsets.UTF_8);
  }

  private void text(StringBuilder page, Appliance from, String stack) {
    page.append("\nstack ").append(stack).append('\n');
    for (ModuleInfo module : from.modules(stack)) {
      page.append(
          String.format(
              Locale.ROOT,
              "  %-16s %-8s %-28s generation %d, since %s%s%n",
              module.slot(),
              module.state(),
              (module.bundle() + " " + module.version()).trim(),
              module.generation(),
              since(module),
              module.lastError().isEmpty() ? "" : ", last error: " + module.lastError()));
    }
    TcpSummary summary = summary(from, stack);
    page.append("  connections      ");
    if (summary == null) {
      page.append("module tcp: not running\n");
    } else {
      StringBuilder states = new StringBuilder();
      summary.byState().forEach((state, n) -> states.append(n == 0 ? "" : state + " " + n + "  "));
      page.append(states.isEmpty() ? "none" : states);
      page.append('\n');
    }
    from.counters(stack)
        .forEach(
            (name, value) -> {
              if (value != 0) {
                page.append(String.format(Locale.ROOT, "  %-32s %d%n", name, value));
              }
            });
  }
}
