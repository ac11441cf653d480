package io.karavel.tcp.spi;

import io.karavel.engine.LaneFence;
import io.karavel.tcp.TcpState;
import java.util.Arrays;

/**
 * Where those who watch connections learn of their states; one per stack, an object of {@link
 * io.karavel.engine.LaneContext#shared}. Costs a field's reading per change while nobody listens.
 */
public final class TransitionTap {
  /** Is told of states; lane's thread, must not block nor throw. */
  @FunctionalInterface
  public interface Listener {
    /**
     * A connection, embryo or TIME-WAIT record has come to a state.
     *
     * @param id the socket's number; 0 while there is none
     * @param nowNanos the lane's time
     */
    void onState(
        long id,
        int localIpv4,
        int localPort,
        int remoteIpv4,
        int remotePort,
        TcpState state,
        long nowNanos);
  }

  private static final Listener[] NONE = {};

  private volatile Listener[] listeners = NONE;

  /** Without listeners. */
  public TransitionTap() {}

  /** Has a listener told of every change from now on; any thread. */
  public synchronized void add(Listener listener) {
    Listener[] longer = Arrays.copyOf(listeners, listeners.length + 1);
    longer[listeners.length] = listener;
    listeners = longer;
  }

  /** Has it told no more; a call that is under way may still come. Any thread. */
  public synchronized void remove(Listener listener) {
    listeners =
        Arrays.stream(listeners).filter(other -> other != listener).toArray(Listener[]::new);
  }

  /** Tells the listeners; lane's thread. */
  public void moved(
      long id,
      int localIpv4,
      int localPort,
      int remoteIpv4,
      int remotePort,
      TcpState state,
      long nowNanos) {
    LaneFence.pass();
    for (Listener listener : listeners) {
      listener.onState(id, localIpv4, localPort, remoteIpv4, remotePort, state, nowNanos);
    }
  }
}
