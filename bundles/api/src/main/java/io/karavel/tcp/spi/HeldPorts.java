package io.karavel.tcp.spi;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * How many connections and TIME-WAIT records use each local address and port. A stack has few
 * addresses and may have a million connections, so ports are counted in arrays, a page at a time.
 * One thread writes, any thread reads.
 */
final class HeldPorts {
  private static final int PAGE_BITS = 10;
  private static final int PAGES = 65536 >> PAGE_BITS;
  private static final int PAGE_MASK = (1 << PAGE_BITS) - 1;

  private final ConcurrentHashMap<Integer, AtomicReferenceArray<AtomicIntegerArray>> byAddress =
      new ConcurrentHashMap<>();

  void hold(int ipv4, int port) {
    AtomicReferenceArray<AtomicIntegerArray> pages = byAddress.get(ipv4);
    if (pages == null) {
      pages = new AtomicReferenceArray<>(PAGES);
      byAddress.put(ipv4, pages);
    }
    AtomicIntegerArray page = pages.get(port >> PAGE_BITS);
    if (page == null) {
      page = new AtomicIntegerArray(1 << PAGE_BITS);
      pages.set(port >> PAGE_BITS, page);
    }
    page.incrementAndGet(port & PAGE_MASK);
  }

  /** One use less; nothing happens if there was none. */
  void letGo(int ipv4, int port) {
    AtomicReferenceArray<AtomicIntegerArray> pages = byAddress.get(ipv4);
    AtomicIntegerArray page = pages == null ? null : pages.get(port >> PAGE_BITS);
    if (page != null && page.get(port & PAGE_MASK) > 0) {
      page.decrementAndGet(port & PAGE_MASK);
    }
  }

  boolean isHeld(int ipv4, int port) {
    return isHeld(byAddress.get(ipv4), port);
  }

  /** Whether the port is held at any address. */
  boolean isHeldAnywhere(int port) {
    for (AtomicReferenceArray<AtomicIntegerArray> pages : byAddress.values()) {
      if (isHeld(pages, port)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isHeld(AtomicReferenceArray<AtomicIntegerArray> pages, int port) {
    AtomicIntegerArray page = pages == null ? null : pages.get(port >> PAGE_BITS);
    return page != null && page.get(port & PAGE_MASK) > 0;
  }

  /** Told of a port that is held. */
  interface Visitor {
    void held(int ipv4, int port, int count);
  }

  void forEach(Visitor visitor) {
    byAddress.forEach(
        (ipv4, pages) -> {
          for (int page = 0; page < PAGES; page++) {
            AtomicIntegerArray counts = pages.get(page);
            for (int i = 0; counts != null && i <= PAGE_MASK; i++) {
              if (counts.get(i) > 0) {
                visitor.held(ipv4, page << PAGE_BITS | i, counts.get(i));
              }
            }
          }
        });
  }

  void clear() {
    byAddress.clear();
  }
}
