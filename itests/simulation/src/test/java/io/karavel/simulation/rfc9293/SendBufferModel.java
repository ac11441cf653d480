package io.karavel.simulation.rfc9293;

/** How large the send buffer is: docs/configuration.md; it grows to two congestion windows. */
final class SendBufferModel {
  private final End e;
  private long capacity;
  private boolean tuned;

  SendBufferModel(End e) {
    this.e = e;
  }

  long capacity() {
    return capacity;
  }

  /** It is open, or parameters or options have changed. */
  void onSettings() {
    long initial = e.settings.number("sendBufferInitial");
    long kept = tuned ? Math.min(capacity, e.settings.number("sendBufferMax")) : 0;
    capacity = Math.max(initial, kept);
    if (e.settings.hasOption("sendBufferBytes")) {
      capacity = e.settings.option("sendBufferBytes", 0);
    }
  }

  /** The peer has acknowledged more; the window has not grown by that yet. */
  void onAdvance(WindowModel window) {
    long most = e.settings.number("sendBufferMax");
    boolean fixed = e.settings.hasOption("sendBufferBytes");
    if (!fixed && window != null && 2 * window.window > capacity && capacity < most) {
      capacity = Math.min(most, 2 * window.window);
      tuned = true;
    }
  }
}
