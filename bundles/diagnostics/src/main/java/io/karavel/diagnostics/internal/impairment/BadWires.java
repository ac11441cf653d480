package io.karavel.diagnostics.internal.impairment;

import io.karavel.control.Impairments;
import io.karavel.diagnostics.internal.Ground;
import io.karavel.nic.ImpairmentSettings;
import java.util.Map;
import java.util.TreeMap;

/** The impairments there are. Any thread. */
public final class BadWires implements Impairments {
  private final Ground ground;
  private final Map<String, Map<String, ImpairmentTap>> taps = new TreeMap<>();

  /** Without any. */
  public BadWires(Ground ground) {
    this.ground = ground;
  }

  @Override
  public synchronized void impair(String stack, String interfaceName, ImpairmentSettings settings) {
    ground.check(stack, interfaceName);
    Map<String, ImpairmentTap> ofStack = taps.computeIfAbsent(stack, name -> new TreeMap<>());
    ImpairmentTap former = ofStack.remove(interfaceName);
    if (former != null) {
      ground.taps().detach(stack, former);
    }
    if (!settings.equals(ImpairmentSettings.NONE)) {
      ImpairmentTap tap = new ImpairmentTap(interfaceName, settings);
      ground.taps().attach(stack, tap);
      ofStack.put(interfaceName, tap);
    }
  }

  @Override
  public synchronized Map<String, ImpairmentSettings> inForce(String stack) {
    ground.checkStack(stack);
    Map<String, ImpairmentSettings> all = new TreeMap<>();
    taps.getOrDefault(stack, Map.of()).forEach((name, tap) -> all.put(name, tap.settings()));
    return all;
  }

  /** Mends all wires: the bundle goes. */
  public synchronized void close() {
    taps.forEach((stack, all) -> all.values().forEach(tap -> ground.taps().detach(stack, tap)));
    taps.clear();
  }
}
