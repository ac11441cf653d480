package io.karavel.metrics.internal;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.Reservoir;
import com.codahale.metrics.Snapshot;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The histograms of one name of all lanes of a stack, as Dropwizard knows histograms. Its values
 * come from the lanes alone: nobody updates it. Any thread.
 */
final class LaneHistogram extends Histogram {
  private final LaneReservoir values;

  LaneHistogram(
      Supplier<List<io.karavel.engine.Histogram>> lanes,
      IntSupplier windowSeconds,
      LongSupplier nanoClock) {
    this(new LaneReservoir(lanes, windowSeconds, nanoClock));
  }

  private LaneHistogram(LaneReservoir values) {
    super(new Unused());
    this.values = values;
  }

  @Override
  public void update(long value) {
    throw new UnsupportedOperationException("the lanes write it");
  }

  /** How many values there ever were. */
  @Override
  public long getCount() {
    return values.count();
  }

  /** The sum of all values there ever were. */
  long sum() {
    return values.sum();
  }

  @Override
  public Snapshot getSnapshot() {
    return values.getSnapshot();
  }

  /** Histogram wants one and never gets to use it. */
  private static final class Unused implements Reservoir {
    @Override
    public int size() {
      return 0;
    }

    @Override
    public void update(long value) {
      throw new UnsupportedOperationException("the lanes write it");
    }

    @Override
    public Snapshot getSnapshot() {
      throw new UnsupportedOperationException("the lanes write it");
    }
  }
}
