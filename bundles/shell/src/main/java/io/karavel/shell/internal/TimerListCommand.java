package io.karavel.shell.internal;

import io.karavel.control.TimerInfo;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code timer:list}. */
@Service
@Command(
    scope = "timer",
    name = "list",
    description = "Armed timers of the stack by kind",
    detailedDescription = "Example: timer:list")
public final class TimerListCommand extends ListCommand {
  /** For the shell. */
  public TimerListCommand() {}

  @Override
  void run() throws Exception {
    print(
        new Listing<TimerInfo>()
            .number("lane", TimerInfo::lane)
            .column("kind", TimerInfo::kind)
            .number("armed", TimerInfo::armed)
            .number("nextMillis", timer -> Values.millis(timer.nextNanos())),
        ask().appliance().timers(stack),
        "no timer is armed");
  }
}
