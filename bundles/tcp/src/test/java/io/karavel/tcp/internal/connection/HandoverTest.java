package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpState;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Export and open: nothing of a connection, embryo or TIME-WAIT record is lost. */
class HandoverTest {
  private static Handover export(TcpConnection connection) {
    HandoverWriter writer = new HandoverWriter("tcp", 1);
    connection.export(writer);
    return writer.finish();
  }

  private static void replace(Peer peer) {
    try {
      if (peer.connection != null) {
        Handover before = export(peer.connection);
        peer.connection =
            TcpConnection.open(
                peer.context,
                peer.options,
                peer.keepalive,
                peer.receiveRing,
                peer.sendRing,
                before.reader());
        assertThat(export(peer.connection).sameForm(before)).isTrue();
      }
      if (peer.embryo != null) {
        HandoverWriter writer = new HandoverWriter("tcp", 1);
        peer.embryo.export(writer);
        peer.embryo = new Embryo(peer.context, writer.finish().reader());
      }
      if (peer.timeWait != null) {
        HandoverWriter writer = new HandoverWriter("tcp", 1);
        peer.timeWait.export(writer);
        peer.timeWait = new TimeWaitRecord(writer.finish().reader());
      }
    } catch (HandoverException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TcpState.class,
      names = {
        "SYN_SENT",
        "SYN_RECEIVED",
        "ESTABLISHED",
        "FIN_WAIT_1",
        "FIN_WAIT_2",
        "CLOSE_WAIT",
        "CLOSING",
        "LAST_ACK"
      })
  void everyStateComesBackAsItWas(TcpState state) {
    Scene scene = new Scene(TcpSettings.defaults()).in(state);
    long deadline = scene.peer.nextDeadline();
    replace(scene.peer);
    scene.expectState(state);
    assertThat(scene.peer.nextDeadline()).isEqualTo(deadline);
  }

  /** The same run with and without a replacement after every step must be the same run. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void replacingTheCoreAtEveryStepChangesNothing(long seed) {
    String plain = run(seed, false);
    String replaced = run(seed, true);
    assertThat(replaced).isEqualTo(plain);
  }

  private static String run(long seed, boolean replace) {
    Wire wire =
        new Wire(
            new Peer(TcpSettings.defaults(), 0xfffffff0),
            new Peer(TcpSettings.defaults(), 9),
            seed);
    wire.loss = 0.05;
    wire.reordering = 0.1;
    wire.duplication = 0.02;
    StringBuilder trace = new StringBuilder();
    wire.swallowFromA =
        p -> {
          trace.append('a').append(p).append('\n');
          return false;
        };
    wire.swallowFromB =
        p -> {
          trace.append('b').append(p).append('\n');
          return false;
        };
    wire.b.listening = true;
    wire.a.connect(wire.now);
    byte[] bytes = new byte[120_000];
    new Random(seed).nextBytes(bytes);
    byte[] got = new byte[bytes.length];
    int at = 0;
    int read = 0;
    boolean closed = false;
    long until = wire.now + 300 * Wire.SECOND;
    boolean more = true;
    while (more) {
      more = wire.step(until);
      if (replace) {
        replace(wire.a);
        replace(wire.b);
      }
      if (wire.a.had(ConnectionEvents.OPENED) && wire.a.connection != null && !closed) {
        at += wire.a.write(bytes, at, bytes.length - at, wire.now);
        if (at == bytes.length) {
          wire.a.connection.close(wire.now);
          wire.a.flush(wire.now);
          closed = true;
          more = true;
        }
      }
      byte[] piece = wire.b.read(10_000, wire.now);
      System.arraycopy(piece, 0, got, read, piece.length);
      read += piece.length;
      if (wire.b.state() == TcpState.CLOSE_WAIT && wire.b.receiveRing.available() == 0) {
        wire.b.connection.close(wire.now);
        wire.b.flush(wire.now);
        more = true;
      }
    }
    assertThat(read).isEqualTo(bytes.length);
    assertThat(Arrays.equals(got, bytes)).isTrue();
    return trace.toString();
  }

  @Test
  void aTornFormIsRefused() {
    HandoverWriter writer = new HandoverWriter("tcp", 1);
    writer.putBytes(54, new byte[7]);
    Scene scene = new Scene(TcpSettings.defaults()).in(TcpState.ESTABLISHED);
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () ->
                TcpConnection.open(
                    scene.peer.context,
                    scene.peer.options,
                    scene.peer.keepalive,
                    scene.peer.receiveRing,
                    scene.peer.sendRing,
                    writer.finish().reader()))
        .isInstanceOf(HandoverException.class);
  }
}
