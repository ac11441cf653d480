package io.karavel.shell.internal.doctor;

import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSummary;
import java.util.ArrayList;
import java.util.List;

/** Connections that no application takes. */
final class AcceptQueue implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    List<Finding> all = new ArrayList<>();
    if (s.tcp() != null) {
      for (TcpSummary.Listener listener : s.tcp().listeners()) {
        if (listener.backlog() > 0 && listener.acceptQueue() >= listener.backlog()) {
          all.add(full(s, listener));
        }
      }
    }
    return !all.isEmpty()
        ? all
        : Check.counted(
            s,
            "accept-queue",
            "SYNs or final ACKs found an accept queue full",
            "an application accepts more slowly than connections come",
            Snapshot.doubled("maxAcceptBacklog", s.settings().maxAcceptBacklog()),
            "TcpExt.ListenOverflows");
  }

  private static Finding full(Snapshot s, TcpSummary.Listener listener) {
    String owner =
        s.listeners().stream()
            .filter(info -> info.id() == listener.id())
            .map(TcpConnectionInfo::owner)
            .findFirst()
            .orElse("");
    String bundle = owner.replaceFirst(":.*", "");
    return new Finding(
        "accept-queue",
        true,
        listener.acceptQueue()
            + " of "
            + listener.backlog()
            + " connections wait to be accepted at "
            + listener.local()
            + ", "
            + listener.overflows()
            + " found no room",
        "the application " + owner + " does not call accept",
        bundle.isEmpty() ? "tcp:show " + listener.id() : "bundle:restart " + bundle);
  }
}
