package io.karavel.services.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.SettingsException;
import io.karavel.services.ServicesSettings;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSocket;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServicesTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-03-01T12:00:05Z"), ZoneOffset.UTC);

  private final ManualExecutor executor = new ManualExecutor();
  private final FakeStack stack = new FakeStack("main");
  private Services services = services();

  private Services services() {
    return new Services(executor, settings(), () -> null, executor::nowNanos, NOON);
  }

  private static ServicesSettings settings(String... keysAndValues) {
    Map<String, String> raw = new HashMap<>();
    raw.put("forwarderEnabled", "false");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      raw.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    try {
      return ServicesSettings.parse(raw);
    } catch (SettingsException e) {
      throw new AssertionError(e);
    }
  }

  /** The bundle leaves and a new version of it comes. */
  private void replaceBundle() {
    services.close();
    services = services();
    services.stackArrived(stack);
    stack.run();
  }

  @AfterEach
  void end() {
    services.close();
    assertThat(stack.handlerFailures).isEmpty();
  }

  @Test
  void echoesEveryByteThroughSmallQueuesAndThenAnswersTheFin() {
    services.stackArrived(stack);
    FakeStack.Peer peer = stack.connect(7, 5000);
    byte[] sent = new byte[300_000];
    new Random(1).nextBytes(sent);
    ByteBuffer toSend = ByteBuffer.wrap(sent);
    ByteArrayOutputStream back = new ByteArrayOutputStream();
    while (toSend.hasRemaining()) {
      peer.send(toSend);
      back.writeBytes(peer.receive(3000));
    }
    assertThat(peer.fin).isFalse();
    peer.close();
    byte[] part = peer.receive(3000);
    while (part.length > 0) {
      back.writeBytes(part);
      part = peer.receive(3000);
    }
    assertThat(back.toByteArray()).isEqualTo(sent);
    assertThat(peer.fin).isTrue();
    assertThat(peer.reset).isFalse();
    assertThat(services.service("echo").openConnections()).isZero();
  }

  @Test
  void aPeerThatDoesNotReadTheEchoIsNotReadFromEither() {
    services.stackArrived(stack);
    FakeStack.Peer peer = stack.connect(7, 10_000);
    ByteBuffer flood = ByteBuffer.allocate(1 << 20);
    while (peer.send(flood) > 0) {
      assertThat(flood.position()).isLessThan(100_000);
    }
    assertThat(peer.socket.available()).isEqualTo(10_000);
    assertThat(flood.position()).isLessThanOrEqualTo(20_000 + BufferPool.BYTES);
  }

  @Test
  void anEchoUnderWayGoesOnWhenTheBundleIsReplaced() {
    services.stackArrived(stack);
    FakeStack.Peer peer = stack.connect(7, 4096);
    byte[] sent = new byte[12_000];
    new Random(2).nextBytes(sent);
    ByteBuffer toSend = ByteBuffer.wrap(sent);
    ByteArrayOutputStream back = new ByteArrayOutputStream();
    peer.send(toSend);
    peer.send(toSend);
    while (toSend.hasRemaining()) {
      replaceBundle();
      back.writeBytes(peer.receive(1000));
      peer.send(toSend);
    }
    replaceBundle();
    peer.close();
    byte[] part = peer.receive(1000);
    while (part.length > 0) {
      back.writeBytes(part);
      replaceBundle();
      part = peer.receive(1000);
    }
    assertThat(back.toByteArray()).isEqualTo(sent);
    assertThat(peer.fin).isTrue();
    assertThat(peer.reset).isFalse();
  }

  @Test
  void listenersStayOpenWhileTheBundleIsAwayAndWhatConnectsMeanwhileIsServedLater() {
    services.stackArrived(stack);
    services.close();
    FakeStack.Peer peer = stack.connect(7, 4096);
    assertThat(peer).isNotNull();
    peer.send("hello");
    assertThat(peer.receiveText()).isEmpty();
    services = services();
    services.stackArrived(stack);
    stack.run();
    assertThat(peer.receiveText()).isEqualTo("hello");
    assertThat(services.service("echo").openConnections()).isEqualTo(1);
    assertThat(stack.listeners()).hasSize(5);
  }

  @Test
  void discardTakesEverythingAndSaysNothing() {
    services.stackArrived(stack);
    FakeStack.Peer peer = stack.connect(9, 4096);
    for (int i = 0; i < 100; i++) {
      peer.send("x".repeat(4000));
    }
    assertThat(peer.receiveText()).isEmpty();
    peer.close();
    assertThat(peer.fin).isTrue();
    assertThat(peer.reset).isFalse();
  }

  @Test
  void daytimeSaysTheTimeInOneLineAndCloses() {
    services.stackArrived(stack);
    FakeStack.Peer peer = stack.connect(13, 4096);
    assertThat(peer.receiveText()).isEqualTo("Sunday, March 1, 2026 12:00:05-UTC\r\n");
    assertThat(peer.fin).isTrue();
    peer.close();
    assertThat(services.service("daytime").openConnections()).isZero();
  }

  @Test
  void chargenRotatesTheNinetyFivePrintableCharacters() {
    services.stackArrived(stack);
    FakeStack.Peer peer = stack.connect(19, 20_000);
    peer.send("this is thrown away");
    StringBuilder text = new StringBuilder();
    while (text.length() < 30_000) {
      text.append(new String(peer.receive(7000), StandardCharsets.US_ASCII));
      replaceBundle();
    }
    String[] lines = text.toString().split("\r\n", -1);
    for (int line = 0; line < lines.length - 1; line++) {
      assertThat(lines[line]).hasSize(72);
      for (int i = 0; i < 72; i++) {
        assertThat(lines[line].charAt(i)).isEqualTo((char) (' ' + (line + i) % 95));
      }
    }
    peer.close();
    assertThat(peer.fin).isTrue();
  }

  @Test
  void oneConnectionMoreThanAllowedIsResetAndCounted() {
    services.apply(settings("maxConnections", "2"));
    services.stackArrived(stack);
    FakeStack.Peer first = stack.connect(7, 4096);
    FakeStack.Peer second = stack.connect(7, 4096);
    FakeStack.Peer third = stack.connect(7, 4096);
    assertThat(third.reset).isTrue();
    assertThat(second.reset).isFalse();
    assertThat(services.service("echo").refused()).isEqualTo(1);
    first.close();
    assertThat(stack.connect(7, 4096).reset).isFalse();
  }

  @Test
  void aConnectionThatStandsStillIsClosedAndOneThatMovesIsNot() {
    services.apply(settings("idleTimeoutSeconds", "10"));
    services.stackArrived(stack);
    FakeStack.Peer still = stack.connect(7, 4096);
    FakeStack.Peer moving = stack.connect(7, 4096);
    executor.advanceMillis(6000);
    moving.send("x");
    moving.receiveText();
    executor.advanceMillis(6000);
    stack.run();
    assertThat(still.fin).isTrue();
    assertThat(moving.fin).isFalse();
    assertThat(services.service("echo").timedOut()).isEqualTo(1);
    services.apply(settings("idleTimeoutSeconds", "0"));
    executor.advanceMillis(1_000_000);
    stack.run();
    assertThat(moving.fin).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"echo, 7", "discard, 9", "daytime, 13", "chargen, 19", "http, 80"})
  void everyServiceIsSwitchedAndMovedLive(String name, int port) {
    services.stackArrived(stack);
    assertThat(stack.connect(port, 4096)).isNotNull();
    services.apply(settings(name + "Enabled", "false"));
    assertThat(stack.connect(port, 4096)).isNull();
    services.apply(settings(name + "Port", "2000"));
    assertThat(stack.connect(port, 4096)).isNull();
    assertThat(stack.connect(2000, 4096)).isNotNull();
    services.apply(settings());
    assertThat(stack.connect(port, 4096)).isNotNull();
    assertThat(stack.connect(2000, 4096)).isNull();
  }

  @Test
  void aPortChangesLiveAndOpenConnectionsStay() {
    services.stackArrived(stack);
    FakeStack.Peer peer = stack.connect(7, 4096);
    services.apply(settings("echoPort", "1007", "discardEnabled", "false"));
    assertThat(stack.connect(7, 4096)).isNull();
    assertThat(stack.connect(9, 4096)).isNull();
    assertThat(stack.connect(1007, 4096)).isNotNull();
    peer.send("still here");
    assertThat(peer.receiveText()).isEqualTo("still here");
    services.apply(settings());
    assertThat(stack.connect(7, 4096)).isNotNull();
    assertThat(stack.connect(9, 4096)).isNotNull();
  }

  @Test
  void theBacklogAndTheShareOfATurnChangeLive() {
    services.stackArrived(stack);
    FakeStack.Peer peer = stack.connect(7, 60_000);
    services.apply(settings("backlog", "5", "turnBytes", "4096"));
    assertThat(stack.listeners()).hasSize(5).allMatch(listener -> listener.backlog() == 5);
    peer.send("z".repeat(50_000));
    assertThat(peer.receiveText()).hasSize(50_000);
  }

  @Test
  void twoServicesMayExchangeTheirPorts() {
    services.stackArrived(stack);
    services.apply(settings("echoPort", "9", "discardPort", "7"));
    FakeStack.Peer peer = stack.connect(9, 4096);
    peer.send("swapped");
    assertThat(peer.receiveText()).isEqualTo("swapped");
  }

  @Test
  void aBusyPortIsTriedAgainAfterGrowingPauses() throws Exception {
    TcpListener holder = stack.listener();
    holder.bind(new IpEndpoint(IpAddress.ANY, 7));
    holder.listen(1);
    services.apply(settings("retryMillis", "100", "retryMaxMillis", "300"));
    services.stackArrived(stack);
    assertThat(executor.pauses()).containsExactly(100L);
    executor.advanceMillis(100);
    assertThat(executor.pauses()).containsExactly(200L);
    executor.advanceMillis(200);
    assertThat(executor.pauses()).containsExactly(300L);
    executor.advanceMillis(300);
    assertThat(executor.pauses()).containsExactly(300L);
    assertThat(stack.connect(9, 4096)).as("the other services").isNotNull();
    holder.close();
    executor.advanceMillis(300);
    assertThat(executor.pauses()).isEmpty();
    assertThat(services.service("echo").listening().port()).isEqualTo(7);
  }

  @Test
  void aConnectionThatIsResetIsForgotten() {
    services.stackArrived(stack);
    FakeStack.Peer peer = stack.connect(7, 4096);
    peer.send("x");
    peer.sendReset();
    assertThat(services.service("echo").openConnections()).isZero();
    assertThat(stack.sockets("io.karavel.services:echo")).isEmpty();
  }

  @Test
  void aListenerOpenedByHandServesAndLastsAcrossVersionsAndChangesOfTheConfiguration()
      throws Exception {
    services.stackArrived(stack);
    long id = services.listen("main", "echo", new IpEndpoint(IpAddress.ANY, 5000));
    services.apply(settings("echoEnabled", "false"));
    replaceBundle();
    services.apply(settings("echoEnabled", "false"));
    FakeStack.Peer peer = stack.connect(5000, 4096);
    peer.send("by hand");
    assertThat(peer.receiveText()).isEqualTo("by hand");
    assertThat(stack.listeners().stream().map(TcpListener::id)).contains(id);
  }

  @Test
  void aWrongServiceOrStackIsRefusedWithWhatThereIs() {
    services.stackArrived(stack);
    IpEndpoint port = new IpEndpoint(IpAddress.ANY, 5000);
    assertThatThrownBy(() -> services.listen("main", "ftp", port))
        .hasMessageContaining("no service 'ftp'")
        .hasMessageContaining("echo, discard, daytime, chargen, http");
    assertThatThrownBy(() -> services.listen("away", "echo", port))
        .hasMessageContaining("no stack 'away'");
  }

  @Test
  void attachmentsAreOfTheJdkAlone() {
    services.stackArrived(stack);
    for (int port : new int[] {7, 9, 13, 19, 80}) {
      FakeStack.Peer peer = stack.connect(port, 4096);
      peer.send("GET / HTTP/1.1\r\nHost: x\r\n");
      for (TcpSocket socket : stack.sockets(peer.socket.owner())) {
        assertJdk(socket.attachment());
      }
    }
  }

  private static void assertJdk(Object note) {
    if (note == null) {
      return;
    }
    assertThat(note.getClass().getClassLoader()).as(note.getClass().getName()).isNull();
    if (note instanceof Object[] parts) {
      for (Object part : parts) {
        assertJdk(part);
      }
    }
  }

  @Test
  void everythingEndsWithItsStackAndBeginsWithTheNext() {
    services.stackArrived(stack);
    stack.connect(7, 4096);
    services.stackLeft(stack);
    assertThat(services.service("echo").openConnections()).isZero();
    FakeStack next = new FakeStack("main");
    services.stackArrived(next);
    FakeStack.Peer peer = next.connect(7, 4096);
    peer.send("anew");
    assertThat(peer.receiveText()).isEqualTo("anew");
    services.close();
  }
}
