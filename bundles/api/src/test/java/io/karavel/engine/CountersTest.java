package io.karavel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountersTest {
  private final Counters whole = new Counters();
  private final Counter sent = whole.counter("Tcp.OutSegs");

  @Test
  void whatAPartCountsIsInTheWholeAndCanBeToldApart() {
    sent.add(5);
    Counters part = whole.newPart();
    part.counter("Tcp.OutSegs").add(2);
    part.counter("Tcp.New").increment();
    sent.increment();
    assertThat(sent.value()).isEqualTo(8);
    assertThat(whole.snapshot()).containsEntry("Tcp.OutSegs", 8L).containsEntry("Tcp.New", 1L);
    assertThat(whole.ownSnapshot()).containsEntry("Tcp.OutSegs", 6L).containsEntry("Tcp.New", 0L);
    assertThat(part.snapshot()).containsEntry("Tcp.OutSegs", 2L).containsEntry("Tcp.New", 1L);
    assertThat(part.histogram("Tcp.RttNanos")).isSameAs(whole.histogram("Tcp.RttNanos"));
  }

  @Test
  void whatAPartHasCountedStaysWhenItEnds() {
    sent.add(5);
    Counters part = whole.newPart();
    part.counter("Tcp.OutSegs").add(2);
    whole.absorb();
    part.counter("Tcp.OutSegs").add(100);
    whole.absorb();
    assertThat(sent.value()).isEqualTo(7);
    assertThat(whole.ownSnapshot()).containsEntry("Tcp.OutSegs", 7L);
  }

  @Test
  void aLevelThatIsSetIsLeftToWhoeverGoesOnAndOneThatIsAddedToIsNot() {
    Counter open = whole.level("Tcp.CurrEstab");
    Counter connections = whole.level("Tcp.Connections");
    open.add(3);
    connections.set(2);
    Counters part = whole.newPart();
    part.level("Tcp.CurrEstab").add(-1);
    part.level("Tcp.Connections").set(1);
    assertThat(open.value()).isEqualTo(2);
    assertThat(connections.value()).isEqualTo(3);
    connections.set(3);
    whole.absorb();
    assertThat(open.value()).isEqualTo(2);
    assertThat(connections.value()).isEqualTo(3);
  }
}
