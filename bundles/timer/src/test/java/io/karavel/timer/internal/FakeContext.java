package io.karavel.timer.internal;

import io.karavel.engine.Counters;
import io.karavel.engine.Drops;
import io.karavel.engine.EventLog;
import io.karavel.engine.LaneContext;
import io.karavel.engine.NanoClock;
import io.karavel.engine.Slot;
import io.karavel.engine.Timers;
import io.karavel.packet.PacketPool;
import java.util.ArrayList;
import java.util.List;

/** As much of a lane as the timer modules use; tasks wait until the test runs them. */
class FakeContext implements LaneContext {
  final Counters counters = new Counters();
  final List<Runnable> posted = new ArrayList<>();
  boolean configured = true;

  void runPosted() {
    List<Runnable> tasks = List.copyOf(posted);
    posted.clear();
    tasks.forEach(Runnable::run);
  }

  @Override
  public String stack() {
    return "main";
  }

  @Override
  public int lane() {
    return 0;
  }

  @Override
  public boolean configured() {
    return configured;
  }

  @Override
  public Counters counters() {
    return counters;
  }

  @Override
  public void post(Runnable task) {
    posted.add(task);
  }

  @Override
  public long nowNanos() {
    throw new UnsupportedOperationException();
  }

  @Override
  public NanoClock clock() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Timers timers() {
    throw new UnsupportedOperationException();
  }

  @Override
  public PacketPool packets() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Drops drops() {
    throw new UnsupportedOperationException();
  }

  @Override
  public EventLog events() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <M> Slot<M> slot(String name, Class<M> type) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> T shared(Class<T> type) {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] secret(String name, int bytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int random(int bound) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void wake() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void again() {
    throw new UnsupportedOperationException();
  }
}
