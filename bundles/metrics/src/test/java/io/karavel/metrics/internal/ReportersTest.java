package io.karavel.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.karavel.engine.Counters;
import io.karavel.metrics.MetricsSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The reporters over loopback. */
class ReportersTest {
  private final MetricRegistry registry = new MetricRegistry();
  private final StackMetrics metrics = new StackMetrics(registry, () -> 10, System::nanoTime);
  private final Reporters reporters =
      new Reporters(registry, () -> PrometheusText.of(registry, metrics));

  ReportersTest() {
    Counters lane = new Counters();
    lane.counter("Tcp.ActiveOpens").add(3);
    lane.level("Tcp.CurrEstab").add(2);
    lane.histogram("Tcp.RttNanos").record(20);
    lane.histogram("Tcp.HandshakeNanos");
    Stacks stacks = new Stacks();
    stacks.lanes.put("main", List.of(lane));
    stacks.lanes.put("host", List.of(lane));
    metrics.refresh(stacks.appliance());
  }

  @AfterEach
  void close() {
    reporters.close();
  }

  private void apply(String... keysAndValues) throws Exception {
    Map<String, Object> raw = new HashMap<>(Map.of("jvmEnabled", false, "prometheusPort", 0));
    for (int i = 0; i < keysAndValues.length; i += 2) {
      raw.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    reporters.apply(MetricsSettings.parse(raw));
  }

  private HttpResponse<String> ask(String method, String path) throws Exception {
    InetSocketAddress at = reporters.prometheusAddress();
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at.getPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
  }

  @Test
  void nothingListensUnlessToldTo() throws Exception {
    apply();
    assertThat(reporters.prometheusAddress()).isNull();
  }

  @Test
  void prometheusTextHasEveryMetricOfEveryStack() throws Exception {
    apply("prometheusEnabled", "true");
    assertThat(reporters.prometheusAddress().getAddress().isLoopbackAddress()).isTrue();
    HttpResponse<String> response = ask("GET", "/metrics");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(response.body())
        .isEqualTo(
            """
            # TYPE karavel_Tcp_ActiveOpens counter
            karavel_Tcp_ActiveOpens{stack="host"} 3
            karavel_Tcp_ActiveOpens{stack="main"} 3
            # TYPE karavel_Tcp_CurrEstab gauge
            karavel_Tcp_CurrEstab{stack="host"} 2
            karavel_Tcp_CurrEstab{stack="main"} 2
            # TYPE karavel_Tcp_HandshakeNanos summary
            karavel_Tcp_HandshakeNanos{stack="host",quantile="0.5"} NaN
            karavel_Tcp_HandshakeNanos{stack="host",quantile="0.9"} NaN
            karavel_Tcp_HandshakeNanos{stack="host",quantile="0.99"} NaN
            karavel_Tcp_HandshakeNanos{stack="host",quantile="0.999"} NaN
            karavel_Tcp_HandshakeNanos_sum{stack="host"} 0
            karavel_Tcp_HandshakeNanos_count{stack="host"} 0
            karavel_Tcp_HandshakeNanos{stack="main",quantile="0.5"} NaN
            karavel_Tcp_HandshakeNanos{stack="main",quantile="0.9"} NaN
            karavel_Tcp_HandshakeNanos{stack="main",quantile="0.99"} NaN
            karavel_Tcp_HandshakeNanos{stack="main",quantile="0.999"} NaN
            karavel_Tcp_HandshakeNanos_sum{stack="main"} 0
            karavel_Tcp_HandshakeNanos_count{stack="main"} 0
            # TYPE karavel_Tcp_RttNanos summary
            karavel_Tcp_RttNanos{stack="host",quantile="0.5"} 20.0
            karavel_Tcp_RttNanos{stack="host",quantile="0.9"} 20.0
            karavel_Tcp_RttNanos{stack="host",quantile="0.99"} 20.0
            karavel_Tcp_RttNanos{stack="host",quantile="0.999"} 20.0
            karavel_Tcp_RttNanos_sum{stack="host"} 20
            karavel_Tcp_RttNanos_count{stack="host"} 1
            karavel_Tcp_RttNanos{stack="main",quantile="0.5"} 20.0
            karavel_Tcp_RttNanos{stack="main",quantile="0.9"} 20.0
            karavel_Tcp_RttNanos{stack="main",quantile="0.99"} 20.0
            karavel_Tcp_RttNanos{stack="main",quantile="0.999"} 20.0
            karavel_Tcp_RttNanos_sum{stack="main"} 20
            karavel_Tcp_RttNanos_count{stack="main"} 1
            """);
    assertThat(ask("GET", "/").statusCode()).isEqualTo(404);
    assertThat(ask("POST", "/metrics").statusCode()).isEqualTo(405);
  }

  @Test
  void aPortThatIsTakenIsTriedAgain() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      apply("prometheusEnabled", "true", "prometheusPort", "" + taken.getLocalPort());
      assertThat(reporters.prometheusAddress()).isNull();
    }
    reporters.retry();
    assertThat(reporters.prometheusAddress()).isNotNull();
    apply();
    assertThat(reporters.prometheusAddress()).isNull();
  }

  @Test
  void prometheusMovesLiveToAnotherAddress() throws Exception {
    apply("prometheusEnabled", "true");
    assertThat(reporters.prometheusAddress().getHostString()).isEqualTo("127.0.0.1");
    apply("prometheusEnabled", "true", "prometheusAddress", "127.0.0.2");
    assertThat(reporters.prometheusAddress().getHostString()).isEqualTo("127.0.0.2");
  }

  @Test
  void graphiteGetsALinePerFigure() throws Exception {
    try (ServerSocket graphite = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      graphite.setSoTimeout(20_000);
      apply(
          "graphiteEnabled", "true",
          "graphitePort", "" + graphite.getLocalPort(),
          "graphiteSeconds", "1",
          "graphitePrefix", "site.one");
      List<String> lines = report(graphite);
      assertThat(lines).allMatch(line -> line.matches("site\\.one\\.\\S+ [0-9.E+-]+ \\d{10,}"));
      assertThat(lines).anyMatch(line -> line.startsWith("site.one.main.Tcp.ActiveOpens 3 "));
      assertThat(lines).anyMatch(line -> line.startsWith("site.one.main.Tcp.RttNanos.p99 20.0 "));
      // each report has its own connection
      assertThat(report(graphite)).hasSameSizeAs(lines);
    }
  }

  @Test
  void graphitesAddressChangesLive() throws Exception {
    InetAddress other = InetAddress.getByName("127.0.0.2");
    try (ServerSocket one = new ServerSocket(0, 8, InetAddress.getByName("127.0.0.1"));
        ServerSocket two = new ServerSocket(one.getLocalPort(), 8, other)) {
      one.setSoTimeout(20_000);
      two.setSoTimeout(20_000);
      String port = "" + one.getLocalPort();
      apply("graphiteEnabled", "true", "graphitePort", port, "graphiteSeconds", "1");
      assertThat(report(one)).isNotEmpty();
      apply(
          "graphiteEnabled", "true",
          "graphitePort", port,
          "graphiteSeconds", "1",
          "graphiteAddress", "127.0.0.2",
          "graphitePrefix", "moved");
      assertThat(report(two)).isNotEmpty().allMatch(line -> line.startsWith("moved."));
    }
  }

  private static List<String> report(ServerSocket graphite) throws IOException {
    try (Socket socket = graphite.accept();
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  @Test
  void jmxHasAnMBeanPerMetricAndLeavesNoneBehind() throws Exception {
    ObjectName all = new ObjectName("io.karavel:*");
    apply();
    assertThat(
            ManagementFactory.getPlatformMBeanServer()
                .getAttribute(
                    new ObjectName("io.karavel:name=main.Tcp.ActiveOpens,type=gauges"), "Value"))
        .isEqualTo(3L);
    assertThat(
            ManagementFactory.getPlatformMBeanServer()
                .getAttribute(
                    new ObjectName("io.karavel:name=main.Tcp.RttNanos,type=histograms"), "Max"))
        .isEqualTo(20L);
    apply("jmxEnabled", "false");
    assertThat(ManagementFactory.getPlatformMBeanServer().queryNames(all, null)).isEmpty();
  }

  @Test
  void theJvmIsThereWhenWanted() throws Exception {
    apply("jvmEnabled", "true");
    assertThat(registry.getGauges()).containsKeys("jvm.memory.heap.used", "jvm.threads.count");
    assertThat(PrometheusText.of(registry, metrics)).contains("\njvm_memory_heap_used ");
    apply("jvmEnabled", "false");
    assertThat(registry.getNames()).noneMatch(name -> name.startsWith("jvm"));
  }
}
