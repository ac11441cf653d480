package io.karavel.tcp.internal;

import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.internal.connection.ConnectionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The congestion controls that other bundles offer, by name; of several with one name the one that
 * came first. Brings every change to the connections of all lanes. Any thread but a lane's.
 */
public final class CongestionControls {
  /** How long a leaving bundle waits until its connections have another congestion control. */
  private static final long LEAVE_MILLIS = 2500;

  /** How often it looks whether those that it waits for are still at work. */
  private static final long LOOK_MILLIS = 50;

  private final Supplier<List<TcpProtocol>> modules;
  private final List<CongestionControlFactory> offered = new ArrayList<>();
  private volatile Map<String, CongestionControlFactory> byName = Map.of();

  CongestionControls(Supplier<List<TcpProtocol>> modules) {
    this.modules = modules;
  }

  /** Those there are. */
  Map<String, CongestionControlFactory> byName() {
    return byName;
  }

  /** One is offered: connections that want it by name change to it. */
  public void arrive(CongestionControlFactory factory) {
    tell(change(factory, true));
  }

  /** One goes: its connections change to CUBIC, and this comes back when they have. */
  public void leave(CongestionControlFactory factory) {
    Told told = tell(change(factory, false));
    try {
      // What a lane has not done by then it still does; the bundle's classes live until then.
      for (long waited = 0; waited < LEAVE_MILLIS && told.isAwaited(); waited += LOOK_MILLIS) {
        if (told.swept().await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Who was told and has not done it yet. */
  private record Told(Set<TcpProtocol> left, CountDownLatch swept) {
    /** Whether one of them is still at work; a lane that hangs leaves its module behind. */
    boolean isAwaited() {
      return left.stream().anyMatch(module -> !module.isOver());
    }

    void done(TcpProtocol module) {
      left.remove(module);
      swept.countDown();
    }
  }

  /**
   * Like {@link #leave}, without waiting: what it answers is open when connections have changed.
   */
  public CountDownLatch leaving(CongestionControlFactory factory) {
    return tell(change(factory, false)).swept();
  }

  private synchronized Map<String, CongestionControlFactory> change(
      CongestionControlFactory factory, boolean arrives) {
    if (arrives) {
      offered.add(factory);
    } else {
      offered.remove(factory);
    }
    Map<String, CongestionControlFactory> names = new TreeMap<>();
    for (CongestionControlFactory each : offered) {
      names.putIfAbsent(each.name(), each);
    }
    byName = Map.copyOf(names);
    return byName;
  }

  private Told tell(Map<String, CongestionControlFactory> now) {
    List<TcpProtocol> all = modules.get();
    Told told = new Told(ConcurrentHashMap.newKeySet(), new CountDownLatch(all.size()));
    told.left().addAll(all);
    for (TcpProtocol module : all) {
      module.post(now, () -> told.done(module));
    }
    return told;
  }

  /** The names of all there are, the built-in ones too. */
  static Set<String> names(Map<String, CongestionControlFactory> byName) {
    TreeSet<String> names = new TreeSet<>(byName.keySet());
    names.addAll(ConnectionContext.BUILT_IN);
    return names;
  }

  /** What to tell people if nobody offers a name yet; null if somebody does. */
  String missing(String name) {
    Set<String> names = names(byName);
    return names.contains(name)
        ? null
        : "congestionControl = '"
            + name
            + "': no bundle offers it yet, cubic is used until one does; there are "
            + String.join(", ", names);
  }
}
