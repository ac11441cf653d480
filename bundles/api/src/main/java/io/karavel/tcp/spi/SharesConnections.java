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
   * Says the state of the next connections and TIME-WAIT records that could be moved, in the order
   * of {@link TcpControl#list}. Nothing changes: until {@link #release} they are this module's.
   *
   * @param cursor 0 to begin, then {@link Portion#next}
   * @param most about how many; 1 and more
   */
  Portion portion(int cursor, int most);

  /**
   * Says the state of some of its connections; nothing changes.
   *
   * @param chosen which, of those that {@link #movable} told in this turn
   */
  Portion portion(FlowSet chosen);

  /**
   * Some connections on their way from one of the two to the other.
   *
   * @param flows which
   * @param state what they are
   * @param next the cursor of the next portion; 0 if none comes behind them
   */
  record Portion(FlowSet flows, Handover state, int next) {}

  /**
   * Says the state of what could not be moved; nothing changes. For a rehearsal.
   *
   * @param most how many embryos at most
   */
  Handover rest(int most);

  /**
   * Has the connections of a portion from now on, beside what it has.
   *
   * @throws HandoverException if it cannot read them; then what it has of them counts for nothing
   */
  void take(Handover portion) throws HandoverException;

  /** Has the connections of a portion no more: the other one took them, and has their sockets. */
  void release(FlowSet flows);

  /**
   * The other one ends: has all that is left of it, and is neither host nor guest from now on.
   *
   * @param rest what the other one {@linkplain io.karavel.engine.Module#export exported}
   * @throws HandoverException if it cannot read it; then it is what it was
   */
  void takeRest(Handover rest) throws HandoverException;

  /**
   * Like {@link TcpControl#list}, but ends before a cursor. Where a connection is in the order does
   * not depend on which of the two has it.
   *
   * @param end where the page ends at the latest; 0 for no end
   */
  TcpControl.Page list(
      long cursor, long end, int examine, Predicate<? super TcpConnectionInfo> filter);

  /**
   * Before it is opened: it will be a guest. What a guest exports is a part that can follow the
   * state of its host: {@code host.export().and(guest.export())} is the state of both. Of a
   * connection that is in it twice, because it was on its way, the first counts.
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
