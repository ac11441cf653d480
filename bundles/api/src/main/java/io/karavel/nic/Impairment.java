package io.karavel.nic;

import io.karavel.engine.DropReason;
import java.util.Arrays;

/**
 * The model of one direction of a bad wire: decides for each frame whether it is lost, when it
 * arrives, how often, and whether a bit of it is wrong. It has no clock, no thread and no frames:
 * time and length go in, the fate comes out. Same settings, same calls, same fate, bit for bit.
 *
 * <p>A frame waits for the wire (rate, queue limit), is lost or not, and travels (delay, jitter).
 * Frames keep their order, except those that are held back for reordering. Whether the n-th frame
 * is lost depends on seed, stream and n alone; so do duplication, reordering and corruption, each
 * on its own: changing one key leaves the others' decisions as they were.
 *
 * <p>One thread; allocates only when the queue limit grows.
 */
public final class Impairment {
  /** {@link #corruptedBit()} of a frame that arrives as it was sent. */
  public static final long NOT_CORRUPTED = -1;

  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private static final int LOSS = 1;
  private static final int REORDER = 2;
  private static final int DUPLICATE = 3;
  private static final int CORRUPT = 4;
  private static final int CORRUPT_BIT = 5;
  private static final int JITTER = 6;

  private final int stream;
  private ImpairmentSettings settings;
  private long frame;

  // when the frames that wait for the wire will have been sent; a ring, oldest first
  private long[] departures = new long[16];
  private int departuresFirst;
  private int departuresCount;
  private long wireFreeNanos = Long.MIN_VALUE;
  private long lastArrivalNanos = Long.MIN_VALUE;

  private DropReason dropReason;
  private long arrivalNanos;
  private boolean heldBack;
  private int copies;
  private long corruptedBit;

  /**
   * A wire.
   *
   * @param stream tells apart several with one seed, such as the two directions of a cable
   */
  public Impairment(ImpairmentSettings settings, int stream) {
    this.settings = settings;
    this.stream = stream;
  }

  /** What is in force. */
  public ImpairmentSettings settings() {
    return settings;
  }

  /** New settings; frames already on their way keep their fate. Another seed counts from 0. */
  public void settings(ImpairmentSettings value) {
    if (value.seed() != settings.seed()) {
      frame = 0;
    }
    settings = value;
  }

  /** How many frames were decided on since the seed was set. */
  public long frames() {
    return frame;
  }

  /**
   * Decides on the next frame; the other methods then tell what.
   *
   * @param nowNanos when it is sent; never less than at the last call
   * @param bytes its length, which takes time when the speed is limited, 1 or more
   * @return how often it arrives: 0, 1 or 2 times
   */
  public int admit(long nowNanos, int bytes) {
    long number = frame++;
    dropReason = null;
    heldBack = false;
    corruptedBit = NOT_CORRUPTED;
    copies = 0;
    long sentNanos = nowNanos;
    if (settings.rateBitsPerSecond() > 0) {
      retireDeparted(nowNanos);
      if (departuresCount >= settings.queueFrames()) {
        dropReason = DropReason.IMPAIRMENT_QUEUE;
        return 0;
      }
      sentNanos = Math.max(nowNanos, wireFreeNanos) + serializationNanos(bytes);
      wireFreeNanos = sentNanos;
      queue(sentNanos);
    }
    if (happens(LOSS, number, settings.lossPercent())) {
      dropReason = DropReason.IMPAIRMENT_LOSS;
      return 0;
    }
    long arrival = sentNanos + Math.max(0, settings.delayNanos() + jitter(number));
    // neither jitter nor a shortened delay lets a frame overtake
    arrival = Math.max(arrival, lastArrivalNanos);
    if (happens(REORDER, number, settings.reorderPercent())) {
      heldBack = true;
      arrivalNanos = arrival + settings.reorderDelayNanos();
    } else {
      lastArrivalNanos = arrival;
      arrivalNanos = arrival;
    }
    if (happens(CORRUPT, number, settings.corruptPercent())) {
      corruptedBit = Long.remainderUnsigned(chance(CORRUPT_BIT, number), bytes * 8L);
    }
    copies = happens(DUPLICATE, number, settings.duplicatePercent()) ? 2 : 1;
    return copies;
  }

  private long serializationNanos(int bytes) {
    // in two steps, so that neither slow wires nor long frames overflow
    long bits = bytes * 8L;
    long rate = settings.rateBitsPerSecond();
    return bits / rate * NANOS_PER_SECOND
        + Math.round((double) (bits % rate) * NANOS_PER_SECOND / rate);
  }

  private void retireDeparted(long nowNanos) {
    while (departuresCount > 0 && departures[departuresFirst] <= nowNanos) {
      departuresFirst = (departuresFirst + 1) % departures.length;
      departuresCount--;
    }
  }

  private void queue(long departureNanos) {
    if (departuresCount == departures.length) {
      long[] larger = Arrays.copyOf(departures, departures.length * 2);
      for (int i = 0; i < departuresCount; i++) {
        larger[i] = departures[(departuresFirst + i) % departures.length];
      }
      departures = larger;
      departuresFirst = 0;
    }
    departures[(departuresFirst + departuresCount) % departures.length] = departureNanos;
    departuresCount++;
  }

  private long jitter(long number) {
    long jitter = settings.jitterNanos();
    return jitter == 0
        ? 0
        : Long.remainderUnsigned(chance(JITTER, number), 2 * jitter + 1) - jitter;
  }

  private boolean happens(int what, long number, double percent) {
    // 53 bits, as a number in [0, 1): 0 % never happens, 100 % always
    return percent > 0 && (chance(what, number) >>> 11) * 0x1.0p-53 * 100 < percent;
  }

  /** A number that depends on seed, stream, what it is for and the number of the frame alone. */
  private long chance(int what, long number) {
    long origin = mix(mix(settings.seed() + stream * GOLDEN_GAMMA) + what * GOLDEN_GAMMA);
    return mix(origin + (number + 1) * GOLDEN_GAMMA);
  }

  /** The finishing step of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
  private static long mix(long value) {
    long z = value;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /** Why the frame does not arrive; null if it does. */
  public DropReason dropReason() {
    return dropReason;
  }

  /** How often the frame arrives; the second copy right behind the first, and never corrupted. */
  public int copies() {
    return copies;
  }

  /** When the frame arrives. */
  public long arrivalNanos() {
    return arrivalNanos;
  }

  /** Whether it was held back, so that frames sent later may arrive before it. */
  public boolean isHeldBack() {
    return heldBack;
  }

  /** Which bit of the first copy is wrong, counted from its first byte's highest. */
  public long corruptedBit() {
    return corruptedBit;
  }

  /** Frames that wait for the wire at a time, the one being sent included. */
  public int queued(long nowNanos) {
    retireDeparted(nowNanos);
    return departuresCount;
  }
}
