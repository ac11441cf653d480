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

  /**
   * Moves what is open to another number. This one stands for {@code /dev/null} afterwards: who
   * still reads or writes it reaches nothing. It stays the duty of whoever has it to close it.
   *
   * @return what was open here
   * @throws LinuxException if the process has no descriptors left; nothing has changed then
   */
  public Descriptor takeAway() throws LinuxException {
    Descriptor taken = new Descriptor(Linux.duplicate(number));
    try {
      Linux.divert(number);
    } catch (LinuxException e) {
      taken.close();
      throw e;
    }
    return taken;
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
