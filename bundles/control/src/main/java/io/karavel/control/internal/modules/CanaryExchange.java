package io.karavel.control.internal.modules;

import io.karavel.control.ModuleSwapException;
import io.karavel.control.spi.ModuleSlots;
import io.karavel.tcp.TcpConnectionInfo;
import java.util.List;
import java.util.function.Predicate;

/**
 * Some TCP connections go to a bundle beside the one at work, and come back. One thread. Public for
 * tests that swap without a framework.
 */
public final class CanaryExchange implements Exchange {
  private final ModuleSlots slots;
  private final SlotExchange whole;
  private final long candidateId;
  private final Predicate<? super TcpConnectionInfo> where;
  private final int percent;
  private int places;
  private int connections;

  /**
   * Rehearsed as an exchange of the whole.
   *
   * @param candidateId number of the bundle that gets them
   */
  public CanaryExchange(
      ModuleSlots slots,
      SlotExchange whole,
      long candidateId,
      Predicate<? super TcpConnectionInfo> where,
      int percent) {
    this.slots = slots;
    this.whole = whole;
    this.candidateId = candidateId;
    this.where = where;
    this.percent = percent;
  }

  /** How many connections were moved. */
  int connections() {
    return connections;
  }

  @Override
  public void rehearse() throws ModuleSwapException, InterruptedException {
    whole.rehearse();
  }

  @Override
  public Outcome go() throws ModuleSwapException {
    ModuleSlots.Canary begun = slots.beginCanary(candidateId, where, percent);
    if (begun.problem() != null) {
      throw new ModuleSwapException(begun.problem());
    }
    connections = begun.connections();
    places = begun.pauses().size();
    return new Outcome(
        places,
        ModuleSlots.Pause.longestNanos(begun.pauses()),
        ModuleSlots.Pause.longestWholeNanos(begun.pauses()));
  }

  @Override
  public String problem() {
    long now =
        slots.canaries().stream()
            .filter(shared -> shared.candidateBundleId() == candidateId)
            .count();
    if (now == places) {
      return null;
    }
    List<String> errors =
        slots.placesFor(candidateId).stream()
            .map(ModuleSlots.Place::lastError)
            .filter(error -> !error.isEmpty())
            .toList();
    return "it has no connections any more" + (errors.isEmpty() ? "" : "; " + errors.get(0));
  }

  @Override
  public String back() {
    return slots.endCanary(candidateId).problem();
  }

  @Override
  public void confirm() {}
}
