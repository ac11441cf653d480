package io.karavel.shell.internal;

import io.karavel.control.Appliance;
import io.karavel.control.ModuleAbsentException;
import io.karavel.ip.spi.IpControl;
import io.karavel.ip.spi.IpModule;
import io.karavel.nic.DeviceInfo;
import io.karavel.nic.NetworkDevice;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.spi.TcpControl;
import io.karavel.tcp.spi.TcpModule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** Questions to the modules of one stack, as commands and completers put them. */
record Question(Appliance appliance, String stack) {
  /** Entries of the connection table that one turn of the lane looks at, quick even before JIT. */
  private static final int PAGE = 64;

  /** Asks the module ip. */
  <T> T ip(Function<? super IpControl, ? extends T> question) throws ModuleAbsentException {
    return appliance.query(stack, IpModule.SLOT, IpControl.class, question);
  }

  /** Asks the module tcp. */
  <T> T tcp(Function<? super TcpControl, ? extends T> question) throws ModuleAbsentException {
    return appliance.query(stack, TcpModule.SLOT, TcpControl.class, question);
  }

  /** Asks a device how it is. */
  DeviceInfo device(String name) throws ModuleAbsentException {
    return appliance.query(
        stack, NetworkDevice.slotOf(name), NetworkDevice.class, NetworkDevice::info);
  }

  /** Names of the stack's devices, those without a module too. */
  List<String> devices() {
    return appliance.modules(stack).stream()
        .map(module -> module.slot())
        .filter(slot -> slot.startsWith(NetworkDevice.SLOT_PREFIX))
        .map(slot -> slot.substring(NetworkDevice.SLOT_PREFIX.length()))
        .distinct()
        .toList();
  }

  /** Names of the stack's interfaces. */
  List<String> interfaces() {
    return appliance.interfaces(stack).values().stream().map(settings -> settings.name()).toList();
  }

  /**
   * Connections that pass a filter, walked through page by page.
   *
   * @param limit most of them; 0 is all
   */
  List<TcpConnectionInfo> connections(Predicate<? super TcpConnectionInfo> filter, int limit)
      throws ModuleAbsentException {
    List<TcpConnectionInfo> found = new ArrayList<>();
    long cursor = 0;
    do {
      long from = cursor;
      TcpControl.Page page = tcp(control -> control.list(from, PAGE, filter));
      found.addAll(page.entries());
      cursor = page.next();
    } while (cursor != 0 && (limit == 0 || found.size() < limit));
    return limit == 0 || found.size() <= limit ? found : found.subList(0, limit);
  }
}
