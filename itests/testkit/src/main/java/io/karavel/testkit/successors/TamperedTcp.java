package io.karavel.testkit.successors;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.Slot;
import io.karavel.engine.Timers;
import io.karavel.ip.spi.IpModule;
import io.karavel.packet.PacketBuffer;
import io.karavel.tcp.spi.SharesConnections;
import io.karavel.tcp.spi.TcpModule;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Supplier;

/**
 * TCP as it is, but that somebody tampers with its segments and timers: to the wire it is a module
 * with a defect, to itself and to the engine it is sound.
 */
public final class TamperedTcp extends WrappedFactory {
  /** What is done to one module; by itself nothing. */
  public interface Tampering {
    /** A segment for IP: what is to be sent instead, null for nothing. */
    default PacketBuffer sends(PacketBuffer segment, LaneContext context, IpModule ip) {
      return segment;
    }

    /** Whether a segment may arrive. */
    default boolean receives(PacketBuffer segment) {
      return true;
    }

    /** Whether timers may be armed. */
    default boolean arms() {
      return true;
    }
  }

  private final Supplier<Tampering> tampering;

  /** What {@code usual} makes, each with a tampering of its own. */
  public TamperedTcp(ModuleFactory usual, Supplier<Tampering> tampering) {
    super(usual);
    this.tampering = tampering;
  }

  @Override
  public Module create(LaneContext context) {
    Tampering its = tampering.get();
    LaneContext tampered =
        proxy(
            LaneContext.class,
            (self, method, arguments) -> {
              Object answer = call(context, method, arguments);
              if (method.getName().equals("slot") && arguments[0].equals(IpModule.SLOT)) {
                return slot((Slot<?>) answer, context, its);
              }
              return method.getName().equals("timers") ? timers((Timers) answer, its) : answer;
            });
    Module sound = usual.create(tampered);
    InvocationHandler handler =
        (self, method, arguments) -> {
          if (method.getName().equals("onDatagram") && !its.receives((PacketBuffer) arguments[0])) {
            ((PacketBuffer) arguments[0]).release();
            return null;
          }
          return call(sound, method, arguments);
        };
    Class<?>[] faces = {TcpModule.class, SharesConnections.class};
    return (Module) Proxy.newProxyInstance(TcpModule.class.getClassLoader(), faces, handler);
  }

  private static Slot<?> slot(Slot<?> real, LaneContext context, Tampering its) {
    return proxy(
        Slot.class,
        (self, method, arguments) -> {
          Object answer = call(real, method, arguments);
          return method.getName().equals("module") && answer != null
              ? ip((IpModule) answer, context, its)
              : answer;
        });
  }

  private static IpModule ip(IpModule real, LaneContext context, Tampering its) {
    return proxy(
        IpModule.class,
        (self, method, arguments) -> {
          if (method.getName().equals("send")) {
            PacketBuffer instead = its.sends((PacketBuffer) arguments[0], context, real);
            if (instead != null) {
              real.send(instead);
            }
            return null;
          }
          return call(real, method, arguments);
        });
  }

  private static Timers timers(Timers real, Tampering its) {
    return proxy(
        Timers.class,
        (self, method, arguments) ->
            method.getName().equals("arm") && !its.arms() ? null : call(real, method, arguments));
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
