package io.karavel.engine.internal.lane;

import io.karavel.engine.Handover;
import io.karavel.linux.Descriptor;
import io.karavel.linux.LinuxException;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketQueue;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What states of a lane that hangs refer to, out of reach of its thread: packets change to another
 * queue, and open descriptors to another number, so that the old number leads nowhere.
 */
final class RescuedObjects {
  private static final Logger LOG = LoggerFactory.getLogger(RescuedObjects.class);

  /** Descriptors whose old numbers lead nowhere now, until nobody can use these any more. */
  private final List<AutoCloseable> diverted = new ArrayList<>();

  /** The state, referring to things that its old module has not. */
  Handover of(Handover state) {
    return state.withAttachments(this::move);
  }

  private Object move(Object attachment) {
    if (attachment instanceof PacketQueue queue) {
      PacketQueue moved = new PacketQueue();
      for (PacketBuffer buffer = queue.poll(); buffer != null; buffer = queue.poll()) {
        moved.add(buffer);
      }
      return moved;
    }
    try {
      Object moved = Descriptors.move(attachment);
      if (moved != attachment) {
        diverted.add((AutoCloseable) attachment);
      }
      return moved;
    } catch (LinkageError e) {
      // without the bundle linux there are no descriptors
      return attachment;
    }
  }

  /** The threads that could use the old numbers have ended: those are given back. */
  void close() {
    for (AutoCloseable old : diverted) {
      try {
        old.close();
      } catch (Exception e) {
        LOG.warn("{} is not closed: {}", old, e.toString());
      }
    }
    diverted.clear();
  }

  /** Apart, because its class is not there without the bundle linux. */
  private static final class Descriptors {
    private Descriptors() {}

    static Object move(Object attachment) {
      if (!(attachment instanceof Descriptor descriptor) || descriptor.isClosed()) {
        return attachment;
      }
      try {
        return descriptor.takeAway();
      } catch (LinuxException e) {
        LOG.error("A hung thread can still reach {}: {}", descriptor, e.toString());
        return attachment;
      }
    }
  }
}
