package io.karavel.tcp.spi;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.tcp.TcpConnectionInfo;
import java.util.List;
import java.util.function.Predicate;

/**
 * A TCP module that can have a part of the connections of a lane while another one has the rest. Of
 * the two one is the host: it has the listeners, their embryos, all TIME-WAIT records and what
 * connects from now on. The guest has connections that were moved to it, until they are over. The
 * engine routes between them. Lane's thread.
 */
public interface SharesConnections {
  /**
   * The connections that could be moved and pass a filter: those that wait neither for a listener
   * nor for an answer to a SYN. Half-open ones, listeners and TIME-WAIT records never are among
   * them.
   */
  List<TcpConnectionInfo> movable(Predicate<? super TcpConnectionInfo> filter);

  /**
   * The state in two parts; nothing changes. What opens the first knows where the others are.
   *
   * @param moving which connections are to be in the second part
   */
  Parts divide(FlowSet moving);

  /**
   * The two parts of a state.
   *
   * @param staying for a host
   * @param moving for a guest
   */
  record Parts(Handover staying, Handover moving) {}

  /**
   * Before it is opened: it will be a guest. What a guest exports is a part that can follow the
   * state of its host: {@code host.export().and(guest.export())} is the state of both.
   */
  void beGuest();

  /** Guest: whether connections have left it since {@link #forgetLeavers}. */
  boolean hasLeavers();

  /** Guest: what has left: TIME-WAIT records with all they are, of others that they are over. */
  Handover leavers();

  /** Guest: the host knows of them. */
  void forgetLeavers();

  /**
   * Host: keeps the TIME-WAIT records of what has left the guest, and counts the others no more.
   *
   * @param leavers what the guest said
   * @param elsewhere those that have left are taken out of this set
   */
  void takeLeavers(Handover leavers, FlowSet elsewhere) throws HandoverException;

  /** The mean of the smoothed round-trip times of up to 1024 connections in ns; -1 without any. */
  long meanRttNanos();
}
