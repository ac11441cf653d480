package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpState;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The sizes of the rings: fixed by an option, else growing from the initial size as needed. */
class BuffersTest {
  private static final Object[] SMALL = {
    "receiveBufferInitial", 16_000, "receiveBufferMax", 64_000, "sendBufferInitial", 16_000,
  };

  private int at = 1;

  private static Scene open(Object... more) {
    return Scene.selective(with(more));
  }

  private static Object[] with(Object... more) {
    Object[] all = new Object[SMALL.length + more.length];
    System.arraycopy(SMALL, 0, all, 0, SMALL.length);
    System.arraycopy(more, 0, all, SMALL.length, more.length);
    return all;
  }

  private static int receive(Scene scene) {
    return scene.peer.receiveRing.capacityBytes();
  }

  private static int send(Scene scene) {
    return scene.peer.sendRing.capacityBytes();
  }

  /** Bytes come in full segments, and the application reads them at once. */
  private void readAtOnce(Scene scene, int bytes) {
    for (int left = bytes; left > 0; left -= 1000) {
      int length = Math.min(left, 1000);
      scene.inject("A", at, length, 1);
      at += length;
      scene.read(length);
    }
  }

  // ---- the receive buffer: dynamic right sizing ----

  /** The first segment begins the measurement. */
  private Scene measuring(Object... more) {
    Scene scene = open(more);
    readAtOnce(scene, 1000);
    return scene;
  }

  @Test
  void moreThanHalfTheBufferReadWithinARoundTripDoublesIt() {
    Scene scene = measuring();
    readAtOnce(scene, 8000);
    assertThat(receive(scene)).as("before a round trip is over").isEqualTo(16_000);
    scene.after(100);
    readAtOnce(scene, 1000);
    assertThat(receive(scene)).isEqualTo(32_000);
  }

  @Test
  void halfTheBufferReadWithinARoundTripLeavesItAsItIs() {
    Scene scene = measuring();
    readAtOnce(scene, 7000);
    scene.after(100);
    readAtOnce(scene, 1000);
    assertThat(receive(scene)).isEqualTo(16_000);
  }

  @Test
  void aRoundTripLaterCountsAnew() {
    Scene scene = measuring();
    readAtOnce(scene, 7000);
    scene.after(100);
    readAtOnce(scene, 7000);
    scene.after(100);
    readAtOnce(scene, 1000);
    assertThat(receive(scene)).isEqualTo(16_000);
    readAtOnce(scene, 8000);
    scene.after(99);
    readAtOnce(scene, 500);
    assertThat(receive(scene)).isEqualTo(16_000);
    scene.after(1);
    readAtOnce(scene, 500);
    assertThat(receive(scene)).isEqualTo(33_000);
  }

  @Test
  void whatWasReadInMoreThanTwoRoundTripsSaysNothing() {
    Scene scene = measuring();
    readAtOnce(scene, 12_000);
    scene.after(200);
    readAtOnce(scene, 1000);
    assertThat(receive(scene)).isEqualTo(16_000);
  }

  @Test
  void whatWasReadInLessThanTwoRoundTripsDoes() {
    Scene scene = measuring();
    readAtOnce(scene, 12_000);
    scene.after(199);
    readAtOnce(scene, 1000);
    assertThat(receive(scene)).isEqualTo(32_000);
  }

  @Test
  void whatIsNotReadDoesNotMakeItGrow() {
    Scene scene = measuring();
    for (int i = 0; i < 9; i++) {
      scene.inject("A", at, 1000, 1);
      at += 1000;
    }
    scene.after(100).inject("A", at, 1000, 1);
    assertThat(receive(scene)).isEqualTo(16_000);
  }

  @Test
  void itIsLargeEnoughForTwiceOfWhatWasRead() {
    Scene scene = withTimestamps(SMALL);
    echoing(scene, 1000, 100);
    for (int i = 0; i < 20; i++) {
      echoing(scene, 1000, 100);
    }
    assertThat(receive(scene)).isEqualTo(16_000);
    scene.after(100);
    echoing(scene, 1000, 100);
    assertThat(receive(scene)).isEqualTo(42_000);
  }

