package io.karavel.simulation.rfc9293;

/** Which algorithm moves the window of a {@link SenderModel}, and its change. */
final class WindowChoice {
  /** It goes on with window and threshold while the one that is wanted is away. */
  private static final String STANDS_IN = "cubic";

  private final SenderModel m;
  private String name;

  WindowChoice(SenderModel m) {
    this.m = m;
  }

  /** The window is there once it is asked for: RFC 6928, RFC 5681 §3.1 after a lost SYN. */
  WindowModel window() {
    if (m.window == null) {
      long bytes = (m.e.synTimedOut ? 1 : m.e.initialWindow) * m.segment();
      name = wanted();
      m.window = WindowModel.of(name, bytes);
      m.windowKnown &= m.window != null;
      if (m.window == null) {
        m.window = WindowModel.of("newreno", bytes);
      }
    }
    return m.window;
  }

  String wanted() {
    Object option = m.e.settings.option("congestionControl");
    return option == null ? m.e.settings.word("congestionControl") : (String) option;
  }

  /** What an operator is shown: docs/bundles/tcp.md says which stands in. */
  String shown(boolean begun) {
    String wanted = wanted();
    boolean there = !begun || !m.e.host.absent.contains(wanted);
    return there ? wanted : STANDS_IN + " (" + wanted + " is not there)";
  }

  /** Another goes on with window and threshold, if another is wanted. */
  void change() {
    if (m.window == null || wanted().equals(name)) {
      return;
    }
    name = wanted();
    WindowModel next = m.window.changedTo(name);
    m.windowKnown &= next != null;
    m.window = next == null ? m.window : next;
  }
}
