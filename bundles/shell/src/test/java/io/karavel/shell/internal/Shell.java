package io.karavel.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.Appliance;
import io.karavel.control.Audit;
import io.karavel.control.AuditRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.impl.action.command.DefaultActionPreparator;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Runs commands as the console would, arguments included, against services of the test. */
final class Shell {
  static final Clock NOON = Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);

  final FakeAppliance appliance = new FakeAppliance();
  final Map<Class<?>, List<Object>> services = new LinkedHashMap<>();
  final List<Long> pauses = new ArrayList<>();
  final List<String> questions = new ArrayList<>();
  InputStream keyboard = new ByteArrayInputStream(new byte[0]);
  boolean terminal;
  String answer;
  String errors = "";
  int heldServices;
  int deliveries;

  final List<AuditRecord> audited = new ArrayList<>();

  Shell() {
    publish(Audit.class, audited::add);
    publish(Appliance.class, appliance);
  }

  <T> void publish(Class<T> type, T service) {
    services.computeIfAbsent(type, t -> new ArrayList<>()).add(service);
  }

  /** What the command prints; its exception when it fails. */
  String run(ApplianceCommand command, String... arguments) throws Exception {
    command.context = context();
    command.session = session();
    command.terminal = descriptor -> terminal;
    command.clock = NOON;
    Action prepared = command;
    new DefaultActionPreparator()
        .prepare(prepared, command.session, new ArrayList<>(List.of(arguments)));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errorBytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    PrintStream errorsBefore = System.err;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errorBytes, true, StandardCharsets.UTF_8));
    try {
      Object result = command.execute();
      if (result != null) {
        throw new AssertionError("a command prints and returns nothing, not " + result);
      }
    } finally {
      System.setOut(before);
      System.setErr(errorsBefore);
      errors = errorBytes.toString(StandardCharsets.UTF_8);
    }
    assertThat(heldServices).as("services not given back").isZero();
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** What the command says when it fails. */
  String failure(ApplianceCommand command, String... arguments) {
    try {
      String printed = run(command, arguments);
      throw new AssertionError("the command should have failed; it printed " + printed);
    } catch (Exception e) {
      return e.getMessage();
    }
  }

  /** Where a remote session keeps what was printed until this is flushed. */
  private final PrintStream console =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8) {
        @Override
        public void flush() {
          deliveries++;
        }
      };

  Session session() {
    return proxy(
        Session.class,
        (method, arguments) ->
            switch (method) {
              case "getKeyboard" -> keyboard;
              case "getConsole" -> console;
              case "readLine" -> {
                questions.add((String) arguments[0]);
                yield answer;
              }
              default -> null;
            });
  }

  BundleContext context() {
    return proxy(
        BundleContext.class,
        (method, arguments) ->
            switch (method) {
              case "getServiceReference" -> {
                List<Object> all = services.getOrDefault((Class<?>) arguments[0], List.of());
                yield all.isEmpty() ? null : reference(all.get(0));
              }
              case "getServiceReferences" ->
                  services.getOrDefault((Class<?>) arguments[0], List.of()).stream()
                      .map(Shell::reference)
                      .toList();
              case "getService" -> {
                heldServices++;
                yield ((ServiceReference<?>) arguments[0]).getProperty("service");
              }
              case "ungetService" -> {
                heldServices--;
                yield true;
              }
              case "getBundles" -> new Bundle[0];
              default -> throw new UnsupportedOperationException(method);
            });
  }

  private static ServiceReference<?> reference(Object service) {
    return proxy(
        ServiceReference.class,
        (method, arguments) -> method.equals("getProperty") ? service : null);
  }

  /** What a proxy does. */
  interface Behaviour {
    Object call(String method, Object[] arguments);
  }

  static <T> T proxy(Class<T> type, Behaviour behaviour) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  case "toString" -> type.getSimpleName();
                  default -> behaviour.call(method.getName(), arguments);
                }));
  }
}
