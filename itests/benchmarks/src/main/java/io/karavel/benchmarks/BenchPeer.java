package io.karavel.benchmarks;

import io.karavel.congestion.bbr.internal.BbrFactory;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.SettingsException;
import io.karavel.engine.TimerSettings;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackSetup;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.IpSettings;
import io.karavel.ip.internal.IpModuleFactory;
import io.karavel.nic.TapSettings;
import io.karavel.nic.tap.internal.TapDeviceFactory;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.internal.TcpModuleFactory;
import io.karavel.timer.internal.KeepaliveModuleFactory;
import io.karavel.timer.internal.TimerModuleFactory;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The stack as a plain Java process on a TAP, serving {@link PeerServices}: what the load client
 * measures. The modules are those of the appliance; only OSGi is missing.
 *
 * <p>Arguments: {@code --dev NAME --ip ADDRESS [--prefix N] [--offloads true|false] [KEY=VALUE…]},
 * the last being keys of io.karavel.tcp; {@code -Dkaravel.laneNice} is the key of
 * io.karavel.engine. Ends when its standard input or its parent does.
 */
public final class BenchPeer {
  private BenchPeer() {}

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> options = new HashMap<>();
    Map<String, String> tcpKeys = new HashMap<>();
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].startsWith("--") && i + 1 < arguments.length) {
        options.put(arguments[i].substring(2), arguments[++i]);
      } else {
        String[] pair = arguments[i].split("=", 2);
        tcpKeys.put(pair[0], pair.length > 1 ? pair[1] : "");
      }
    }
    Stack stack = assemble(options, tcpKeys);
    stack.start();
    serve(stack);
    new CountDownLatch(1).await();
  }

  private static Stack assemble(Map<String, String> options, Map<String, String> tcpKeys)
      throws SettingsException {
    EngineSettings engine =
        EngineSettings.parse(
            Map.of(
                EngineSettings.LANE_NICE.key(),
                Long.getLong("karavel.laneNice", EngineSettings.LANE_NICE.defaultValue())));
    Stack stack =
        new Stack(StackSetup.seeded("main", System::nanoTime, () -> engine, System.nanoTime()));
    String device = options.getOrDefault("dev", "tapkv");
    stack.arrive(new TimerModuleFactory(TimerSettings.parse(Map.of())));
    stack.arrive(new KeepaliveModuleFactory(KeepaliveSettings.parse(Map.of())));
    stack.arrive(
        new TapDeviceFactory(
            TapSettings.parse(
                device,
                Map.of(
                    "interfaceName",
                    device,
                    "offloads",
                    options.getOrDefault("offloads", "true")))));
    stack.arrive(new IpModuleFactory(IpSettings.parse(Map.of())));
    TcpModuleFactory tcp = new TcpModuleFactory(TcpSettings.parse(tcpKeys));
    tcp.congestionControls().arrive(new BbrFactory());
    stack.arrive(tcp);
    String address = options.getOrDefault("ip", Namespaces.STACK);
    stack.putInterface(
        InterfaceSettings.parse(
            "bench0",
            Map.of(
                "device",
                device,
                "addresses",
                address + "/" + options.getOrDefault("prefix", "24"),
                "gateway",
                address.replaceAll("\\.[0-9]+$", ".1"))));
    return stack;
  }

  private static void serve(Stack stack) throws IOException {
    try {
      new PeerServices().start(stack.tcp());
    } catch (TcpException e) {
      throw new IOException("the services cannot listen: " + e.getMessage(), e);
    }
  }
}
