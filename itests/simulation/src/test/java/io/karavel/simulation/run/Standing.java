package io.karavel.simulation.run;

import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpExplanation;
import io.karavel.tcp.TcpExplanation.ArmedTimer;
import io.karavel.tcp.spi.TcpControl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
      told.add(withoutNext(info));
      told.add(info.id() == 0 ? null : details(tcp.info(info.id()), !node.isToldOfWays()));
      TcpExplanation why = tcp.why(info.local(), info.remote());
      told.add(withoutNext(why));
      told.add(why.timers().stream().filter(Standing::doesAnything).toList());
      standing.connections.put(info.local() + " > " + info.remote(), told);
    }
    return standing;
  }

  /** Keepalive's timer may expire early and find nothing due; which comes next may be it. */
  private static String withoutNext(Object told) {
    return String.valueOf(told)
        .replaceAll("timer=[a-z-]*, timerNanos=-?\\d+, timerCount=\\d+", "")
        .replaceAll(", timers=.*", "");
  }

  private static boolean doesAnything(ArmedTimer timer) {
    return !timer.kind().equals("keepalive")
        || !timer.steps().get(0).action().startsWith("nothing");
  }

  private static Map<String, Object> details(TcpConnectionInfo info, boolean told) {
    Map<String, Object> details = new TreeMap<>(info.details());
    if (!info.state().isSynchronized()) {
      details.remove("sndMss"); // before the peer has told its own it means nothing
    }
    if (!told) {
      // what a router told another connection is taken up with the next segment
      details.keySet().removeAll(Set.of("mtu", "pathMtu", "sndMss", "cwnd", "ssthresh"));
    }
    details.remove("keepaliveTimer"); // it may expire early and find nothing due
    details.remove("segmentationBytes"); // of a device that has come anew it is told with a segment
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
