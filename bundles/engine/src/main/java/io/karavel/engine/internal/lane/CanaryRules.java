package io.karavel.engine.internal.lane;

import io.karavel.engine.Module;
import io.karavel.tcp.spi.SharesConnections;

/** When a canary may begin, and what is said if not. */
final class CanaryRules {
  /** There is nothing to be ended. */
  static final String NONE = "no canary runs";

  private CanaryRules() {}

  /** Why a newcomer cannot share the connections of the module at work; null if it can. */
  static String problem(Module module, ModuleSource source, ModuleSource newcomer) {
    if (module == null) {
      return "slot " + newcomer.slot() + " has no module that could share connections";
    }
    if (newcomer == source) {
      return newcomer + " is at work already";
    }
    if (module instanceof TcpCanary canary) {
      return "a canary runs already: " + canary.source() + " beside " + source;
    }
    if (!(module instanceof SharesConnections)) {
      return source + " cannot share its connections with another module";
    }
    int mine = source.factory().stateVersions().writes();
    int its = newcomer.factory().stateVersions().writes();
    return mine == its
        ? null
        : newcomer
            + " writes state of version "
            + its
            + " and "
            + source
            + " of version "
            + mine
            + ": they cannot share connections; swap the whole module";
  }
}
