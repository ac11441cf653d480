package io.karavel.simulation.run;

import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.SettingsException;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.spi.TcpControl.Prospect;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What a dry run says of a change of the configuration is what comes of it. */
final class Prospects {
  private static final int EXAMINED = 1024;

  private final Node node;
  private final String change;

  /** A timer may be due at once, and be the last of its kind: that is no end by the change. */
  private final boolean timesMove;

  private final Map<String, String> ended = new HashMap<>();
  private final Set<String> touched = new HashSet<>();

  private Prospects(Node node, String change) {
    this.node = node;
    this.change = change;
    timesMove = change.startsWith("rto");
  }

  /** Tries a value of a key on, without a change; null where a change touches no connection. */
  static Prospects of(Node node, String pid, String key, Object value) {
    Map<String, Object> keys = new HashMap<>(node.keys.getOrDefault(pid, Map.of()));
    keys.put(key, value);
    boolean tcp = pid.equals(TcpSettings.PID);
    if (node.tcpAway || !tcp && !pid.equals(KeepaliveSettings.PID)) {
      return null;
    }
    // times count from the lane's last turn
    node.stack.stack().lane().post((Runnable) () -> {});
    node.stack.settle();
    Prospects made = new Prospects(node, key + " = " + value);
    try {
      Prospect said =
          node.stack
              .tcpControl()
              .prospect(
                  tcp ? TcpSettings.parse(keys) : null,
                  tcp ? null : KeepaliveSettings.parse(keys),
                  0,
                  EXAMINED);
      said.ended().forEach((info, why) -> made.ended.put(name(info), why));
      said.touched().forEach(info -> made.touched.add(name(info)));
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
    return made;
  }

  private static String name(TcpConnectionInfo info) {
    return info.local() + " > " + info.remote() + " " + info.state();
  }

  /** The change is made, and nothing else has happened. */
  void mustHaveComeTrue() {
    Set<String> there = new HashSet<>();
    node.stack.connections(info -> true).forEach(info -> there.add(name(info)));
    ended.forEach(
        (name, why) -> {
          // the timer of TIME-WAIT ends it at its next tick
          if (there.contains(name) && !name.endsWith(TcpState.TIME_WAIT.toString())) {
            throw new AssertionError(node + ": " + change + " was to end " + name + ": " + why);
          }
        });
    for (String name : timesMove ? Set.<String>of() : touched) {
      if (!there.contains(name)) {
        throw new AssertionError(node + ": " + change + " was not to end " + name);
      }
    }
  }
}
