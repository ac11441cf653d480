package io.karavel.engine.internal.lane;

import io.karavel.engine.Module;
import io.karavel.nic.NetworkDevice;
import java.util.HashMap;
import java.util.Map;

/**
 * A slot as its neighbours see it: a view for each type that somebody expects there, and taps in
 * the place of a device. Each view has the module itself, so that nobody asks here for it. Lane's
 * thread.
 */
final class SlotViews {
  private final SlotHolder slot;
  private final Map<Class<?>, TypedSlot<?>> views = new HashMap<>();

  /** What neighbours see instead of a device at work: its taps. Null if there are none. */
  private NetworkDevice standIn;

  SlotViews(SlotHolder slot) {
    this.slot = slot;
  }

  <M> TypedSlot<M> view(Class<M> type) {
    @SuppressWarnings("unchecked")
    TypedSlot<M> view = (TypedSlot<M>) views.get(type);
    if (view == null) {
      view = new TypedSlot<>(slot, type);
      view.set(seenAs(type));
      views.put(type, view);
    }
    return view;
  }

  /** Another module is at work, or none. */
  void show() {
    views.forEach((type, view) -> view.set(seenAs(type)));
  }

  private Module seenAs(Class<?> type) {
    Module module = slot.module();
    return standIn != null && module instanceof NetworkDevice && type == NetworkDevice.class
        ? standIn
        : module;
  }

  /** Has neighbours see taps instead of the device; null for the device itself. */
  void standIn(NetworkDevice taps) {
    standIn = taps;
    show();
  }
}