  @Test
  void itDoesNotGrowBeyondTheMaximum() {
    Scene scene = measuring("receiveBufferMax", 20_000);
    readAtOnce(scene, 12_000);
    scene.after(100);
    readAtOnce(scene, 1000);
    assertThat(receive(scene)).isEqualTo(20_000);
    readAtOnce(scene, 12_000);
    scene.after(100);
    readAtOnce(scene, 1000);
    assertThat(receive(scene)).isEqualTo(20_000);
  }

  @Test
  void anOptionFixesIt() {
    Scene scene = measuring();
    readAtOnce(scene, 9000);
    scene.after(100);
    readAtOnce(scene, 1000);
    assertThat(receive(scene)).isEqualTo(32_000);
    scene.options(Map.of(TcpOption.RECEIVE_BUFFER_BYTES, 8192));
    assertThat(receive(scene)).isEqualTo(8192);
    readAtOnce(scene, 1000);
    scene.after(100);
    readAtOnce(scene, 1000);
    readAtOnce(scene, 7000);
    scene.after(100);
    readAtOnce(scene, 1000);
    assertThat(receive(scene)).isEqualTo(8192);
  }

  @Test
  void whatItHasGrownToIsKeptWithinTheMaximum() {
    Scene scene = measuring();
    scene.set(with("receiveBufferInitial", 12_000));
    assertThat(receive(scene)).as("not grown").isEqualTo(12_000);
    scene.set(with());
    readAtOnce(scene, 9000);
    scene.after(100);
    readAtOnce(scene, 1000);
    scene.set(with("receiveBufferInitial", 12_000));
    assertThat(receive(scene)).isEqualTo(32_000);
    scene.set(with("receiveBufferMax", 30_000));
    assertThat(receive(scene)).isEqualTo(30_000);
    scene.set(with("receiveBufferInitial", 50_000));
    assertThat(receive(scene)).isEqualTo(50_000);
  }

  @Test
  void theWindowOfALargerBufferOpensWithWhatComes() {
    Scene scene = measuring();
    readAtOnce(scene, 8000);
    TcpConnection c = scene.connection();
    scene.after(100);
    int edge = at + 16_000;
    int segments = 0;
    while (c.rcvWnd() < 31_000) {
      assertThat(++segments).as("segments until the whole buffer is offered").isLessThan(10);
      readAtOnce(scene, 1000);
      assertThat(at + c.rcvWnd() - edge)
          .as("the edge has moved")
          .isLessThanOrEqualTo(3000 * segments);
    }
    assertThat(segments).as("two for each that came").isBetween(8, 9);
    assertThat(c.growingWindow).as("nothing holds it back any more").isZero();
  }

  // ---- the round trip as the receiver sees it ----

  @Test
  void withoutTimestampsTheTimeInWhichAWindowComesIsARoundTrip() {
    Scene scene = open();
    TcpConnection c = scene.connection();
    readAtOnce(scene, 1000);
    assertThat(c.receiveRttNanos).isZero();
    int window = c.rcvWnd();
    scene.after(300);
    readAtOnce(scene, window - 1000);
    assertThat(c.receiveRttNanos).as("a byte short of a window").isZero();
    readAtOnce(scene, 1000);
    assertThat(c.receiveRttNanos).isEqualTo(300 * Wire.MILLI);
    // a shorter one is nearer to the truth, a longer one is not
    scene.after(700);
    readAtOnce(scene, c.rcvWnd() + 1000);
    assertThat(c.receiveRttNanos).isEqualTo(300 * Wire.MILLI);
    scene.after(120);
    readAtOnce(scene, c.rcvWnd() + 1000);
    assertThat(c.receiveRttNanos).isEqualTo(120 * Wire.MILLI);
  }

  private static Scene withTimestamps(Object... settings) {
    Scene scene = new Scene(Peer.settings(settings));
    scene.connect().after(100);
    Segment synAck = scene.segment("SA", 0, 0, 1);
    synAck.timestampsPresent = true;
    synAck.timestampValue = 1;
    synAck.timestampEcho = scene.peer.take().get(0).segment.timestampValue;
    scene.inject(synAck).expectState(TcpState.ESTABLISHED).sent();
    return scene;
  }

