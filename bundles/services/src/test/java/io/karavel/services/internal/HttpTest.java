package io.karavel.services.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.services.ServicesSettings;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-03-01T12:00:05Z"), ZoneOffset.UTC);

  private final ManualExecutor executor = new ManualExecutor();
  private final FakeStack stack = new FakeStack("main");
  private final FakeAppliance appliance = new FakeAppliance();
  private Services services;
  private FakeStack.Peer peer;

  private Services services() throws Exception {
    ServicesSettings settings =
        ServicesSettings.parse(Map.of("forwarderEnabled", "false", "httpRequests", "5"));
    return new Services(executor, settings, () -> appliance, executor::nowNanos, NOON);
  }

  @BeforeEach
  void connect() throws Exception {
    services = services();
    services.stackArrived(stack);
    peer = stack.connect(80, 4096);
  }

  @AfterEach
  void end() {
    services.close();
    assertThat(stack.handlerFailures).isEmpty();
  }

  /** Sends, lets figures be gathered, and takes the answer. */
  private String exchange(String request) {
    peer.send(request);
    executor.runNow();
    stack.run();
    return peer.receiveText();
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  private static String body(String response) {
    return response.substring(response.indexOf("\r\n\r\n") + 4);
  }

  @Test
  void thePageIsTextWithItsLength() {
    String response = exchange("GET / HTTP/1.1\r\nHost: karavel\r\n\r\n");
    assertThat(response)
        .startsWith(
            "HTTP/1.1 200 OK\r\nDate: Sun, 01 Mar 2026 12:00:05 GMT\r\n"
                + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: ")
        .contains("Connection: keep-alive\r\n");
    String body = body(response);
    assertThat(response).contains("Content-Length: " + body.length() + "\r\n");
    assertThat(body)
        .contains("up 0d 01:01:01")
        .contains("tcp              running  io.karavel.tcp 0.1.0")
        .contains("LISTEN 5  ESTABLISHED 1")
        .contains("Tcp.ActiveOpens                  7")
        .contains("http           80     1         1        0 ");
    assertThat(peer.fin).isFalse();
  }

  @Test
  void theStatusIsJson() {
    String body = body(exchange("GET /status HTTP/1.1\r\nHost: karavel\r\n\r\n"));
    assertThat(body)
        .startsWith("{\"time\":\"2026-03-01T12:00:05Z\",\"uptimeMillis\":3661000,\"stacks\":[")
        .contains("\"slot\":\"tcp\",\"bundle\":\"io.karavel.tcp\",\"version\":\"0.1.0\"")
        .contains("\"since\":\"2026-03-01T11:58:35Z\"")
        .contains("\"connections\":{\"LISTEN\":5,\"ESTABLISHED\":1}")
        .contains("\"counters\":{\"Tcp.ActiveOpens\":7}")
        .contains("\"drops\":{\"TCP_CHECKSUM\":3}")
        .contains("{\"name\":\"echo\",\"port\":7,\"connections\":0")
        .endsWith("}");
  }

  @Test
  void thePageWorksWhileTheModuleThatItAsksIsAway() {
    appliance.tcpAway = true;
    assertThat(body(exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n")))
        .contains("module tcp: not running");
    executor.advanceMillis(1000);
    assertThat(body(exchange("GET /status HTTP/1.1\r\nHost: x\r\n\r\n")))
        .contains("\"connections\":{}");
  }

  @Test
  void headHasTheLengthButNoBody() {
    String response = exchange("HEAD / HTTP/1.1\r\nHost: karavel\r\n\r\n");
    assertThat(response).startsWith("HTTP/1.1 200 OK").endsWith("\r\n\r\n");
    assertThat(body(response)).isEmpty();
    assertThat(response).doesNotContain("Content-Length: 0");
  }

  @Test
  void theLaneNeverWaitsForTheFigures() {
    peer.send("GET / HTTP/1.1\r\nHost: karavel\r\n\r\n");
    assertThat(peer.receiveText()).isEmpty();
    assertThat(appliance.questions).isZero();
    executor.runNow();
    stack.run();
    assertThat(peer.receiveText()).startsWith("HTTP/1.1 200");
  }

  @Test
  void recentFiguresServeSeveralRequests() {
    exchange("GET / HTTP/1.1\r\nHost: karavel\r\n\r\n");
    int questions = appliance.questions;
    executor.advanceMillis(200);
    exchange("GET / HTTP/1.1\r\nHost: karavel\r\n\r\n");
    assertThat(appliance.questions).isEqualTo(questions);
    executor.advanceMillis(200);
    exchange("GET / HTTP/1.1\r\nHost: karavel\r\n\r\n");
    assertThat(appliance.questions).isGreaterThan(questions);
  }

  @Test
  void aRequestMayComeByteByByteAndAcrossAReplacedBundle() throws Exception {
    String request = "GET /nothing HTTP/1.1\r\nHost: karavel\r\n\r\n";
    for (int i = 0; i < request.length() - 1; i++) {
      assertThat(exchange(request.substring(i, i + 1))).isEmpty();
      if (i == 10) {
        services.close();
        services = services();
        services.stackArrived(stack);
      }
    }
    assertThat(exchange("\n")).startsWith("HTTP/1.1 404 Not Found");
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() {
    String response =
        exchange(
            get("/a")
                + "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nHELLO"
                + get("/status")
                + get("/b"));
    String statuses =
        response
            .lines()
            .filter(line -> line.contains("HTTP/1.1 "))
            .map(line -> line.substring(line.indexOf("HTTP/1.1 ") + 9).substring(0, 3))
            .reduce("", (one, other) -> one + " " + other);
    assertThat(statuses).isEqualTo(" 404 405 200 404");
    assertThat(response).contains("there is nothing at /b");
  }

  @Test
  void aBodyLargerThanTheQueuesIsReadOver() {
    peer.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
    assertThat(peer.receiveText()).startsWith("HTTP/1.1 405 ").contains("Allow: GET, HEAD\r\n");
    for (int i = 0; i < 100; i++) {
      peer.send("y".repeat(1000));
    }
    assertThat(exchange("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 404");
  }

  @Test
  void connectionCloseEndsTheConnectionAfterTheAnswer() {
    String response = exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertThat(response).contains("Connection: close\r\n");
    assertThat(peer.fin).isTrue();
    peer.send("more that nobody reads");
    peer.close();
    assertThat(peer.reset).isFalse();
    assertThat(services.service("http").openConnections()).isZero();
  }

  @Test
  void httpOneDotZeroClosesUnlessAskedToStay() {
    assertThat(exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))
        .contains("Connection: keep-alive");
    assertThat(exchange("GET / HTTP/1.0\r\n\r\n")).contains("Connection: close");
    assertThat(peer.fin).isTrue();
  }

  @Test
  void aClientThatHalfClosesStillGetsItsAnswer() {
    peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    peer.close();
    executor.runNow();
    stack.run();
    assertThat(peer.receiveText()).startsWith("HTTP/1.1 200");
    assertThat(peer.fin).isTrue();
    assertThat(peer.reset).isFalse();
  }

  @Test
  void theLastOfTheAllowedRequestsCloses() {
    for (int i = 0; i < 4; i++) {
      assertThat(exchange("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")).contains("keep-alive");
    }
    assertThat(exchange("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")).contains("Connection: close");
    assertThat(peer.fin).isTrue();
  }

  @Test
  void aHeadWithoutEndIsRefusedAtItsLimit() {
    peer.send("GET / HTTP/1.1\r\nHost: x\r\nCookie: ");
    String response = "";
    for (int i = 0; i < 10 && response.isEmpty(); i++) {
      response = exchange("z".repeat(1000));
    }
    assertThat(response).startsWith("HTTP/1.1 431 ").contains("8192 bytes");
    assertThat(peer.fin).isTrue();
  }

  @Test
  void itsLimitsChangeLive() throws Exception {
    services.apply(
        ServicesSettings.parse(
            Map.of("forwarderEnabled", "false", "httpHeadBytes", "512", "httpRequests", "1")));
    assertThat(exchange("GET /" + "a".repeat(600) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ")
        .contains("512 bytes");
    peer = stack.connect(80, 4096);
    assertThat(exchange(get("/x"))).contains("Connection: close");
  }

  @Test
  void theAgeOfTheFiguresChangesLive() throws Exception {
    exchange(get("/"));
    int questions = appliance.questions;
    services.apply(
        ServicesSettings.parse(Map.of("forwarderEnabled", "false", "httpSnapshotMillis", "60000")));
    executor.advanceMillis(50_000);
    exchange(get("/"));
    assertThat(appliance.questions).isEqualTo(questions);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET|400",
        "GET /|400",
        "GET / HTTP/1.1 x|400",
        "GET  / HTTP/1.1|400",
        "G@T / HTTP/1.1|400",
        "GET / HTTP/1|400",
        "GET / http/1.1|400",
        "GET / HTTP/2.0|505",
        "GET x HTTP/1.1|400",
        "GET / HTTP/1.1|400",
        "GET / HTTP/1.1~Host: a~Host: b|400",
        "GET / HTTP/1.1~Host : a|400",
        "GET / HTTP/1.1~Host: a~ folded|400",
        "GET / HTTP/1.1~Host: a~nonsense|400",
        "GET / HTTP/1.1~Host: a~Content-Length: -1|400",
        "GET / HTTP/1.1~Host: a~Content-Length: 1~Content-Length: 1|400",
        "GET / HTTP/1.1~Host: a~Content-Length: 2000000|413",
        "GET / HTTP/1.1~Host: a~Transfer-Encoding: chunked|501",
        "GET / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Content-Length: 3|400",
        "GET / HTTP/1.1~Host: a~X: a\u0000b|400",
      })
  void aWrongHeadIsRefusedAndTheConnectionClosed(String head, int status) {
    String response = exchange(head.replace("~", "\r\n") + "\r\n\r\n");
    assertThat(response).startsWith("HTTP/1.1 " + status + " ").contains("Connection: close");
    assertThat(peer.fin).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /status?x=1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/status HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\nGET /status HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /status HTTP/1.1\nHost: a\n\n",
        "GET /status HTTP/1.1\r\nhOST:a\r\nX-Long:   b  \r\n\r\n",
      })
  void lenientFormsOfARequestAreUnderstood(String request) {
    assertThat(exchange(request)).startsWith("HTTP/1.1 200").contains("application/json");
  }

  @Test
  void anIncompleteHeadIsWaitedFor() {
    byte[] bytes = "GET / HTTP/1.1\r\nHost: x\r\n".getBytes(StandardCharsets.US_ASCII);
    assertThat(HttpRequest.parse(bytes, bytes.length)).isNull();
    assertThat(HttpRequest.parse(new byte[0], 0)).isNull();
  }
}
