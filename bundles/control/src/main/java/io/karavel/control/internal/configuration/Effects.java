package io.karavel.control.internal.configuration;

import io.karavel.address.IpAddress;
import io.karavel.control.Appliance;
import io.karavel.control.ConfigurationPlan;
import io.karavel.control.KeyChange;
import io.karavel.control.ModuleAbsentException;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.Setting;
import io.karavel.engine.SettingsException;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.IpSettings;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.spi.TcpControl;
import io.karavel.tcp.spi.TcpModule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Finds out what a change would do to the connections there are. */
final class Effects {
  private static final int PAGE = 256;

  private final ConfigurationStore store;
  private final Appliance appliance;

  private final List<ConfigurationPlan.Fate> ended = new ArrayList<>();
  private final List<ConfigurationPlan.Fate> touched = new ArrayList<>();
  private int endedCount;
  private int touchedCount;
  private final List<String> remarks = new ArrayList<>();

  /** Asks this appliance; null if there is none. */
  Effects(ConfigurationStore store, Appliance appliance) {
    this.store = store;
    this.appliance = appliance;
  }

  ConfigurationPlan of(List<KeyChange> changes) throws IOException, SettingsException {
    Map<String, List<KeyChange>> byPid = new LinkedHashMap<>();
    changes.forEach(c -> byPid.computeIfAbsent(c.pid(), pid -> new ArrayList<>()).add(c));
    TcpSettings tcp = null;
    KeepaliveSettings keepalive = null;
    boolean all = false;
    for (Map.Entry<String, List<KeyChange>> pid : byPid.entrySet()) {
      Object after = KnownPids.parse(pid.getKey(), after(pid.getKey(), pid.getValue()));
      boolean live =
          pid.getValue().stream()
              .anyMatch(
                  c ->
                      KnownPids.schema(c.pid()).setting(c.key()).applies() == Setting.Applies.LIVE);
      if (!live) {
        remarks.add(pid.getKey() + ": only what is opened or created later is concerned");
      } else if (after instanceof TcpSettings settings) {
        tcp = settings;
      } else if (after instanceof KeepaliveSettings settings) {
        keepalive = settings;
      } else if (after instanceof IpSettings) {
        all = true;
      } else if (after instanceof InterfaceSettings settings) {
        overInterface(pid.getKey(), settings);
      } else if (pid.getKey().startsWith(KnownPids.PREFIX + "nic.")) {
        remarks.add(pid.getKey() + ": a device that is made anew loses the frames under way");
      }
    }
    if (tcp != null || keepalive != null) {
      ask(tcp, keepalive);
    } else if (all) {
      ask(currentTcp(), null);
    }
    return new ConfigurationPlan(changes, ended, touched, endedCount, touchedCount, remarks);
  }

  private Map<String, String> after(String pid, List<KeyChange> changes) throws IOException {
    Map<String, String> values = new TreeMap<>(store.read(pid));
    for (KeyChange change : changes) {
      if (change.after() == null) {
        values.remove(change.key());
      } else {
        values.put(change.key(), change.after());
      }
    }
    return values;
  }

  private TcpSettings currentTcp() throws IOException, SettingsException {
    return (TcpSettings) KnownPids.parse(TcpSettings.PID, store.read(TcpSettings.PID));
  }

  private List<String> stacks() {
    return appliance == null ? List.of() : appliance.stacks();
  }

  private void ask(TcpSettings tcp, KeepaliveSettings keepalive) {
    for (String stack : stacks()) {
      try {
        long cursor = 0;
        do {
          long from = cursor;
          TcpControl.Prospect page =
              appliance.query(
                  stack,
                  TcpModule.SLOT,
                  TcpControl.class,
                  control -> control.prospect(tcp, keepalive, from, PAGE));
          page.ended().forEach((info, why) -> end(stack, info, why));
          page.touched().forEach(info -> touch(stack, info));
          cursor = page.next();
        } while (cursor != 0);
      } catch (ModuleAbsentException e) {
        remarks.add(e.getMessage() + "; its connections could not be asked");
      }
    }
  }

  /** Connections lose an interface's addresses, or go on over it changed. */
  private void overInterface(String pid, InterfaceSettings after) throws IOException {
    InterfaceSettings before;
    try {
      before = (InterfaceSettings) KnownPids.parse(pid, store.read(pid));
    } catch (SettingsException e) {
      return; // nothing runs over it yet
    }
    Set<IpAddress> had = addresses(before);
    Set<IpAddress> keeps = new HashSet<>();
    if (after.enabled() && after.stack().equals(before.stack())) {
      keeps.addAll(addresses(after));
    }
    try {
      long cursor = 0;
      do {
        long from = cursor;
        TcpControl.Page page =
            appliance == null
                ? new TcpControl.Page(List.of(), 0)
                : appliance.query(
                    before.stack(),
                    TcpModule.SLOT,
                    TcpControl.class,
                    control ->
                        control.list(
                            from,
                            PAGE,
                            info -> info.remote() != null && had.contains(info.local().address())));
        for (TcpConnectionInfo info : page.entries()) {
          if (keeps.contains(info.local().address())) {
            touch(before.stack(), info);
          } else {
            end(
                before.stack(),
                info,
                "its address " + info.local().address() + " is not on " + after.name() + " then");
          }
        }
        cursor = page.next();
      } while (cursor != 0);
    } catch (ModuleAbsentException e) {
      remarks.add(e.getMessage() + "; its connections could not be asked");
    }
  }

  private static Set<IpAddress> addresses(InterfaceSettings settings) {
    Set<IpAddress> all = new HashSet<>();
    settings.addresses().forEach(prefix -> all.add(prefix.address()));
    return all;
  }

  private void end(String stack, TcpConnectionInfo info, String why) {
    endedCount++;
    if (ended.size() < ConfigurationPlan.MOST_LISTED) {
      ended.add(new ConfigurationPlan.Fate(stack, info, why));
    }
  }

  private void touch(String stack, TcpConnectionInfo info) {
    touchedCount++;
    if (touched.size() < ConfigurationPlan.MOST_LISTED) {
      touched.add(new ConfigurationPlan.Fate(stack, info, "goes on with the new values"));
    }
  }
}