  private void echoing(Scene scene, int length, int millisAgo) {
    Segment segment = scene.segment("A", at, length, 1);
    segment.timestampsPresent = true;
    segment.timestampValue = 2;
    segment.timestampEcho = millisAgo < 0 ? 0 : scene.connection().tsNow(scene.now) - millisAgo;
    scene.inject(segment);
    at += length;
    scene.read(length);
  }

  @Test
  void withTimestampsTheEchoOfAFullSegmentTellsTheRoundTripAndIsSmoothed() {
    Scene scene = withTimestamps();
    TcpConnection c = scene.connection();
    echoing(scene, 1000, 80);
    assertThat(c.receiveRttNanos).isEqualTo(80 * Wire.MILLI);
    echoing(scene, 1000, 160);
    assertThat(c.receiveRttNanos).isEqualTo(90 * Wire.MILLI);
    echoing(scene, 1000, 10);
    assertThat(c.receiveRttNanos).isEqualTo(80 * Wire.MILLI);
    // small segments may have waited at the peer
    echoing(scene, 999, 500);
    assertThat(c.receiveRttNanos).isEqualTo(80 * Wire.MILLI);
    // an echo from the future is none, and no echo neither
    echoing(scene, 1000, -1);
    assertThat(c.receiveRttNanos).isEqualTo(80 * Wire.MILLI);
  }

  @Test
  void anEchoWithinTheSameMillisecondIsAMillisecond() {
    Scene scene = withTimestamps();
    echoing(scene, 1000, 0);
    assertThat(scene.connection().receiveRttNanos).isEqualTo(Wire.MILLI);
  }

  // ---- the send buffer ----

  @Test
  void theSendBufferHoldsTwiceTheCongestionWindow() {
    Scene scene = open();
    scene.write(10_000).sent();
    assertThat(send(scene)).isEqualTo(16_000);
    scene.peer.events = 0;
    scene.sack(10_001);
    // the window that was there before the acknowledgement is doubled by it
    assertThat(send(scene)).isEqualTo(20_000);
    assertThat(scene.peer.had(ConnectionEvents.WRITABLE)).isTrue();
    scene.write(20_000).sent();
    scene.sack(30_001);
    assertThat(send(scene)).isEqualTo(40_000);
  }

  @Test
  void theSendBufferDoesNotGrowBeyondTheMaximumNorShrink() {
    Scene scene = open("sendBufferMax", 18_000);
    scene.write(10_000).sent();
    scene.sack(10_001);
    assertThat(send(scene)).isEqualTo(18_000);
    scene.write(16_000).sent();
    scene.sack(26_001);
    assertThat(send(scene)).isEqualTo(18_000);
    Scene large = open("sendBufferInitial", 100_000);
    large.write(10_000).sent();
    large.sack(10_001);
    assertThat(send(large)).isEqualTo(100_000);
  }

  @Test
  void anOptionFixesTheSendBuffer() {
    Scene scene = open();
    scene.options(Map.of(TcpOption.SEND_BUFFER_BYTES, 12_000));
    assertThat(send(scene)).isEqualTo(12_000);
    scene.write(10_000).sent();
    scene.sack(10_001);
    assertThat(send(scene)).isEqualTo(12_000);
  }

  @Test
  void anOptionTakesTheSendBufferBackFromWhatItHasGrownTo() {
    Scene scene = open();
    scene.write(10_000).sent();
    scene.sack(10_001);
    assertThat(send(scene)).isEqualTo(20_000);
    scene.options(Map.of(TcpOption.SEND_BUFFER_BYTES, 12_000));
    assertThat(send(scene)).isEqualTo(12_000);
  }

  @Test
  void whatTheSendBufferHasGrownToIsKeptWithinTheMaximum() {
    Scene scene = open();
    scene.set(with("sendBufferInitial", 12_000));
    assertThat(send(scene)).as("not grown").isEqualTo(12_000);
    scene.write(10_000).sent();
    scene.sack(10_001);
    assertThat(send(scene)).isEqualTo(20_000);
    scene.set(with());
    assertThat(send(scene)).isEqualTo(20_000);
    scene.set(with("sendBufferMax", 18_000));
    assertThat(send(scene)).isEqualTo(18_000);
  }
}
