package io.karavel.shell.internal.doctor;

import java.util.List;

/** Nearly as many in TIME-WAIT as there may be. */
final class TimeWaitPressure implements Check {
  @Override
  public List<Finding> examine(Snapshot s) {
    long records = s.total("Tcp.TimeWaits");
    int most = s.settings().maxTimeWait();
    String command = Snapshot.doubled("maxTimeWait", most);
    if (most > 0 && records * 10 >= most * 9L) {
      return List.of(
          new Finding(
              "time-wait-pressure",
              true,
              records + " of " + most + " places for TIME-WAIT are taken",
              "connections are closed by this side faster than TIME-WAIT passes",
              command));
    }
    return Check.counted(
        s,
        "time-wait-pressure",
        "connections found no place in TIME-WAIT and were forgotten at once",
        "connections are closed by this side faster than TIME-WAIT passes",
        command,
        "TcpExt.TCPTimeWaitOverflow");
  }
}
