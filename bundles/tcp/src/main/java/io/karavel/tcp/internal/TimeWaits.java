package io.karavel.tcp.internal;

import io.karavel.engine.DropReason;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.tcp.internal.connection.Resets;
import io.karavel.tcp.spi.StackSocket;
import java.util.function.Consumer;

/** The TIME-WAIT records of a lane: entering, answering, reopening, reuse, and the end by time. */
final class TimeWaits {
  private static final int EXPIRED_PER_TURN = 1024;

  private final TcpLane lane;
  private final Flows flows;
  private final TcpOutput output;
  private final TcpFlusher flusher;
  private final DeadlineHeap<TimeWaitFlow> heap = new DeadlineHeap<>();
  private final HeapTimer timer;

  TimeWaits(TcpLane lane, Flows flows, TcpOutput output, TcpFlusher flusher) {
    this.lane = lane;
    this.flows = flows;
    this.output = output;
    this.flusher = flusher;
    timer = new HeapTimer("time-wait", lane.context, this::expire);
  }

  int size() {
    return heap.size();
  }

  /** Every record, in the order of the heap. */
  void forEach(Consumer<? super TimeWaitFlow> consumer) {
    heap.forEach(consumer);
  }

  /** A connection in TIME-WAIT owes nothing any more: a record takes its place. */
  void enter(Connection connection) {
    if (heap.size() >= lane.settings().maxTimeWait()) {
      lane.mib.timeWaitOverflow.increment();
      flusher.over(connection, TcpCause.TIME_WAIT_LIMIT);
      return;
    }
    TimeWaitFlow record = new TimeWaitFlow(connection, lane.settings(), lane.nowNanos());
    flows.close(connection, false);
    adopt(record);
    flusher.retire(connection, TcpState.TIME_WAIT);
  }

  /** Takes a record in whose port is held already. */
  void adopt(TimeWaitFlow record) {
    flows.put(record);
    heap.add(record);
    timer.cover(heap);
    lane.mib.timeWaits.set(heap.size());
  }

  /** Takes in a record of the lane's other module, unless there are too many. */
  void adoptFromGuest(TimeWaitFlow record) {
    adopt(record);
    if (heap.size() > lane.settings().maxTimeWait()) {
      lane.mib.timeWaitOverflow.increment();
      remove(record, TcpCause.TIME_WAIT_LIMIT);
    }
  }

  /** The lane's other module has a record; {@link #handedOn} follows the last of several. */
  void handOn(TimeWaitFlow record) {
    heap.remove(record);
    flows.handOn(record);
  }

  /** The lane's other module has some records. */
  void handedOn() {
    timer.cover(heap);
    lane.mib.timeWaits.set(heap.size());
  }

  /** Forgets a record, for whatever cause; its port is free. */
  void remove(TimeWaitFlow record, TcpCause cause) {
    heap.remove(record);
    flows.over(record);
    lane.endpoints.letGo(record.localIpv4(), record.localPort());
    lane.moved(record, TcpState.CLOSED);
    lane.mib.timeWaits.set(heap.size());
    StackSocket.Ending ending = new StackSocket.Ending(TcpState.TIME_WAIT, cause, lane.nowNanos());
    lane.endings.add(record, ending, null);
    StackSocket socket = lane.endpoints.socket(record.id());
    // a socket that its application has not closed shows how it ended
    if (socket != null && socket.state() == TcpState.TIME_WAIT) {
      socket.state(TcpState.CLOSED);
      socket.ending(ending);
    }
  }

  /** The application aborts in TIME-WAIT: nothing is sent, the record goes (RFC 9293 §3.10.5). */
  void abort(StackSocket socket) {
    Flow flow = flows.find(socket.local(), socket.remote());
    if (flow instanceof TimeWaitFlow record && record.id() == socket.id()) {
      remove(record, TcpCause.ABORT);
      socket.state(TcpState.CLOSED);
    }
  }

  /**
   * A segment for a record.
   *
   * @return true if it is a SYN that may have the tuple; the record is still there then
   */
  boolean onSegment(TimeWaitFlow record, Arrival arrival) {
    lane.serve(record);
    boolean reopen = judge(record, arrival);
    lane.current = null;
    return reopen;
  }

  private boolean judge(TimeWaitFlow record, Arrival arrival) {
    long nowNanos = lane.nowNanos();
    switch (record.onSegment(arrival.segment, lane.settings(), nowNanos)) {
      case REOPEN:
        return true;
      case ACKNOWLEDGE:
        acknowledge(record);
        break;
      case RESET:
        lane.context.drops().count(DropReason.TCP_ACK);
        if (Resets.answer(arrival.segment, lane.out)) {
          output.answer(arrival);
        }
        return false;
      case END:
        remove(record, TcpCause.RST);
        return false;
      case IGNORE:
        break;
    }
    lane.context.drops().count(DropReason.TCP_TIME_WAIT);
    return false;
  }

  /** Answers with the last acknowledgement. */
  void acknowledge(TimeWaitFlow record) {
    record.acknowledge(lane.out, lane.nowNanos());
    output.send(record);
    heap.moved(record);
    timer.cover(heap);
  }

  /** Whether an outgoing connection may take the tuple of a record over now. */
  boolean mayBeReused(TimeWaitFlow record) {
    TcpSettings settings = lane.settings();
    boolean allowed =
        switch (settings.timeWaitReuse()) {
          case OFF -> false;
          case ON -> true;
          case LOOPBACK ->
              lane.ip.module() != null && lane.ip.module().isLocal(record.remoteIpv4());
        };
    return allowed && record.mayBeReused(settings, lane.nowNanos());
  }

  /** The settings have changed for a record. */
  void onSettingsChanged(TimeWaitFlow record) {
    record.onSettingsChanged(lane.settings());
    if (record.nextDeadlineNanos() <= lane.nowNanos()) {
      lane.mib.timeWaited.increment();
      remove(record, TcpCause.CONFIGURATION);
      return;
    }
    heap.moved(record);
    timer.cover(heap);
  }

  private void expire(long nowNanos) {
    for (int left = EXPIRED_PER_TURN; left > 0; left--) {
      TimeWaitFlow first = heap.first();
      if (first == null || first.nextDeadlineNanos() > nowNanos) {
        break;
      }
      lane.mib.timeWaited.increment();
      remove(first, TcpCause.TIME_WAIT);
    }
    timer.cover(heap);
  }
}
