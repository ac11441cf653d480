package io.karavel.shell.internal;

import io.karavel.engine.DropReason;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code net:drops}. */
@Service
@Command(
    scope = "net",
    name = "drops",
    description = "What the stack discarded, and why",
    detailedDescription = "Example: net:drops --sample 1000")
public final class NetDropsCommand extends SamplingCommand {
  /** For the shell. */
  public NetDropsCommand() {}

  @Override
  void run() throws Exception {
    Question ask = ask();
    Rates<DropReason> drops = sample(() -> ask.appliance().drops(stack));
    List<DropReason> reasons = drops.now().keySet().stream().sorted().toList();
    print(
        new Listing<DropReason>()
            .column("reason", DropReason::name)
            .column("layer", DropReason::layer)
            .number("count", reason -> drops.now().get(reason))
            .number("perSecond", drops::perSecond)
            .column("meaning", DropReason::meaning),
        reasons,
        "nothing was discarded");
  }
}
