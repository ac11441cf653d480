package io.karavel.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import io.karavel.engine.Counters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StackMetricsTest {
  private final MetricRegistry registry = new MetricRegistry();
  private final Stacks stacks = new Stacks();
  private final Counters lane = new Counters();
  private long nanos;
  private int histogramSeconds = 10;
  private final StackMetrics metrics =
      new StackMetrics(registry, () -> histogramSeconds, () -> nanos);

  StackMetricsTest() {
    stacks.lanes.put("main", List.of(lane));
  }

  private Object gauge(String name) {
    return registry.getGauges().get(name).getValue();
  }

  @Test
  void countersOfAllLanesAreSummedWhenTheyAreRead() {
    Counters second = new Counters();
    stacks.lanes.put("main", List.of(lane, second));
    lane.counter("Tcp.ActiveOpens").add(3);
    metrics.refresh(stacks.appliance());
    assertThat(gauge("main.Tcp.ActiveOpens")).isEqualTo(3L);
    second.counter("Tcp.ActiveOpens").add(4);
    assertThat(gauge("main.Tcp.ActiveOpens")).isEqualTo(7L);
  }

  @Test
  void whatIsEnteredStaysTheSameObjectWhileModulesAndTheEngineComeAndGo() {
    lane.counter("Tcp.ActiveOpens").add(3);
    lane.histogram("Tcp.RttNanos").record(5);
    metrics.refresh(stacks.appliance());
    Map<String, Metric> before = Map.copyOf(registry.getMetrics());

    metrics.refresh(null);
    assertThat(registry.getMetrics()).isEqualTo(before);
    // an engine that begins: no stack yet, then one that has counted nothing
    stacks.lanes.clear();
    metrics.refresh(stacks.appliance());
    assertThat(registry.getMetrics()).isEqualTo(before);
    stacks.lanes.put("main", List.of(new Counters()));
    metrics.refresh(stacks.appliance());
    assertThat(registry.getMetrics()).isEqualTo(before);
    assertThat(gauge("main.Tcp.ActiveOpens")).isEqualTo(0L);
  }

  @Test
  void metricsGoWithTheirStack() {
    Counters host = new Counters();
    host.counter("Lane.Turns").increment();
    stacks.lanes.put("host", List.of(host));
    metrics.refresh(stacks.appliance());
    assertThat(registry.getNames()).contains("host.Lane.Turns");
    stacks.lanes.remove("host");
    metrics.refresh(stacks.appliance());
    assertThat(registry.getNames()).doesNotContain("host.Lane.Turns");
    assertThat(metrics.named("host.Lane.Turns")).isNull();
  }

  private Snapshot rtt() {
    return ((Histogram) registry.getMetrics().get("main.Tcp.RttNanos")).getSnapshot();
  }

  @Test
  void quantilesAreThoseOfTheValuesWithinFourPercent() {
    for (int i = 1; i <= 1000; i++) {
      lane.histogram("Tcp.RttNanos").record(i * 1_000_000L);
    }
    metrics.refresh(stacks.appliance());
    assertThat(rtt().getMedian()).isCloseTo(500e6, within(20e6));
    assertThat(rtt().get99thPercentile()).isCloseTo(990e6, within(40e6));
    assertThat(rtt().getMax()).isBetween(1_000_000_000L, 1_040_000_000L);
    assertThat(rtt().getMean()).isCloseTo(500e6, within(20e6));
    assertThat(rtt().size()).isEqualTo(1000);
    LaneHistogram histogram = (LaneHistogram) registry.getMetrics().get("main.Tcp.RttNanos");
    assertThat(histogram.getCount()).isEqualTo(1000);
    assertThat(histogram.sum()).isEqualTo(500_500_000_000L);
  }

  @Test
  void oldValuesLeaveTheQuantilesAndStayInTheCount() {
    lane.histogram("Tcp.RttNanos").record(1_000_000_000L);
    metrics.refresh(stacks.appliance());
    assertThat(rtt().getMax()).isGreaterThan(900_000_000L);
    nanos += 5_000_000_000L;
    lane.histogram("Tcp.RttNanos").record(1000);
    assertThat(rtt().getMax()).isGreaterThan(900_000_000L);
    nanos += 5_000_000_000L;
    assertThat(rtt().getMax()).isBetween(1000L, 1040L);
    assertThat(((Histogram) registry.getMetrics().get("main.Tcp.RttNanos")).getCount())
        .isEqualTo(2);
    nanos += 60_000_000_000L;
    assertThat(rtt().size()).isZero();
  }

  @Test
  void histogramSecondsHoldForTheValuesThatAreThereAlready() {
    lane.histogram("Tcp.RttNanos").record(1_000_000_000L);
    metrics.refresh(stacks.appliance());
    assertThat(rtt().size()).isEqualTo(1);
    histogramSeconds = 100;
    nanos += 40_000_000_000L;
    assertThat(rtt().size()).as("40 s old, 100 s kept").isEqualTo(1);
    histogramSeconds = 20;
    nanos += 15_000_000_000L;
    assertThat(rtt().size()).as("55 s old, 20 s kept").isZero();
  }

  @Test
  void anEngineThatCountsFromZeroAgainIsNoNegativeGrowth() {
    lane.histogram("Tcp.RttNanos").record(5);
    lane.histogram("Tcp.RttNanos").record(5);
    metrics.refresh(stacks.appliance());
    assertThat(rtt().size()).isEqualTo(2);
    Counters next = new Counters();
    next.histogram("Tcp.RttNanos").record(5);
    stacks.lanes.put("main", List.of(next));
    metrics.refresh(stacks.appliance());
    assertThat(rtt().size()).isEqualTo(3);
  }
}
