package io.karavel.metrics.internal;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.karavel.metrics.MetricsSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves a text at {@code /metrics} of a port of the kernel, one request at a time; what else is
 * asked for is not there.
 */
final class PrometheusServer implements AutoCloseable {
  private static final String PATH = "/metrics";
  private static final int BACKLOG = 16;

  private final HttpServer server;
  private final ExecutorService executor;

  /**
   * Serves from now on.
   *
   * @throws IOException if the port cannot be had
   */
  PrometheusServer(MetricsSettings.Prometheus where, Supplier<String> text) throws IOException {
    server = HttpServer.create(new InetSocketAddress(where.address(), where.port()), BACKLOG);
    executor = Executors.newSingleThreadExecutor(Daemons.named("karavel-metrics-http"));
    server.setExecutor(executor);
    server.createContext("/", exchange -> answer(exchange, text));
    server.start();
  }

  /** Where it serves. */
  InetSocketAddress address() {
    return server.getAddress();
  }

  private static void answer(HttpExchange exchange, Supplier<String> text) throws IOException {
    try (exchange) {
      boolean reading = exchange.getRequestMethod().equals("GET");
      if (!reading || !exchange.getRequestURI().getPath().equals(PATH)) {
        exchange.sendResponseHeaders(reading ? 404 : 405, -1);
        return;
      }
      byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
