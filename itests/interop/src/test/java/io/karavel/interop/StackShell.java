package io.karavel.interop;

import io.karavel.shell.internal.NetLabCommand;
import io.karavel.shell.internal.TcpListCommand;
import io.karavel.shell.internal.TcpShowCommand;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.threadio.ThreadIO;
import org.apache.karaf.shell.api.console.Command;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.impl.action.command.ManagerImpl;
import org.apache.karaf.shell.impl.console.SessionFactoryImpl;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Karaf's shell with commands of the appliance, over services that are there without OSGi. */
final class StackShell {
  /** Of the process; later, each session has its own. */
  private final PrintStream errors = System.err;

  private final SessionFactoryImpl sessions;

  /** Over one service of each type. */
  StackShell(Map<Class<?>, Object> services) {
    ThreadIOImpl threads = new ThreadIOImpl();
    threads.start();
    sessions = new Sessions(threads);
    sessions.register(context(services));
    ManagerImpl commands = new ManagerImpl(sessions, sessions);
    commands.register(TcpListCommand.class);
    commands.register(TcpShowCommand.class);
    commands.register(NetLabCommand.class);
  }

  /** As Karaf's own do it, commands get their arguments as strings, not as tokens of the line. */
  private static final class Sessions extends SessionFactoryImpl {
    Sessions(ThreadIO threads) {
      super(threads);
    }

    @Override
    protected Function wrap(Command command) {
      return (session, arguments) -> {
        List<Object> strings = new ArrayList<>();
        arguments.forEach(argument -> strings.add(argument.toString()));
        return command.execute((Session) session.get(".session"), strings);
      };
    }
  }

  /** What a line prints. */
  String run(String line) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Session session = sessions.create(new ByteArrayInputStream(new byte[0]), out, errors);
    try {
      session.execute(line);
    } finally {
      session.close();
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static BundleContext context(Map<Class<?>, Object> services) {
    return proxy(
        BundleContext.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "getServiceReference" ->
                  services.containsKey(arguments[0]) ? reference(services.get(arguments[0])) : null;
              case "getServiceReferences" ->
                  services.containsKey(arguments[0])
                      ? List.of(reference(services.get(arguments[0])))
                      : List.of();
              case "getService" -> ((ServiceReference<?>) arguments[0]).getProperty("service");
              case "ungetService" -> true;
              case "hashCode" -> System.identityHashCode(self);
              case "equals" -> self == arguments[0];
              default -> throw new UnsupportedOperationException(method.getName());
            });
  }

  private static ServiceReference<?> reference(Object service) {
    return proxy(ServiceReference.class, (self, method, arguments) -> service);
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
