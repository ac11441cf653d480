package io.karavel.testkit;

import io.karavel.nic.Impairment;
import io.karavel.nic.ImpairmentSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Several stacks on one virtual clock, joined by cables that delay, lose, repeat, reorder and
 * damage frames as {@link Impairment} says. Events come in the order of virtual time, those of one
 * moment in the order in which they were caused, so a run depends on its seeds alone.
 *
 * <p>What the stacks do at this moment happens in {@link #settle()}, which the advancing methods
 * call too. Test's thread.
 */
public final class VirtualNetwork {
  private static final int MAXIMUM_ROUNDS = 1_000_000;

  private record Arrival(long timeNanos, long order, VirtualCable cable, int end, Frame frame) {}

  /** A frame on a cable. */
  static final class Frame {
    final byte[] bytes;
    final int segmentSize;
    final boolean verified;

    Frame(byte[] bytes, int segmentSize, boolean verified) {
      this.bytes = bytes;
      this.segmentSize = segmentSize;
      this.verified = verified;
    }
  }

  private final VirtualClock clock = new VirtualClock();
  private final List<StackHarness> stacks = new ArrayList<>();
  private final List<Runnable> afterEvent = new ArrayList<>();
  private final PriorityQueue<Arrival> arrivals =
      new PriorityQueue<>(
          Comparator.comparingLong(Arrival::timeNanos).thenComparingLong(Arrival::order));
  private Consumer<String> trace;
  private WireTap tap;
  private long order;

  /** A network without stacks. */
  public VirtualNetwork() {}

  /** The clock: build harnesses with it. */
  public VirtualClock clock() {
    return clock;
  }

  /** A builder of a harness on this network's clock. */
  public HarnessBuilder builder(String name) {
    return StackHarness.builder().name(name).clock(clock);
  }

  /** Takes a harness in that was built on this network's clock. */
  public StackHarness add(StackHarness stack) {
    if (stack.clock() != clock) {
      throw new IllegalArgumentException("the harness has a clock of its own: use builder()");
    }
    stacks.add(stack);
    return stack;
  }

  /** Forgets a stack: it is switched off, and nothing of it happens any more. */
  public void remove(StackHarness stack) {
    stacks.remove(stack);
    for (String device : stack.devices()) {
      stack.onSent(device, packet -> {});
    }
  }

  /**
   * Joins the first devices of two stacks by a cable, the same both ways.
   *
   * @return the cable, to change its settings
   */
  public VirtualCable connect(StackHarness one, StackHarness other, ImpairmentSettings settings) {
    return connect(one, one.devices().get(0), other, other.devices().get(0), settings);
  }

  /** Joins two devices by a cable. */
  public VirtualCable connect(
      StackHarness one,
      String oneDevice,
      StackHarness other,
      String otherDevice,
      ImpairmentSettings settings) {
    for (StackHarness stack : List.of(one, other)) {
      if (!stacks.contains(stack)) {
        add(stack);
      }
    }
    VirtualCable cable = new VirtualCable(this, one, oneDevice, other, otherDevice, settings);
    one.onSent(oneDevice, packet -> cable.send(0, packet));
    other.onSent(otherDevice, packet -> cable.send(1, packet));
    return cable;
  }

  /** Has each frame told in one line, with time and fate; null ends that. */
  public void trace(Consumer<String> lines) {
    trace = lines;
  }

  /** Has a tap see everything that is sent and that arrives; null ends that. */
  public void tap(WireTap value) {
    tap = value;
  }

  /** A packet from nowhere arrives at a device, as if a cable had brought it. */
  public void intrude(StackHarness stack, String device, byte[] packet) {
    tellArriving(stack, device, new Frame(packet, 0, false));
    stack.deliverTo(device, packet);
  }

  void tellSent(StackHarness stack, String device, WirePacket packet) {
    if (tap != null) {
      tap.sent(stack, device, packet);
    }
  }

  void tellArriving(StackHarness stack, String device, Frame frame) {
    if (tap != null) {
      tap.arriving(
          stack,
          device,
          new WirePacket(
              frame.bytes,
              stack.isBareIp(device),
              clock.nanoTime(),
              frame.verified ? frame.segmentSize : 0));
    }
  }

  /** Has something run after each event, such as an application's turn or an invariant's check. */
  public void afterEachEvent(Runnable check) {
    afterEvent.add(check);
  }

  void arrive(long timeNanos, VirtualCable cable, int end, Frame frame) {
    arrivals.add(new Arrival(timeNanos, order++, cable, end, frame));
  }

  boolean isTraced() {
    return trace != null;
  }

  void tell(String line) {
    if (trace != null) {
      trace.accept(Durations.format(clock.elapsedNanos()) + " " + line);
    }
  }

  /** Lets everything happen that happens at this moment, what it causes included. */
  public VirtualNetwork settle() {
    for (int round = 0; round < MAXIMUM_ROUNDS; round++) {
      boolean more = false;
      for (StackHarness stack : stacks) {
        if (stack.hasWork() || stack.nextDeadlineNanos() <= clock.nanoTime()) {
          stack.settle();
          more = true;
        }
      }
      while (!arrivals.isEmpty() && arrivals.peek().timeNanos() <= clock.nanoTime()) {
        Arrival arrival = arrivals.poll();
        arrival.cable().deliver(arrival.end(), arrival.frame());
        more = true;
      }
      if (!more) {
        return this;
      }
      afterEvent.forEach(Runnable::run);
    }
    throw new IllegalStateException("the network is not at rest: something goes in circles");
  }

  /** When the next thing happens; {@link Long#MAX_VALUE} if nothing does. */
  public long nextEventNanos() {
    long next = arrivals.isEmpty() ? Long.MAX_VALUE : arrivals.peek().timeNanos();
    for (StackHarness stack : stacks) {
      next = Math.min(next, stack.nextDeadlineNanos());
    }
    return next;
  }

  /** Goes on to the next moment at which something happens; false if nothing ever does. */
  public boolean step() {
    settle();
    long next = nextEventNanos();
    if (next == Long.MAX_VALUE) {
      return false;
    }
    clock.moveTo(Math.max(next, clock.nanoTime()));
    settle();
    return true;
  }

  /** Moves the time to a moment of {@link VirtualClock#nanoTime()}. */
  public VirtualNetwork advanceTo(long nanos) {
    settle();
    while (nextEventNanos() <= nanos) {
      step();
    }
    clock.moveTo(nanos);
    return settle();
  }

  /** Moves the time by a duration. */
  public VirtualNetwork advance(Duration duration) {
    return advanceTo(clock.nanoTime() + duration.toNanos());
  }

  /**
   * Goes on until a condition holds.
   *
   * @return whether it does; false when the limit is reached or nothing happens any more
   */
  public boolean advanceUntil(BooleanSupplier condition, Duration limit) {
    long end = clock.nanoTime() + limit.toNanos();
    settle();
    while (!condition.getAsBoolean()) {
      if (nextEventNanos() > end || !step()) {
        return condition.getAsBoolean();
      }
    }
    return true;
  }

  /** Frames on the cables. */
  public int inFlight() {
    return arrivals.size();
  }
}
