package io.karavel.services.internal;

import io.karavel.control.Appliance;
import io.karavel.control.LaneInfo;
import io.karavel.control.ModuleAbsentException;
import io.karavel.control.ModuleInfo;
import io.karavel.control.TimerInfo;
import io.karavel.engine.Counters;
import io.karavel.engine.DropReason;
import io.karavel.engine.Event;
import io.karavel.ip.InterfaceSettings;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.TcpSummary;
import io.karavel.tcp.spi.TcpControl;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** An appliance with one stack and figures of the test's choice. */
final class FakeAppliance implements Appliance {
  boolean tcpAway;
  int questions;

  @Override
  public List<String> stacks() {
    return List.of(MAIN);
  }

  @Override
  public List<ModuleInfo> modules(String stack) {
    return List.of(
        new ModuleInfo(
            stack, 0, "tcp", "io.karavel.tcp", "0.1.0", 2, "running", 90_000_000_000L, 0, 0, ""));
  }

  @Override
  public Map<String, Long> counters(String stack) {
    return Map.of("Tcp.ActiveOpens", 7L);
  }

  @Override
  public List<Counters> counterSets(String stack) {
    return List.of();
  }

  @Override
  public Map<DropReason, Long> drops(String stack) {
    return Map.of(DropReason.TCP_CHECKSUM, 3L);
  }

  @Override
  public List<Event> events(String stack, long sinceSequence) {
    return List.of();
  }

  @Override
  public Map<Integer, InterfaceSettings> interfaces(String stack) {
    return Map.of();
  }

  @Override
  public List<TimerInfo> timers(String stack) {
    return List.of();
  }

  @Override
  public List<LaneInfo> lanes(String stack) {
    return List.of();
  }

  @Override
  public long uptimeNanos() {
    return 3_661_000_000_000L;
  }

  @Override
  public <M, T> T query(
      String stack, String slot, Class<M> type, Function<? super M, ? extends T> question)
      throws ModuleAbsentException {
    questions++;
    if (tcpAway) {
      throw new ModuleAbsentException("module tcp of stack main: not running");
    }
    return question.apply(type.cast(new Tcp()));
  }

  @Override
  public boolean drop(String stack, String slot) {
    return false;
  }

  private static final class Tcp implements TcpControl {
    @Override
    public Page list(long cursor, int examine, Predicate<? super TcpConnectionInfo> filter) {
      return new Page(List.of(), 0);
    }

    @Override
    public TcpConnectionInfo info(long id) {
      return null;
    }

    @Override
    public TcpSummary summary() {
      Map<TcpState, Integer> states = new EnumMap<>(TcpState.class);
      states.put(TcpState.LISTEN, 5);
      states.put(TcpState.ESTABLISHED, 1);
      return new TcpSummary(states, 0, List.of(), 4096, 1 << 20);
    }

    @Override
    public boolean kill(long id, boolean reset) {
      return false;
    }
  }
}
