package io.karavel.engine.internal.stack;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.internal.kept.KeptFile;
import io.karavel.engine.internal.lane.Lane;
import io.karavel.engine.internal.lane.SavedSlot;
import io.karavel.tcp.spi.EndpointForm;
import io.karavel.tcp.spi.StackEndpoint;
import io.karavel.tcp.spi.TcpEndpoints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One stack as records of a {@link KeptFile} and back: its secrets, its endpoints with their bytes,
 * and the state of every slot of every lane. Of what a state refers to only endpoints go along, by
 * number; packets, futures and descriptors do not outlast their JVM.
 */
final class KeptStack {
  /** First record of a stack. */
  static final int STACK = 2;

  private static final int TABLE = 3;
  private static final int ENDPOINT = 4;
  private static final int PIECE = 5;
  private static final int SLOT = 6;

  private static final String FORM = "stack";
  private static final int VERSION = 1;
  private static final int NAME = 1;
  private static final int SECRET = 2;
  private static final int SECRET_BYTES = 3;
  private static final int LANE = 4;
  private static final int STATE_VERSION = 5;
  private static final int STATE = 6;

  /** Number of an endpoint that the state refers to; 0 for what does not go along. */
  private static final int REFERENCE = 7;

  /** Stands where something was that did not go along. */
  private static final Object NOT_KEPT = "not kept over a restart";

  private final List<KeptFile.Entry> records = new ArrayList<>();

  KeptStack() {}

  void add(KeptFile.Entry record) {
    records.add(record);
  }

  // ---- out ----

  /** Says everything of a stack whose lanes are frozen. */
  static void write(Stack stack, List<List<SavedSlot>> lanes, KeptFile.Sink out)
      throws IOException {
    HandoverWriter head = new HandoverWriter(FORM, VERSION).putText(NAME, stack.name());
    stack
        .secrets()
        .forEach(
            (name, bytes) ->
                head.begin(SECRET).putText(NAME, name).putBytes(SECRET_BYTES, bytes).end());
    out.record(STACK, ByteBuffer.wrap(head.finish().form()));
    EndpointForm.export(
        stack.endpoints(),
        new EndpointForm.Sink() {
          @Override
          public void table(Handover form) throws IOException {
            out.record(TABLE, ByteBuffer.wrap(form.form()));
          }

          @Override
          public void endpoint(Handover form) throws IOException {
            out.record(ENDPOINT, ByteBuffer.wrap(form.form()));
          }

          @Override
          public void piece(long socket, boolean sendRing, long position, ByteBuffer bytes)
              throws IOException {
            ByteBuffer place = ByteBuffer.allocate(2 * Long.BYTES + 1);
            place.putLong(socket).put((byte) (sendRing ? 1 : 0)).putLong(position).flip();
            out.record(PIECE, place, bytes);
          }
        });
    for (int lane = 0; lane < lanes.size(); lane++) {
      for (SavedSlot saved : lanes.get(lane)) {
        out.record(SLOT, ByteBuffer.wrap(form(lane, saved)));
      }
    }
  }

  private static byte[] form(int lane, SavedSlot saved) {
    Handover state = saved.state();
    HandoverWriter out =
        new HandoverWriter(FORM, VERSION)
            .putText(NAME, saved.slot())
            .putInt(LANE, lane)
            .putInt(STATE_VERSION, state.version())
            .putBytes(STATE, state.form());
    for (Object attachment : state.attachments()) {
      out.putLong(REFERENCE, attachment instanceof StackEndpoint endpoint ? endpoint.id() : 0);
    }
    return out.finish().form();
  }

  // ---- in ----

  /** The name in the first record of a stack. */
  static String nameIn(KeptFile.Entry first) throws HandoverException {
    HandoverReader in = reader(first);
    while (in.next()) {
      if (in.tag() == NAME) {
        return in.textValue();
      }
    }
    throw new HandoverException("a stack has no name");
  }

  private static HandoverReader reader(KeptFile.Entry record) throws HandoverException {
    byte[] form = new byte[record.bytes().remaining()];
    record.bytes().get(0, form);
    return Handover.restored(FORM, VERSION, form).reader();
  }

  /** The secrets of the stack by name. */
  void secretsInto(Map<String, byte[]> secrets) throws HandoverException {
    HandoverReader in = reader(records.get(0));
    while (in.next()) {
      if (in.tag() == SECRET) {
        HandoverReader secret = in.nested();
        String name = "";
        while (secret.next()) {
          if (secret.tag() == NAME) {
            name = secret.textValue();
          } else if (secret.tag() == SECRET_BYTES) {
            secrets.put(name, secret.bytes());
          }
        }
      }
    }
  }

  /** Fills a stack that is new and does not run yet. */
  void openIn(Stack stack) throws HandoverException {
    EndpointForm endpoints = new EndpointForm(stack.endpoints());
    List<KeptFile.Entry> slots = new ArrayList<>();
    for (KeptFile.Entry record : records) {
      switch (record.tag()) {
        case TABLE -> endpoints.openTable(bytes(record));
        case ENDPOINT -> endpoints.openEndpoint(bytes(record));
        case PIECE -> openPiece(endpoints, record.bytes().duplicate());
        case SLOT -> slots.add(record);
        default -> {
          // of a later version, which writes nothing that this one must understand
        }
      }
    }
    endpoints.finish();
    for (KeptFile.Entry record : slots) {
      openSlot(stack, reader(record));
    }
  }

  private static byte[] bytes(KeptFile.Entry record) {
    byte[] bytes = new byte[record.bytes().remaining()];
    record.bytes().get(0, bytes);
    return bytes;
  }

  private static void openPiece(EndpointForm endpoints, ByteBuffer record)
      throws HandoverException {
    if (record.remaining() < 2 * Long.BYTES + 1) {
      throw new HandoverException("bytes of a ring are without their place");
    }
    long socket = record.getLong();
    boolean sendRing = record.get() != 0;
    endpoints.openPiece(socket, sendRing, record.getLong(), record);
  }

  private static void openSlot(Stack stack, HandoverReader in) throws HandoverException {
    String slot = "";
    int lane = 0;
    int version = 0;
    byte[] form = {};
    List<Object> attachments = new ArrayList<>();
    boolean anyKept = false;
    while (in.next()) {
      switch (in.tag()) {
        case NAME -> slot = in.textValue();
        case LANE -> lane = in.intValue();
        case STATE_VERSION -> version = in.intValue();
        case STATE -> form = in.bytes();
        case REFERENCE -> {
          Object endpoint = endpoint(stack.endpoints(), in.longValue());
          anyKept |= endpoint != NOT_KEPT;
          attachments.add(endpoint);
        }
        default -> {}
      }
    }
    List<Lane> lanes = stack.lanes();
    if (lane < 0 || lane >= lanes.size() || slot.isEmpty()) {
      throw new HandoverException(
          "slot '" + slot + "' is of lane " + lane + ", which is not there");
    }
    // a module that finds no attachments at all knows that its state was on disk
    Handover state =
        anyKept
            ? Handover.restored(slot, version, form, attachments)
            : Handover.restored(slot, version, form);
    lanes.get(lane).standstill().restore(new SavedSlot(slot, state));
  }

  private static Object endpoint(TcpEndpoints endpoints, long id) throws HandoverException {
    if (id == 0) {
      return NOT_KEPT;
    }
    Object endpoint = endpoints.socket(id) == null ? endpoints.listener(id) : endpoints.socket(id);
    if (endpoint == null) {
      throw new HandoverException("a state refers to endpoint " + id + ", which is not there");
    }
    return endpoint;
  }
}
