package io.karavel.tcp.spi;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.TcpCause;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * The sockets, listeners and ports of a stack as bytes and back, for a restart that keeps
 * connections. To save, the table is {@linkplain TcpEndpoints#freeze frozen} and its lane at rest;
 * to open, the table is new and nothing runs yet. What is handler, acceptor or ready listener does
 * not go along: applications take their endpoints up again.
 *
 * <p>Tags are never used again for something else; unknown ones are skipped.
 */
public final class EndpointForm {
  private static final int VERSION = 1;
  private static final String NAME = "endpoints";

  private static final int LAST_ID = 1;
  private static final int HELD = 2;
  private static final int HELD_ADDRESS = 3;
  private static final int HELD_PORT = 4;
  private static final int HELD_COUNT = 5;

  private static final int ID = 10;
  private static final int LISTENER = 11;
  private static final int LOCAL = 12;
  private static final int BOUND = 13;
  private static final int CLOSED = 14;
  private static final int OWNER = 15;
  private static final int NOTE = 16;
  private static final int WISHES = 17;
  private static final int OPTION = 18;
  private static final int OPTION_NAME = 19;
  private static final int OPTION_VALUE = 20;
  private static final int ADDRESS = 21;
  private static final int PORT = 22;

  private static final int BACKLOG = 30;
  private static final int ACCEPTABLE = 31;

  private static final int REMOTE = 40;
  private static final int STATE = 41;
  private static final int FLAGS = 42;
  private static final int ERROR = 43;
  private static final int ERROR_DETAILS = 44;
  private static final int READ_NOTICE = 45;
  private static final int URGENT_RECEIVED = 46;
  private static final int URGENT_WRITTEN = 47;
  private static final int EARLY_BYTES = 48;
  private static final int RECEIVE_RING = 49;
  private static final int SEND_RING = 50;
  private static final int RING_READ = 51;
  private static final int RING_WRITTEN = 52;
  private static final int RING_CAPACITY = 53;
  private static final int RING_GUARANTEED = 54;
  private static final int RING_DISCARDED = 55;
  private static final int ENDED_FROM = 56;
  private static final int ENDED_BY = 57;
  private static final int ENDED_NANOS = 58;

  /** Takes the parts of a table in the order in which they are to be read again. */
  public interface Sink {
    /** The numbers and ports; first and once. */
    void table(Handover form) throws IOException;

    /** A socket or listener. */
    void endpoint(Handover form) throws IOException;

    /** Bytes of a ring of the endpoint before; the buffer is lent for the call. */
    void piece(long socket, boolean sendRing, long position, ByteBuffer bytes) throws IOException;
  }

  /** What a ring had that its pieces do not say. */
  private record RingLimits(ByteRing ring, int capacity, int guaranteed, boolean discarded) {}

  private final TcpEndpoints table;
  private final Map<StackListener, long[]> acceptable = new HashMap<>();
  private final Map<StackEndpoint, Integer> wishes = new HashMap<>();
  private final Map<StackSocket, RingLimits[]> rings = new HashMap<>();

  /** To open a table that is new. */
  public EndpointForm(TcpEndpoints table) {
    this.table = table;
  }

  // ---- out ----

  /** Says everything of a frozen table. */
  public static void export(TcpEndpoints table, Sink sink) throws IOException {
    // calls of applications that had begun before the freeze are over when the monitors are free
    for (StackSocket socket : table.sockets.values()) {
      passBy(socket.receiveRing());
      passBy(socket.sendRing());
    }
    HandoverWriter out = new HandoverWriter(NAME, VERSION).putLong(LAST_ID, table.lastId.get());
    table.held.forEach(
        (ipv4, port, count) ->
            out.begin(HELD)
                .putInt(HELD_ADDRESS, ipv4)
                .putInt(HELD_PORT, port)
                .putInt(HELD_COUNT, count)
                .end());
    sink.table(out.finish());
    for (StackListener listener : table.listeners.values()) {
      sink.endpoint(form(listener));
    }
    for (StackSocket socket : table.sockets.values()) {
      sink.endpoint(form(socket));
      pieces(socket, socket.receiveRing(), false, sink);
      pieces(socket, socket.sendRing(), true, sink);
    }
  }

  private static void passBy(ByteRing ring) {
    if (ring != null) {
      synchronized (ring) {
        ring.readPosition();
      }
    }
  }

  private static void pieces(StackSocket socket, ByteRing ring, boolean send, Sink sink)
      throws IOException {
    if (ring != null && !ring.isDiscarded()) {
      ring.forEachPiece((position, bytes) -> sink.piece(socket.id(), send, position, bytes));
    }
  }

  private static HandoverWriter common(StackEndpoint endpoint) throws IOException {
    HandoverWriter out =
        new HandoverWriter(NAME, VERSION)
            .putLong(ID, endpoint.id())
            .putBoolean(LISTENER, endpoint instanceof StackListener)
            .putBoolean(BOUND, endpoint.bound)
            .putBoolean(CLOSED, endpoint.closed)
            .putText(OWNER, endpoint.owner())
            .putBytes(NOTE, NoteForm.of(endpoint.attachment()))
            .putInt(WISHES, endpoint.wishes());
    put(out, LOCAL, endpoint.local());
    for (Map.Entry<TcpOption<?>, Object> option : endpoint.options().entrySet()) {
      out.begin(OPTION)
          .putText(OPTION_NAME, option.getKey().name())
          .putBytes(OPTION_VALUE, NoteForm.of(option.getValue()))
          .end();
    }
    return out;
  }

  private static void put(HandoverWriter out, int tag, IpEndpoint endpoint) {
    out.begin(tag)
        .putInt(ADDRESS, endpoint.address().ipv4Bits())
        .putInt(PORT, endpoint.port())
        .end();
  }

  private static Handover form(StackListener listener) throws IOException {
    HandoverWriter out = common(listener).putInt(BACKLOG, listener.backlog);
    listener.acceptable.forEach(socket -> out.putLong(ACCEPTABLE, socket.id()));
    return out.finish();
  }

  private static Handover form(StackSocket socket) throws IOException {
    HandoverWriter out =
        common(socket)
            .putText(STATE, socket.state.name())
            .putInt(FLAGS, flags(socket))
            .putLong(READ_NOTICE, socket.readNoticeAt)
            .putLong(URGENT_RECEIVED, socket.urgentReceivedEnd)
            .putLong(URGENT_WRITTEN, socket.urgentWrittenEnd);
    if (socket.remote != null) {
      put(out, REMOTE, socket.remote);
    }
    TcpException failure = socket.failure;
    if (failure != null) {
      String said = failure.getMessage();
      String meaning = failure.error().meaning() + ": ";
      out.putText(ERROR, failure.error().name())
          .putText(ERROR_DETAILS, said.startsWith(meaning) ? said.substring(meaning.length()) : "");
    }
    StackSocket.Ending ending = socket.ending();
    if (ending != null) {
      out.putText(ENDED_FROM, ending.from().name())
          .putText(ENDED_BY, ending.cause().name())
          .putLong(ENDED_NANOS, ending.nanos());
    }
    if (socket.earlyBytes != null) {
      out.putBytes(EARLY_BYTES, socket.earlyBytes);
    }
    put(out, RECEIVE_RING, socket.receiveRing());
    put(out, SEND_RING, socket.sendRing());
    return out.finish();
  }

  private static void put(HandoverWriter out, int tag, ByteRing ring) {
    if (ring != null) {
      out.begin(tag)
          .putLong(RING_READ, ring.readPosition())
          .putLong(RING_WRITTEN, ring.writePosition())
          .putInt(RING_CAPACITY, ring.capacityBytes())
          .putInt(RING_GUARANTEED, ring.guaranteedBytes())
          .putBoolean(RING_DISCARDED, ring.isDiscarded())
          .end();
    }
  }

  private static int bit(boolean flag, int place) {
    return flag ? 1 << place : 0;
  }

  private static int flags(StackSocket s) {
    return bit(s.connecting, 0)
        | bit(s.opened, 1)
        | bit(s.inputEnded, 2)
        | bit(s.outputShutdown, 3)
        | bit(s.inputShutdown, 4)
        | bit(s.aborted, 5)
        | bit(s.finished, 6)
        | bit(s.over, 7)
        | bit(s.outputHeld, 8)
        | bit(s.closedTold, 9);
  }

  private static void flags(StackSocket s, int bits) {
    s.connecting = (bits & 1) != 0;
    s.opened = (bits & 1 << 1) != 0;
    s.inputEnded = (bits & 1 << 2) != 0;
    s.outputShutdown = (bits & 1 << 3) != 0;
    s.inputShutdown = (bits & 1 << 4) != 0;
    s.aborted = (bits & 1 << 5) != 0;
    s.finished = (bits & 1 << 6) != 0;
    s.over = (bits & 1 << 7) != 0;
    s.outputHeld = (bits & 1 << 8) != 0;
    s.closedTold = (bits & 1 << 9) != 0;
  }

  // ---- in ----

  private static HandoverReader reader(byte[] form) throws HandoverException {
    return Handover.restored(NAME, VERSION, form).reader();
  }

  /** The numbers and ports. */
  public void openTable(byte[] form) throws HandoverException {
    HandoverReader in = reader(form);
    while (in.next()) {
      if (in.tag() == LAST_ID) {
        table.lastId.set(in.longValue());
      } else if (in.tag() == HELD) {
        openHeld(in.nested());
      }
    }
  }

  private void openHeld(HandoverReader in) throws HandoverException {
    int address = 0;
    int port = 0;
    int count = 0;
    while (in.next()) {
      switch (in.tag()) {
        case HELD_ADDRESS -> address = in.intValue();
        case HELD_PORT -> port = in.intValue();
        case HELD_COUNT -> count = in.intValue();
        default -> {}
      }
    }
    for (int i = 0; i < count; i++) {
      table.held.hold(address, port & 0xffff);
    }
  }

  /** A socket or listener. */
  public void openEndpoint(byte[] form) throws HandoverException {
    long id = 0;
    boolean listens = false;
    HandoverReader in = reader(form);
    while (in.next()) {
      if (in.tag() == ID) {
        id = in.longValue();
      } else if (in.tag() == LISTENER) {
        listens = in.booleanValue();
      }
    }
    if (id < 1 || table.sockets.containsKey(id) || table.listeners.containsKey(id)) {
      throw new HandoverException("an endpoint has the number " + id);
    }
    if (listens) {
      StackListener listener = new StackListener(table, id);
      open(listener, reader(form));
      table.listeners.put(id, listener);
    } else {
      StackSocket socket = new StackSocket(table, id);
      open(socket, reader(form));
      table.sockets.put(id, socket);
    }
  }

  /** A field that sockets and listeners share; says whether it is one. */
  private boolean openCommon(StackEndpoint endpoint, HandoverReader in) throws HandoverException {
    switch (in.tag()) {
      case LOCAL -> endpoint.local(openAddress(in.nested()));
      case BOUND -> endpoint.bound = in.booleanValue();
      case CLOSED -> endpoint.closed = in.booleanValue();
      case OWNER -> endpoint.owner(in.textValue());
      case NOTE -> endpoint.attach(note(in.bytes()));
      case WISHES -> wishes.put(endpoint, in.intValue());
      case OPTION -> openOption(endpoint, in.nested());
      default -> {
        return false;
      }
    }
    return true;
  }

  private static Object note(byte[] form) throws HandoverException {
    try {
      return NoteForm.read(form);
    } catch (IOException e) {
      throw new HandoverException(e.getMessage(), e);
    }
  }

  private static void openOption(StackEndpoint endpoint, HandoverReader in)
      throws HandoverException {
    String name = "";
    Object value = null;
    while (in.next()) {
      switch (in.tag()) {
        case OPTION_NAME -> name = in.textValue();
        case OPTION_VALUE -> value = note(in.bytes());
        default -> {}
      }
    }
    TcpOption<?> option = TcpOption.byName(name);
    // an option that this version does not know any more rules nothing
    if (option != null && option.type().isInstance(value)) {
      Map<TcpOption<?>, Object> all = new HashMap<>(endpoint.options);
      all.put(option, value);
      endpoint.options = Map.copyOf(all);
    }
  }

  private static IpEndpoint openAddress(HandoverReader in) throws HandoverException {
    int address = 0;
    int port = 0;
    while (in.next()) {
      switch (in.tag()) {
        case ADDRESS -> address = in.intValue();
        case PORT -> port = in.intValue();
        default -> {}
      }
    }
    if (port < 0 || port > 65535) {
      throw new HandoverException("an endpoint has port " + port);
    }
    return new IpEndpoint(IpAddress.ipv4(address), port);
  }

  private void open(StackListener listener, HandoverReader in) throws HandoverException {
    while (in.next()) {
      if (openCommon(listener, in)) {
        continue;
      }
      if (in.tag() == BACKLOG) {
        listener.backlog = in.intValue();
      } else if (in.tag() == ACCEPTABLE) {
        long[] before = acceptable.getOrDefault(listener, new long[0]);
        long[] all = java.util.Arrays.copyOf(before, before.length + 1);
        all[before.length] = in.longValue();
        acceptable.put(listener, all);
      }
    }
  }

  private void open(StackSocket socket, HandoverReader in) throws HandoverException {
    TcpError error = null;
    String details = "";
    TcpState endedFrom = null;
    TcpCause endedBy = null;
    long endedNanos = 0;
    ByteRing receive = null;
    ByteRing send = null;
    RingLimits[] limits = new RingLimits[2];
    while (in.next()) {
      if (openCommon(socket, in)) {
        continue;
      }
      switch (in.tag()) {
        case REMOTE -> socket.remote = openAddress(in.nested());
        case STATE -> socket.state = constant(TcpState.class, in.textValue());
        case FLAGS -> flags(socket, in.intValue());
        case ERROR -> error = constant(TcpError.class, in.textValue());
        case ERROR_DETAILS -> details = in.textValue();
        case READ_NOTICE -> socket.readNoticeAt = in.longValue();
        case URGENT_RECEIVED -> socket.urgentReceivedEnd = in.longValue();
        case URGENT_WRITTEN -> socket.urgentWrittenEnd = in.longValue();
        case ENDED_FROM -> endedFrom = constant(TcpState.class, in.textValue());
        case ENDED_BY -> endedBy = constant(TcpCause.class, in.textValue());
        case ENDED_NANOS -> endedNanos = in.longValue();
        case EARLY_BYTES -> socket.earlyBytes = in.bytes();
        case RECEIVE_RING -> {
          limits[0] = openRing(in.nested());
          receive = limits[0].ring();
        }
        case SEND_RING -> {
          limits[1] = openRing(in.nested());
          send = limits[1].ring();
        }
        default -> {}
      }
    }
    if (error != null) {
      socket.failure = new TcpException(error, details);
    }
    if (endedFrom != null && endedBy != null) {
      socket.ending(new StackSocket.Ending(endedFrom, endedBy, endedNanos));
    }
    socket.rings(receive, send);
    rings.put(socket, limits);
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String name)
      throws HandoverException {
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException e) {
      throw new HandoverException("'" + name + "' is no " + type.getSimpleName(), e);
    }
  }

  private RingLimits openRing(HandoverReader in) throws HandoverException {
    long read = 0;
    long written = 0;
    int capacity = 0;
    int guaranteed = 0;
    boolean discarded = false;
    while (in.next()) {
      switch (in.tag()) {
        case RING_READ -> read = in.longValue();
        case RING_WRITTEN -> written = in.longValue();
        case RING_CAPACITY -> capacity = in.intValue();
        case RING_GUARANTEED -> guaranteed = in.intValue();
        case RING_DISCARDED -> discarded = in.booleanValue();
        default -> {}
      }
    }
    if (read < 0 || written < read) {
      throw new HandoverException("a ring is read to " + read + " and written to " + written);
    }
    return new RingLimits(
        ByteRing.restored(table.memory(), read, written), capacity, guaranteed, discarded);
  }

  /** Bytes of a ring. */
  public void openPiece(long id, boolean sendRing, long position, ByteBuffer bytes)
      throws HandoverException {
    StackSocket socket = table.sockets.get(id);
    ByteRing ring = socket == null ? null : sendRing ? socket.sendRing() : socket.receiveRing();
    if (ring == null || position < ring.readPosition()) {
      throw new HandoverException("bytes are there for socket " + id + " at " + position);
    }
    if (!ring.restorePiece(position, bytes)) {
      throw new HandoverException("there is not enough memory for the bytes of the connections");
    }
  }

  /** Everything is read: ports are bound, listeners listen, queues are full, wishes wait. */
  public void finish() throws HandoverException {
    for (RingLimits[] both : rings.values()) {
      for (RingLimits limits : both) {
        if (limits != null) {
          if (!limits.ring().restoredWithin(limits.capacity(), limits.guaranteed())) {
            throw new HandoverException("bytes of a ring are missing");
          }
          if (limits.discarded()) {
            limits.ring().discard();
          }
        }
      }
    }
    try {
      for (StackListener listener : table.listeners.values()) {
        table.rebind(listener);
      }
      for (StackSocket socket : table.sockets.values()) {
        if (!socket.isOver()) {
          table.rebind(socket);
        }
      }
    } catch (TcpException e) {
      throw new HandoverException(e.getMessage(), e);
    }
    acceptable.forEach(
        (listener, ids) -> {
          for (long id : ids) {
            StackSocket socket = table.sockets.get(id);
            if (socket != null) {
              listener.offer(socket);
            }
          }
        });
    wishes.forEach(StackEndpoint::restoreWishes);
  }
}
