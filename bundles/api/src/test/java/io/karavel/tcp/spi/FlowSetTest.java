package io.karavel.tcp.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowSetTest {
  private record Flow(int localIpv4, int localPort, int remoteIpv4, int remotePort) {}

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void itHoldsWhatASetOfTheJdkHolds(int seed) {
    Random random = new Random(seed);
    FlowSet set = new FlowSet();
    Set<Flow> model = new HashSet<>();
    for (int step = 0; step < 100_000; step++) {
      Flow flow =
          new Flow(
              -1 - random.nextInt(2),
              65535 - random.nextInt(2),
              0xc0a80000 + random.nextInt(20),
              random.nextInt(20) * 3000);
      if (random.nextInt(5) < 3) {
        set.add(flow.localIpv4(), flow.localPort(), flow.remoteIpv4(), flow.remotePort());
        model.add(flow);
      } else {
        assertThat(
                set.remove(
                    flow.localIpv4(), flow.localPort(), flow.remoteIpv4(), flow.remotePort()))
            .isEqualTo(model.remove(flow));
      }
      if (step % 1000 == 0) {
        Set<Flow> shown = new HashSet<>();
        set.forEach((a, b, c, d) -> shown.add(new Flow(a, b, c, d)));
        assertThat(shown).isEqualTo(model);
        assertThat(set.size()).isEqualTo(model.size());
        model.forEach(
            f ->
                assertThat(
                        set.contains(f.localIpv4(), f.localPort(), f.remoteIpv4(), f.remotePort()))
                    .isTrue());
      }
    }
    set.clear();
    assertThat(set.size()).isZero();
    model.forEach(
        f ->
            assertThat(set.contains(f.localIpv4(), f.localPort(), f.remoteIpv4(), f.remotePort()))
                .isFalse());
  }
}
