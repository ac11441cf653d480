package io.karavel.ip.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The routes of one lane: longest prefix wins, then the lowest metric, then whoever came first. The
 * routes lie in arrays in that order, so that the first match is the answer; the last answer is
 * kept, since packets come in trains. Lane's thread.
 */
final class RouteTable {
  private static final Comparator<Route> ORDER =
      Comparator.comparingInt((Route route) -> -route.length()).thenComparingInt(Route::metric);

  private Route[] routes = {};
  private int[] networks = {};
  private int[] masks = {};
  private int revision = 1;
  private int cachedDestination;
  private Route cached;
  private boolean cacheFilled;

  /** Puts these routes in place of all there were. */
  void replace(List<Route> all) {
    List<Route> sorted = new ArrayList<>(all);
    sorted.sort(ORDER);
    routes = sorted.toArray(new Route[0]);
    networks = new int[routes.length];
    masks = new int[routes.length];
    for (int i = 0; i < routes.length; i++) {
      networks[i] = routes[i].destination();
      masks[i] = routes[i].mask();
    }
    touch();
  }

  /** The best route to an address, or null. */
  Route lookup(int address) {
    if (cacheFilled && address == cachedDestination) {
      return cached;
    }
    Route found = null;
    for (int i = 0; i < networks.length; i++) {
      if ((address & masks[i]) == networks[i]) {
        found = routes[i];
        break;
      }
    }
    cachedDestination = address;
    cached = found;
    cacheFilled = true;
    return found;
  }

  /** All routes, best first. */
  List<Route> all() {
    return List.of(routes);
  }

  /** Grows with every change that can make an answer stale. */
  int revision() {
    return revision;
  }

  /**
   * Says that answers may be stale though the routes are the same: an MTU or an address changed.
   */
  void touch() {
    revision++;
    cacheFilled = false;
    cached = null;
  }
}
