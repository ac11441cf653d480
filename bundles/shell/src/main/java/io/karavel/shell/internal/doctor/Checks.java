package io.karavel.shell.internal.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** All checks there are: a new one is one class and one line here. */
public final class Checks {
  /** In the order in which findings matter: what explains others comes first. */
  public static final List<Check> ALL =
      List.of(
          new LaneHung(),
          new ModuleCrashed(),
          new ModuleMissing(),
          new DeviceDown(),
          new ConfigurationRefused(),
          new DuplicateAddress(),
          new NoArpReply(),
          new NoRoute(),
          new AcceptQueue(),
          new SynBacklog(),
          new ConnectionLimit(),
          new PortExhaustion(),
          new BufferExhaustion(),
          new TimeWaitPressure(),
          new OrphanLimit(),
          new ImpairedWire(),
          new RetransmissionStorm(),
          new BlackHoleMtu(),
          new ChecksumErrors(),
          new RingDrops(),
          new ApplicationNotReading(),
          new PeerNotReading(),
          new HandlerFailures(),
          new TimerLag(),
          new ModuleDiffers(),
          new ConfigurationWaiting(),
          new ChangeUnconfirmed());

  private Checks() {}

  /** What is wrong: what goes on before what has been. */
  public static List<Finding> examine(Snapshot snapshot) {
    List<Finding> all = new ArrayList<>();
    for (Check check : ALL) {
      all.addAll(check.examine(snapshot));
    }
    // stable: the order of the checks stays within each
    all.sort(Comparator.comparing(finding -> !finding.now()));
    return all;
  }
}
