package io.karavel.linux;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open descriptor and the duty to close it: what a driver hands over to its successor. It is
 * closed once, by whoever is the last to have it. Any thread.
 */
public final class Descriptor implements AutoCloseable {
  private final int number;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Takes charge of an open descriptor. */
  public Descriptor(int number) {
    this.number = number;
  }

  /** Its number. */
  public int number() {
    return number;
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return closed.get();
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      Linux.close(number);
    }
  }

  @Override
  public String toString() {
    return "descriptor " + number + (isClosed() ? ", closed" : "");
  }
}
