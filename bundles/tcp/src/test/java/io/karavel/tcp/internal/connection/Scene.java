package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One core against segments written by hand, without timestamps, scaling or SACK unless a test says
 * so. Sequence numbers are relative: ours count from 1 = ISS+1, the peer's from 1 = IRS+1.
 */
final class Scene {
  static final int ISS = 0x7fffff00;
  static final int IRS = 0xffffff00;

  final Peer peer;
  long now = Wire.SECOND;
  int window = 65535;

  Scene(TcpSettings settings) {
    peer = new Peer(settings, ISS);
  }

  static Scene plain(Object... keysAndValues) {
    Object[] all = new Object[keysAndValues.length + 6];
    System.arraycopy(
        new Object[] {"timestamps", false, "sack", false, "windowScaling", false}, 0, all, 0, 6);
    System.arraycopy(keysAndValues, 0, all, 6, keysAndValues.length);
    return new Scene(Peer.settings(all));
  }

  /** Established as a client with SACK, and a round trip of 100 ms measured. */
  static Scene selective(Object... keysAndValues) {
    return unopened(keysAndValues).openSelective();
  }

  /** For {@link #openSelective}; without timestamps and scaling, with NewReno if not otherwise. */
  static Scene unopened(Object... keysAndValues) {
    Object[] plain = {
      "timestamps", false, "windowScaling", false, "congestionControl", "newreno",
    };
    Object[] all = java.util.Arrays.copyOf(plain, plain.length + keysAndValues.length);
    System.arraycopy(keysAndValues, 0, all, plain.length, keysAndValues.length);
    return new Scene(Peer.settings(all));
  }

  Scene openSelective() {
    connect().after(100);
    Segment synAck = segment("SA", 0, 0, 1);
    synAck.sackPermitted = true;
    return inject(synAck).quiet(TcpState.ESTABLISHED);
  }

  /** An acknowledgement with SACK blocks, as pairs of edges. */
  Scene sack(int ack, int... edges) {
    Segment segment = segment("A", 1, 0, ack);
    sack(segment, edges);
    return inject(segment);
  }

  /** Puts SACK blocks into a segment, as pairs of edges. */
  static void sack(Segment segment, int... edges) {
    segment.sackCount = edges.length / 2;
    for (int i = 0; i < segment.sackCount; i++) {
      segment.sackLeft[i] = ISS + edges[2 * i];
      segment.sackRight[i] = ISS + edges[2 * i + 1];
    }
  }

  /** The SACK blocks of a segment that was sent, "left:right" each. */
  static List<String> blocks(Peer.Packet packet) {
    List<String> blocks = new java.util.ArrayList<>();
    for (int i = 0; i < packet.segment.sackCount; i++) {
      blocks.add((packet.segment.sackLeft[i] - IRS) + ":" + (packet.segment.sackRight[i] - IRS));
    }
    return blocks;
  }

  /** Changes a setting live. */
  Scene set(Object... keysAndValues) {
    peer.context.settings(Peer.settings(keysAndValues));
    peer.connection.onSettingsChanged(now);
    peer.flush(now);
    return this;
  }

  /** Sets the socket's options. */
  Scene options(java.util.Map<io.karavel.tcp.TcpOption<?>, Object> options) {
    peer.connection.options(ConnectionOptions.of(options), now);
    peer.flush(now);
    return this;
  }

  static int flags(String letters) {
    int flags = 0;
    for (int i = 0; i < letters.length(); i++) {
      flags |=
          switch (letters.charAt(i)) {
            case 'S' -> TcpHeader.SYN;
            case 'A' -> TcpHeader.ACK;
            case 'F' -> TcpHeader.FIN;
            case 'R' -> TcpHeader.RST;
            case 'P' -> TcpHeader.PSH;
            case 'U' -> TcpHeader.URG;
            default -> 0;
          };
    }
    return flags;
  }

  Segment segment(String letters, int sequence, int length, int ack) {
    Segment s = new Segment();
    s.flags = flags(letters);
    s.sequence = IRS + sequence;
    s.acknowledgment = s.ack() ? ISS + ack : 0;
    s.windowField = window;
    if (s.syn()) {
      s.maximumSegmentSize = 1000;
    }
    ByteBuffer payload = ByteBuffer.allocate(length);
    for (int i = 0; i < length; i++) {
      payload.put(i, (byte) (sequence + i));
    }
    return s.payload(payload, 0, length);
  }

  Scene inject(String letters, int sequence, int length, int ack) {
    peer.deliver(segment(letters, sequence, length, ack), now);
    return this;
  }

  Scene inject(Segment segment) {
    peer.deliver(segment, now);
    return this;
  }

  /** What was sent, each as "flags sequence(length) ack". */
  List<String> sent() {
    return peer.take().stream().map(Scene::show).toList();
  }

  static String show(Peer.Packet packet) {
    Segment s = packet.segment;
    StringBuilder text = new StringBuilder();
    text.append(s.syn() ? "S" : "").append(s.fin() ? "F" : "").append(s.rst() ? "R" : "");
    text.append(text.length() == 0 ? "." : "");
    text.append(' ').append(s.sequence - ISS).append('(').append(s.payloadLength).append(')');
    if (s.ack()) {
      text.append(" ack ").append(s.acknowledgment - IRS);
    }
    return text.toString();
  }

  Scene expect(String... segments) {
    assertThat(sent()).containsExactly(segments);
    return this;
  }

  Scene expectNothing() {
    return expect();
  }

  Scene expectState(TcpState state) {
    assertThat(peer.state()).isEqualTo(state);
    return this;
  }

  Scene after(long millis) {
    long until = now + millis * Wire.MILLI;
    while (peer.nextDeadline() <= until) {
      now = Math.max(now, peer.nextDeadline());
      peer.onDeadline(now);
    }
    now = until;
    return this;
  }

  Scene write(int length) {
    peer.write(new byte[length], 0, length, now);
    return this;
  }

  byte[] read(int most) {
    return peer.read(most, now);
  }

  Scene shutdownOutput() {
    peer.connection.shutdownOutput(now);
    peer.flush(now);
    return this;
  }

  Scene close() {
    peer.connection.close(now);
    peer.flush(now);
    return this;
  }

  TcpConnection connection() {
    return peer.connection;
  }

  Scene connect() {
    peer.connect(now);
    return this;
  }

  /** In a state, reached as a client would, with nothing owed. */
  Scene in(TcpState state) {
    connect();
    if (state == TcpState.SYN_SENT) {
      return quiet(state);
    }
    if (state == TcpState.SYN_RECEIVED) {
      inject("S", 0, 0, 0);
      return quiet(state);
    }
    inject("SA", 0, 0, 1);
    switch (state) {
      case FIN_WAIT_1 -> shutdownOutput();
      case FIN_WAIT_2 -> shutdownOutput().inject("A", 1, 0, 2);
      case CLOSE_WAIT -> inject("FA", 1, 0, 1).after(50);
      case CLOSING -> shutdownOutput().inject("FA", 1, 0, 1);
      case LAST_ACK -> inject("FA", 1, 0, 1).shutdownOutput();
      case TIME_WAIT -> shutdownOutput().inject("FA", 1, 0, 2);
      default -> {}
    }
    return quiet(state);
  }

  private Scene quiet(TcpState state) {
    peer.take();
    return expectState(state);
  }
}
