package io.karavel.metrics.internal;

import com.codahale.metrics.Snapshot;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** A snapshot over an HdrHistogram that nobody writes any more. */
final class HdrSnapshot extends Snapshot {
  private final Histogram histogram;

  HdrSnapshot(Histogram histogram) {
    this.histogram = histogram;
  }

  @Override
  public double getValue(double quantile) {
    return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(quantile * 100);
  }

  /** The values that occurred, each once. */
  @Override
  public long[] getValues() {
    long[] values = new long[(int) distinct()];
    int i = 0;
    for (HistogramIterationValue value : histogram.recordedValues()) {
      values[i++] = value.getValueIteratedTo();
    }
    return values;
  }

  private long distinct() {
    long count = 0;
    for (HistogramIterationValue value : histogram.recordedValues()) {
      count += value.getCountAtValueIteratedTo() > 0 ? 1 : 0;
    }
    return count;
  }

  @Override
  public int size() {
    return (int) Math.min(Integer.MAX_VALUE, histogram.getTotalCount());
  }

  @Override
  public long getMax() {
    return histogram.getMaxValue();
  }

  @Override
  public double getMean() {
    return histogram.getTotalCount() == 0 ? 0 : histogram.getMean();
  }

  @Override
  public long getMin() {
    return histogram.getTotalCount() == 0 ? 0 : histogram.getMinValue();
  }

  @Override
  public double getStdDev() {
    return histogram.getTotalCount() == 0 ? 0 : histogram.getStdDeviation();
  }

  @Override
  public void dump(OutputStream output) {
    PrintWriter writer = new PrintWriter(output, false, StandardCharsets.UTF_8);
    for (HistogramIterationValue value : histogram.recordedValues()) {
      writer.println(value.getValueIteratedTo() + " " + value.getCountAtValueIteratedTo());
    }
    writer.flush();
  }
}
