package io.karavel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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

  @Test
  void whoCountsInAPartGoesOnAloneAgainAndAgain() {
    Counter connections = whole.level("Tcp.Connections");
    Counter routes = whole.level("Ip.Routes");
    routes.set(4);
    Counters last = whole;
    for (int swap = 0; swap < 3; swap++) {
      last.counter("Tcp.OutSegs").add(5);
      last.level("Tcp.CurrEstab").add(1);
      last.level("Tcp.Connections").set(2);
      Counters next = last.newPart();
      next.counter("Tcp.OutSegs").add(1);
      next.level("Tcp.CurrEstab").add(-1);
      next.level("Tcp.Connections").set(3);
      assertThat(connections.value()).isEqualTo(5);
      assertThat(last.ownSnapshot()).containsEntry("Tcp.Connections", 2L);
      last.succeed(next);
      assertThat(sent.value()).isEqualTo(6L * (swap + 1));
      assertThat(whole.level("Tcp.CurrEstab").value()).isZero();
      assertThat(connections.value()).isEqualTo(3);
      last = next;
    }
    assertThat(routes.value()).isEqualTo(4);
    assertThat(Counters.copyOf(whole).counter("Tcp.OutSegs").value()).isEqualTo(18);
    last.counter("Tcp.Late").increment();
    assertThat(whole.snapshot()).containsEntry("Tcp.Late", 1L);
    whole.absorbWithLevels();
    last.level("Tcp.Connections").set(9);
    assertThat(sent.value()).isEqualTo(18);
    assertThat(connections.value()).isEqualTo(3);
  }

  @Test
  void aCopyKeepsWhatWasCountedWhenItsPartGoesOnAlone() {
    Counter open = whole.level("Tcp.CurrEstab");
    sent.add(5);
    open.add(3);
    whole.level("Ip.Routes").set(1);
    whole.newPart().level("Tcp.Connections").set(2);
    Counters copy = Counters.copyOf(whole);
    Counters next = copy.newPart();
    next.counter("Tcp.OutSegs").add(2);
    next.level("Tcp.CurrEstab").add(-1);
    next.level("Ip.Routes").set(4);
    next.level("Tcp.Connections").set(6);
    copy.succeed(next);
    assertThat(copy.snapshot())
        .containsEntry("Tcp.OutSegs", 7L)
        .containsEntry("Tcp.CurrEstab", 2L)
        .containsEntry("Ip.Routes", 4L)
        .containsEntry("Tcp.Connections", 6L);
  }

  @Test
  void aReaderSeesWhatAPartCountedOnceWhileItEnds() throws Exception {
    AtomicLong most = new AtomicLong();
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 200_000; i++) {
                Counter beside = whole.newPart().counter("Tcp.OutSegs");
                most.addAndGet(1000);
                beside.add(1000);
                whole.absorb();
              }
              done.set(true);
            });
    long before = 0;
    while (!done.get()) {
      long now = sent.value();
      assertThat(now).isBetween(before, most.get());
      before = now;
    }
    writer.get();
    assertThat(sent.value()).isEqualTo(200_000_000);
  }
}
