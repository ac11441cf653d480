package io.karavel.engine.internal.stack;

import io.karavel.control.ConnectionKeeper;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.NanoClock;
import io.karavel.engine.internal.kept.KeptFile;
import io.karavel.engine.internal.lane.SavedSlot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the JVM before this one kept: when, what time its lanes had, and its stacks by name, each of
 * which is taken once. A file is used once, too: what comes after a crash must not find connections
 * as they were long ago.
 */
public final class KeptStacks {
  private static final Logger LOG = LoggerFactory.getLogger(KeptStacks.class);

  /**
   * How long packets are taken without an answer before everything stands still: a peer that sends
   * has something on its way for a round trip, and its retransmission timer is no shorter.
   */
  private static final long HOLD_MILLIS = 100;

  private static final int APPLIANCE = 1;
  private static final String FORM = "appliance";
  private static final int VERSION = 1;
  private static final int CLOCK = 1;
  private static final int SAVED_AT = 2;

  private final Map<String, KeptStack> stacks = new HashMap<>();
  private long clockNanos;
  private Instant savedAt;

  private KeptStacks() {}

  /**
   * Has stacks stand still and writes what they are to a file. If anything fails, all go on.
   *
   * @param nanoClock the time of their lanes
   * @param clock the time of day
   */
  public static ConnectionKeeper.Saved save(
      Collection<Stack> stacks, Path file, NanoClock nanoClock, Clock clock) throws IOException {
    long beginNanos = nanoClock.nanoTime();
    List<Stack> frozen = new ArrayList<>();
    try {
      List<List<List<SavedSlot>>> states = new ArrayList<>();
      int connections = 0;
      int listeners = 0;
      hold(stacks);
      for (Stack stack : stacks) {
        frozen.add(stack);
        states.add(stack.freeze());
        connections += stack.keptConnections();
        listeners += stack.endpoints().listeners().size();
      }
      long bytes =
          KeptFile.write(
              file,
              out -> {
                writeHead(out, nanoClock.nanoTime(), clock.instant());
                for (int i = 0; i < frozen.size(); i++) {
                  KeptStack.write(frozen.get(i), states.get(i), out);
                }
              });
      long millis = (nanoClock.nanoTime() - beginNanos) / 1_000_000;
      LOG.info("{} connections saved in {} bytes within {} ms", connections, bytes, millis);
      return new ConnectionKeeper.Saved(connections, listeners, bytes, millis);
    } catch (IOException | RuntimeException e) {
      stacks.forEach(Stack::thaw);
      throw new IOException(
          "the connections cannot be saved and go on as before: " + e.getMessage(), e);
    }
  }

  private static void hold(Collection<Stack> stacks) throws IOException {
    boolean any = false;
    for (Stack stack : stacks) {
      any |= stack.hold();
    }
    try {
      if (any) {
        Thread.sleep(HOLD_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void writeHead(KeptFile.Sink out, long clockNanos, Instant now)
      throws IOException {
    Handover form =
        new HandoverWriter(FORM, VERSION)
            .putLong(CLOCK, clockNanos)
            .putLong(SAVED_AT, now.toEpochMilli())
            .finish();
    out.record(APPLIANCE, ByteBuffer.wrap(form.form()));
  }

  /**
   * Takes the file away and reads it. One that is torn, damaged, foreign or of another version is
   * reported and counts for nothing: the start is a clean one.
   *
   * @return what was kept, or null
   */
  public static KeptStacks take(Path file) {
    try {
      if (!Files.exists(file)) {
        KeptFile.discard(file);
        return null;
      }
      try {
        return parse(KeptFile.read(file));
      } catch (IOException | HandoverException e) {
        LOG.error(
            "Kept connections in {} are refused, the start is a clean one: {}",
            file,
            e.getMessage());
        return null;
      } finally {
        KeptFile.discard(file);
      }
    } catch (IOException e) {
      LOG.error(
          "Kept connections in {} cannot be taken, the start is a clean one; remove the file: {}",
          file,
          e.toString());
      return null;
    }
  }

  private static KeptStacks parse(List<KeptFile.Entry> records) throws HandoverException {
    KeptStacks kept = new KeptStacks();
    KeptStack stack = null;
    for (KeptFile.Entry record : records) {
      if (record.tag() == APPLIANCE) {
        kept.head(record);
      } else if (record.tag() == KeptStack.STACK) {
        stack = new KeptStack();
        stack.add(record);
        kept.stacks.put(KeptStack.nameIn(record), stack);
      } else if (stack != null) {
        stack.add(record);
      }
    }
    if (kept.savedAt == null) {
      throw new HandoverException("it does not say when it was written");
    }
    return kept;
  }

  private void head(KeptFile.Entry record) throws HandoverException {
    byte[] form = new byte[record.bytes().remaining()];
    record.bytes().get(0, form);
    HandoverReader in = Handover.restored(FORM, VERSION, form).reader();
    while (in.next()) {
      switch (in.tag()) {
        case CLOCK -> clockNanos = in.longValue();
        case SAVED_AT -> savedAt = Instant.ofEpochMilli(in.longValue());
        default -> {}
      }
    }
  }

  /** What the clock of the lanes said when they were frozen. */
  public long clockNanos() {
    return clockNanos;
  }

  /** Takes what was kept of a stack; null if there is nothing, or no more. */
  KeptStack take(String stack) {
    return stacks.remove(stack);
  }

  /**
   * Makes a stack with what was kept of it; without, if that contradicts itself.
   *
   * @param setup what the stack is assembled from; its secrets are those that were kept
   */
  public Stack open(StackSetup setup, Instant now) {
    KeptStack kept = take(setup.name());
    if (kept == null) {
      return new Stack(setup);
    }
    try {
      Stack stack = new Stack(setup);
      stack.restore(kept);
      LOG.info(
          "Stack {}: {} connections and {} listeners go on, {} ms after they were saved",
          setup.name(),
          stack.keptConnections(),
          stack.endpoints().listeners().size(),
          Duration.between(savedAt, now).toMillis());
      return stack;
    } catch (HandoverException e) {
      LOG.error(
          "Stack {}: its kept connections are refused, it starts clean: {}",
          setup.name(),
          e.getMessage());
      return new Stack(setup);
    }
  }
}
