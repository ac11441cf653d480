package io.karavel.simulation.run;

import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.spi.TcpControl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the connections of a node stand: all figures, and what their timers will do. A swap takes no
 * virtual time, so that nothing of it may be another afterwards.
 */
final class Standing {
  private final Map<String, List<Object>> connections = new TreeMap<>();

  private Standing() {}

  static Standing of(Node node) {
    // times count from the lane's last turn
    node.stack.stack().lane().post((Runnable) () -> {});
    node.stack.settle();
    Standing standing = new Standing();
    TcpControl tcp = node.stack.tcpControl();
    for (TcpConnectionInfo info : node.stack.connections(c -> c.remote() != null)) {
      List<Object> told = new ArrayList<>();
      told.add(info);
      told.add(info.id() == 0 ? null : details(tcp.info(info.id())));
      told.add(tcp.why(info.local(), info.remote()));
      standing.connections.put(info.local() + " > " + info.remote(), told);
    }
    return standing;
  }

  private static Map<String, Object> details(TcpConnectionInfo info) {
    Map<String, Object> details = new TreeMap<>(info.details());
    if (!info.state().isSynchronized()) {
      details.remove("sndMss"); // before the peer has told its own it means nothing
    }
    details.remove("keepaliveTimer"); // it may expire early and find nothing due
    return details;
  }

  /** Fails if anything is not as it was. */
  void mustBe(Standing before, String after) {
    if (!connections.keySet().equals(before.connections.keySet())) {
      throw new AssertionError(
          after + ": " + connections.keySet() + ", not " + before.connections.keySet());
    }
    connections.forEach(
        (name, told) -> {
          List<Object> was = before.connections.get(name);
          for (int i = 0; i < told.size(); i++) {
            if (!String.valueOf(told.get(i)).equals(String.valueOf(was.get(i)))) {
              throw new AssertionError(
                  after + ": " + name + " is " + told.get(i) + ", it was " + was.get(i));
            }
          }
        });
  }
}
