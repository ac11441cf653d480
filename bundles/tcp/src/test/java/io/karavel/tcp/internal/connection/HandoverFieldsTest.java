package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every variable of a connection comes back from the hand-over form with its value. */
class HandoverFieldsTest {
  /** Of the segment in hand only, or worked out anew from others. */
  private static final Set<String> NOT_KEPT =
      Set.of("ackRttNanos", "gapNanos", "sndMss", "duplicateReported", "duplicateRight");

  private static TcpConnection fresh() {
    Scene scene = Scene.selective();
    scene.write(3000).sent();
    return scene.connection();
  }

  private static TcpConnection handedOver(TcpConnection c) {
    HandoverWriter writer = new HandoverWriter("tcp", 1);
    c.export(writer);
    Peer peer = new Peer(c.settings(), 0);
    try {
      return TcpConnection.open(
          peer.context,
          c.options,
          c.keepalive,
          peer.receiveRing,
          peer.sendRing,
          writer.finish().reader());
    } catch (HandoverException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Field> variables(Class<?> of) {
    List<Field> fields = new ArrayList<>();
    for (Field field : of.getDeclaredFields()) {
      boolean kept =
          !Modifier.isStatic(field.getModifiers()) && !NOT_KEPT.contains(field.getName());
      if (kept && field.getType().isPrimitive() && !field.isSynthetic()) {
        field.setAccessible(true);
        fields.add(field);
      }
    }
    assertThat(fields).hasSizeGreaterThan(10);
    return fields;
  }

  private static void set(Field field, Object of, int value) throws IllegalAccessException {
    Class<?> type = field.getType();
    if (type == boolean.class) {
      field.setBoolean(of, value != 0);
    } else if (type == byte.class) {
      field.setByte(of, (byte) (value % 100));
    } else if (type == int.class) {
      field.setInt(of, value);
    } else {
      field.setLong(of, value * 10_000_000_019L);
    }
  }

  @Test
  void everyNumberComesBack() throws Exception {
    TcpConnection c = fresh();
    int value = 1;
    for (Object holder : new Object[] {c, c.loss}) {
      Class<?> type = holder == c ? ControlBlock.class : LossVariables.class;
      for (Field field : variables(type)) {
        if (field.getType() != boolean.class) {
          set(field, holder, value++);
        }
      }
    }
    TcpConnection copy = handedOver(c);
    for (Field field : variables(ControlBlock.class)) {
      assertThat(field.get(copy)).as(field.getName()).isEqualTo(field.get(c));
    }
    for (Field field : variables(LossVariables.class)) {
      assertThat(field.get(copy.loss)).as(field.getName()).isEqualTo(field.get(c.loss));
    }
  }

  @Test
  void everyFlagComesBackAloneAndNoOtherWithIt() throws Exception {
    List<Field> flags = new ArrayList<>();
    variables(ControlBlock.class).stream()
        .filter(field -> field.getType() == boolean.class)
        .forEach(flags::add);
    int own = flags.size();
    variables(LossVariables.class).stream()
        .filter(field -> field.getType() == boolean.class)
        .forEach(flags::add);
    for (int set = 0; set < flags.size(); set++) {
      TcpConnection c = fresh();
      for (int i = 0; i < flags.size(); i++) {
        flags.get(i).setBoolean(i < own ? c : c.loss, i == set);
      }
      TcpConnection copy = handedOver(c);
      for (int i = 0; i < flags.size(); i++) {
        assertThat(flags.get(i).getBoolean(i < own ? copy : copy.loss))
            .as("%s, where %s is set", flags.get(i).getName(), flags.get(set).getName())
            .isEqualTo(i == set);
      }
    }
  }

  @Test
  void everyStateErrorAndPhaseComesBack() {
    for (TcpState state : TcpState.values()) {
      TcpConnection c = fresh();
      c.state = state;
      assertThat(handedOver(c).state).isEqualTo(state);
    }
    for (TcpError error : TcpError.values()) {
      TcpConnection c = fresh();
      c.failure = error;
      assertThat(handedOver(c).failure).isEqualTo(error);
      assertThat(handedOver(c).softError).isNull();
      c.failure = null;
      c.softError = error;
      assertThat(handedOver(c).softError).isEqualTo(error);
      assertThat(handedOver(c).failure).isNull();
    }
    for (ControlBlock.Recovery recovery : ControlBlock.Recovery.values()) {
      TcpConnection c = fresh();
      c.recovery = recovery;
      assertThat(handedOver(c).recovery).isEqualTo(recovery);
    }
  }

  @Test
  void theRoundTripTheMapAndTheRingsSizesComeBack() {
    TcpConnection c = fresh();
    c.rtt.sample(170 * Wire.MILLI);
    c.receiveRing.capacityBytes(12_345);
    c.sendRing.capacityBytes(23_456);
    TcpConnection copy = handedOver(c);
    assertThat(copy.rtt.smoothedNanos()).isEqualTo(c.rtt.smoothedNanos());
    assertThat(copy.rtt.variationNanos()).isEqualTo(c.rtt.variationNanos());
    assertThat(copy.rtt.minimumNanos()).isEqualTo(c.rtt.minimumNanos());
    assertThat(copy.rtt.initialNanos()).isEqualTo(c.rtt.initialNanos());
    assertThat(copy.sent.toBytes()).isEqualTo(c.sent.toBytes());
    assertThat(copy.receiveRing.capacityBytes()).isEqualTo(12_345);
    assertThat(copy.sendRing.capacityBytes()).isEqualTo(23_456);
    assertThat(copy.congestion.congestionWindowBytes())
        .isEqualTo(c.congestion.congestionWindowBytes());
    assertThat(copy.congestion.slowStartThresholdBytes())
        .isEqualTo(c.congestion.slowStartThresholdBytes());
    assertThat(copy.sndMss).isEqualTo(c.sndMss);
  }

  @Test
  void whatWasNotThereIsNotThereAfterwards() {
    TcpConnection c = Scene.plain().in(TcpState.ESTABLISHED).connection();
    TcpConnection copy = handedOver(c);
    assertThat(copy.loss).isNull();
    assertThat(copy.sent).isNull();
    assertThat(copy.reassembly).isNull();
    assertThat(copy.congestion).isNull();
    assertThat(copy.mtuProbing).isNull();
    assertThat(copy.fastOpen).isNull();
    assertThat(copy.failure).isNull();
  }

  @Test
  void stateOfLossRecoveryThatIsTornIsRefused() {
    for (int tag = 1; tag < 20; tag++) {
      for (int length : new int[] {0, 7}) {
        int wrong = tag;
        HandoverWriter writer = new HandoverWriter("tcp", 1);
        writer.putBytes(wrong, new byte[length]);
        try {
          new LossVariables().open(writer.finish().reader());
        } catch (HandoverException e) {
          assertThat(e).hasMessageNotContaining("null");
        }
      }
    }
    for (String torn : new String[] {"MAP", "RANGES", "MTU", "FAST"}) {
      assertThatThrownBy(() -> open(torn)).as(torn).isInstanceOf(HandoverException.class);
    }
  }

  /** What held when it was opened holds in its successor, whatever the settings are by then. */
  @Test
  void theFirstTimeoutIsThatOfTheOpening() throws HandoverException {
    Scene scene = Scene.plain("rtoInitialMillis", 3000).in(TcpState.SYN_SENT);
    HandoverWriter writer = new HandoverWriter("tcp", 1);
    scene.connection().export(writer);
    Peer peer = new Peer(Peer.settings(), 0);
    TcpConnection next =
        TcpConnection.open(
            peer.context,
            ConnectionOptions.NONE,
            KeepaliveTimes.OFF,
            peer.receiveRing,
            peer.sendRing,
            writer.finish().reader());
    assertThat(RetransmitTimer.timeoutNanos(next)).isEqualTo(3_000_000_000L);
  }

  private static void open(String what) throws HandoverException {
    int tag =
        switch (what) {
          case "MAP" -> tag("SENT");
          case "RANGES" -> tag("REASSEMBLY");
          case "MTU" -> tag("MTU_PROBING");
          default -> tag("FAST_OPEN");
        };
    HandoverWriter writer = new HandoverWriter("tcp", 1);
    writer.putBytes(tag, new byte[3]);
    Peer peer = new Peer(Peer.settings(), 0);
    TcpConnection.open(
        peer.context,
        ConnectionOptions.NONE,
        KeepaliveTimes.OFF,
        peer.receiveRing,
        peer.sendRing,
        writer.finish().reader());
  }

  private static int tag(String name) {
    try {
      Field field = TcpHandover.class.getDeclaredField(name);
      field.setAccessible(true);
      return field.getInt(null);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
