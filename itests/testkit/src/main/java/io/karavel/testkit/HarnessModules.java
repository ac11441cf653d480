package io.karavel.testkit;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.KeepalivePolicy;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.SettingsException;
import io.karavel.engine.TimerIndex;
import io.karavel.engine.TimerSettings;
import io.karavel.ip.IpSettings;
import io.karavel.ip.internal.IpModuleFactory;
import io.karavel.ip.spi.IpModule;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.internal.TcpModuleFactory;
import io.karavel.tcp.spi.TcpModule;
import io.karavel.timer.internal.KeepaliveModuleFactory;
import io.karavel.timer.internal.TimerModuleFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The modules of a harness and their settings: what the DS components are in the appliance. */
final class HarnessModules {
  /** Turns the raw keys of a PID into a settings record. */
  private interface Parser<S> {
    S parse(Map<String, ?> raw) throws SettingsException;
  }

  /** One PID with the slot it configures. */
  private static final class Kind<S> {
    private final Parser<S> parser;
    private final Function<S, ModuleFactory> maker;
    private final BiConsumer<ModuleFactory, S> change;
    private final List<ModuleFactory> made = new ArrayList<>();
    private final Map<String, Object> raw = new LinkedHashMap<>();
    private S settings;

    Kind(Parser<S> parser, Function<S, ModuleFactory> maker, BiConsumer<ModuleFactory, S> change) {
      this.parser = parser;
      this.maker = maker;
      this.change = change;
    }

    void set(Map<String, Object> keys) throws SettingsException {
      Map<String, Object> merged = new LinkedHashMap<>(raw);
      merged.putAll(keys);
      settings = parser.parse(merged);
      raw.putAll(keys);
      for (ModuleFactory factory : made) {
        change.accept(factory, settings);
      }
    }

    ModuleFactory make() {
      ModuleFactory factory = maker.apply(settings);
      made.add(factory);
      return factory;
    }
  }

  private final Map<String, Kind<?>> byPid = new LinkedHashMap<>();
  private final Map<String, Kind<?>> bySlot = new LinkedHashMap<>();
  private final Set<String> without;
  private final List<CongestionControlFactory> congestionControls = new ArrayList<>();
  private final Kind<EngineSettings> engine;

  HarnessModules(HarnessBuilder builder) {
    without = new HashSet<>(builder.without);
    engine = new Kind<>(EngineSettings::parse, null, null);
    byPid.put(EngineSettings.PID, engine);
    add(
        TimerIndex.SLOT,
        TimerSettings.PID,
        new Kind<>(
            TimerSettings::parse,
            TimerModuleFactory::new,
            (factory, value) -> ((TimerModuleFactory) factory).settings(value)));
    add(
        KeepalivePolicy.SLOT,
        KeepaliveSettings.PID,
        new Kind<>(
            KeepaliveSettings::parse,
            KeepaliveModuleFactory::new,
            (factory, value) -> ((KeepaliveModuleFactory) factory).settings(value)));
    add(
        IpModule.SLOT,
        IpSettings.PID,
        new Kind<>(
            IpSettings::parse,
            IpModuleFactory::new,
            (factory, value) -> ((IpModuleFactory) factory).settings(value)));
    add(
        TcpModule.SLOT,
        TcpSettings.PID,
        new Kind<>(
            TcpSettings::parse,
            this::tcp,
            (factory, value) -> ((TcpModuleFactory) factory).settings(value)));
    byPid.forEach(
        (pid, kind) -> {
          try {
            kind.set(builder.settings.getOrDefault(pid, Map.of()));
          } catch (SettingsException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
          }
        });
    for (String pid : builder.settings.keySet()) {
      kind(pid);
    }
  }

  private ModuleFactory tcp(TcpSettings settings) {
    TcpModuleFactory factory = new TcpModuleFactory(settings);
    congestionControls.forEach(factory.congestionControls()::arrive);
    return factory;
  }

  /** Offers a congestion control to every TCP module. */
  void arrive(CongestionControlFactory offered) {
    congestionControls.add(offered);
    for (ModuleFactory factory : bySlot.get(TcpModule.SLOT).made) {
      ((TcpModuleFactory) factory).congestionControls().arrive(offered);
    }
  }

  /** Takes it back; once the lanes have turned, no connection uses it. */
  void leave(CongestionControlFactory offered) {
    congestionControls.remove(offered);
    for (ModuleFactory factory : bySlot.get(TcpModule.SLOT).made) {
      ((TcpModuleFactory) factory).congestionControls().leaving(offered);
    }
  }

  private void add(String slot, String pid, Kind<?> kind) {
    bySlot.put(slot, kind);
    byPid.put(pid, kind);
  }

  /** The settings of a PID in force. */
  <S> S settings(String pid, Class<S> type) {
    return type.cast(byPid.get(pid).settings);
  }

  EngineSettings engineSettings() {
    return engine.settings;
  }

  /** The factories of a fresh harness, ground first. */
  List<ModuleFactory> initial() {
    List<ModuleFactory> factories = new ArrayList<>();
    bySlot.forEach(
        (slot, kind) -> {
          if (!without.contains(slot)) {
            factories.add(kind.make());
          }
        });
    return factories;
  }

  /** Whether a slot's factory is made here. */
  boolean isUsual(String slot) {
    return bySlot.containsKey(slot);
  }

  /** A fresh factory for a slot, with the settings in force. */
  ModuleFactory factory(String slot) {
    Kind<?> kind = bySlot.get(slot);
    if (kind == null) {
      throw new IllegalArgumentException("no slot " + slot + "; there are " + bySlot.keySet());
    }
    return kind.make();
  }

  /** A factory has left and is told nothing any more. */
  void forget(ModuleFactory factory) {
    for (Kind<?> kind : bySlot.values()) {
      kind.made.remove(factory);
    }
  }

  void set(String pid, Map<String, Object> keys) throws SettingsException {
    kind(pid).set(keys);
  }

  private Kind<?> kind(String pid) {
    Kind<?> kind = byPid.get(pid);
    if (kind == null) {
      throw new IllegalArgumentException("no PID " + pid + "; there are " + byPid.keySet());
    }
    return kind;
  }
}
