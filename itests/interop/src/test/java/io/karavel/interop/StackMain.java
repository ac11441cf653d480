package io.karavel.interop;

import io.karavel.address.IpAddress;
import io.karavel.control.Appliance;
import io.karavel.control.LossLaboratory;
import io.karavel.engine.EngineSettings;
import io.karavel.engine.Event;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.Secrets;
import io.karavel.engine.internal.stack.RunningAppliance;
import io.karavel.engine.internal.stack.Stack;
import io.karavel.engine.internal.stack.StackRegistry;
import io.karavel.engine.internal.stack.StackSetup;
import io.karavel.ip.InterfaceSettings;
import io.karavel.ip.IpSettings;
import io.karavel.ip.PingReply;
import io.karavel.ip.PingRequest;
import io.karavel.ip.internal.IpModuleFactory;
import io.karavel.ip.spi.IpControl;
import io.karavel.nic.DeviceInfo;
import io.karavel.nic.NetworkDevice;
import io.karavel.nic.TapSettings;
import io.karavel.nic.tap.internal.TapDeviceFactory;
import io.karavel.services.ServicesSettings;
import io.karavel.services.internal.Services;
import io.karavel.timer.internal.TimerModuleFactory;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One stack with a TAP or TUN, assembled as the appliance does it but without OSGi, in a process of
 * its own. Reads commands from its standard input, one per line, and answers with lines of which
 * the last is {@code ok} or {@code error: …}; the end of its input is its end.
 *
 * <pre>
 * ready                      answers when the device is up or has said why not
 * nic                        the device: status, capabilities, statistics, as key=value
 * set KEY=VALUE …            settings of the device, beside those given before
 * counters | drops           all of them, as key=value
 * events                     one per line
 * ping ADDRESS [COUNT [BYTES]]   echo requests, one after the other; replies=… lost=…
 * config tcp|keepalive KEY=VALUE …   settings, live
 * device NAME KEY=VALUE …    another TAP, made or changed; device-remove NAME
 * interface NAME KEY=VALUE … likewise; interface-remove NAME
 * swap SLOT                  tcp, ip, nic, timer, keepalive: a fresh factory takes over in one turn
 * leave SLOT | arrive SLOT   as a bundle that is stopped and started
 * shell LINE                 what the appliance's console prints then; StackShell has its commands
 * changes N                  of states, all from the Nth on: seconds port state
 * pauses                     when this process was kept from running: beginning end, in seconds
 * lab NAME LINE              begins net:lab LINE, which sees what comes from now on
 * lab-report NAME            what that has printed, when it is over; nothing before
 * summary                    TCP: how many in each state, as STATE=n
 * connect ADDRESS PORT [SECONDS]   id=…, or failure=… in the words of TcpException
 * dial ADDRESS PORT [LOCALPORT]    only begins to connect; id=…
 * early ADDRESS PORT BYTES   likewise with so many zeros for the SYN; taken=…, id=…
 * outcome ID                 state=…, error=none or that of TcpException
 * option ID NAME VALUE       of a socket or listener
 * listen PORT [BACKLOG]      a listener that nobody accepts from; id=…
 * accept ID [SECONDS]        of a listener; id=… of the connection
 * echo ID BYTES              sends random bytes and reads as many; equal=true|false
 * write ID BYTES             zeros
 * urgent ID BYTES            zeros, urgent to the last
 * pending ID                 available=bytes to be read, urgent=bytes to the end of urgent data
 * show ID                    a connection's or listener's variables, as key=value
 * fill ID                    zeros until nothing more is taken; written=how many
 * read ID BYTES              read=how many came before the end of the stream, or failure=…
 * shutdown ID | close ID | abort ID
 * close-stream ID            close that lingers, as the streams do it; seconds=how long it took
 * </pre>
 */
public final class StackMain {
  private static final String DEVICE = "tap0";

  private final Map<String, Object> tapKeys = new LinkedHashMap<>();
  private final Map<String, Supplier<ModuleFactory>> makers = new LinkedHashMap<>();
  private final Map<String, ModuleSource> sources = new LinkedHashMap<>();
  private final StackRegistry registry;
  private final Stack stack;
  private final PauseWatch pauses = PauseWatch.start();
  private final TcpCommands tcp;
  private final LiveSettings live;
  private final DeviceCommands devices;
  private final StackShell shell;
  private final LabCommands lab;
  private TapDeviceFactory tap;

  private StackMain(Map<String, String> settings) throws Exception {
    String address = settings.getOrDefault("address", StackProcess.ADDRESS + "/24");
    tapKeys.put("hostAddress", StackProcess.HOST_ADDRESS + "/24");
    settings.forEach(
        (key, value) -> {
          if (TapSettings.SCHEMA.setting(key) != null) {
            tapKeys.put(key, value);
          }
        });
    SecureRandom random = new SecureRandom();
    // several JVMs share the machine here: the lanes of one must not keep another's VM thread
    // waiting
    EngineSettings engine = EngineSettings.parse(Map.of(EngineSettings.LANE_NICE.key(), 0));
    registry =
        new StackRegistry(
            name -> {
              Stack made =
                  new Stack(
                      new StackSetup(
                          name,
                          true,
                          System::nanoTime,
                          () -> engine,
                          new Secrets((secret, bytes) -> random.nextBytes(bytes)),
                          random.nextLong(),
                          random::nextInt,
                          256L << 20));
              made.start();
              return made;
            },
            new NobodyToTell());
    registry.start();
    stack = registry.stack(Appliance.MAIN);
    tcp = new TcpCommands(stack);
    for (String slot : List.of("timer", "ip")) {
      makers.put(slot, supplier(slot));
    }
    live = new LiveSettings(settings);
    devices = new DeviceCommands(registry);
    makers.put("keepalive", live::newKeepalive);
    makers.put("tcp", live::newTcp);
    makers.put("nic", this::newTap);
    makers.keySet().forEach(this::arrive);
    registry.putInterface(
        InterfaceSettings.PID + "~if0",
        InterfaceSettings.parse(
            "if0",
            Map.of(
                "device", DEVICE,
                "addresses", address,
                "gateway", settings.getOrDefault("gateway", ""))));
    RunningAppliance appliance = new RunningAppliance(registry, System::nanoTime);
    lab = new LabCommands(appliance, appliance, live::tcpInForce);
    shell =
        new StackShell(Map.of(Appliance.class, appliance, LossLaboratory.class, lab.laboratory()));
    new Services(
            Executors.newSingleThreadScheduledExecutor(StackMain::daemon),
            ServicesSettings.parse(Map.of("forwarderEnabled", false)),
            () -> appliance,
            System::nanoTime,
            Clock.systemUTC())
        .stackArrived(stack.tcp());
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "services");
    thread.setDaemon(true);
    return thread;
  }

  /** There is no framework with services to be registered. */
  private static final class NobodyToTell implements StackRegistry.Observer {
    @Override
    public void opened(Stack opened) {}

    @Override
    public void closing(Stack closing) {}
  }

  private void arrive(String slot) {
    ModuleSource source = ModuleSource.of(makers.get(slot).get());
    sources.put(slot, source);
    registry.arrive(source);
  }

  /** The factories of the modules above the device, with default settings. */
  private static Supplier<ModuleFactory> supplier(String slot) {
    return switch (slot) {
      case "timer" -> () -> new TimerModuleFactory(io.karavel.engine.TimerSettings.defaults());
      case "ip" -> () -> new IpModuleFactory(IpSettings.defaults());
      default -> throw new IllegalArgumentException("no slot " + slot);
    };
  }

  private ModuleFactory newTap() {
    try {
      tap = new TapDeviceFactory(TapSettings.parse(DEVICE, tapKeys));
      return tap;
    } catch (Exception e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String argument : arguments) {
      int at = argument.indexOf('=');
      settings.put(argument.substring(0, at), argument.substring(at + 1));
    }
    StackMain main = new StackMain(settings);
    try (BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        main.answer(line.trim().split("\\s+"));
      }
    }
    main.registry.stop();
    System.exit(0);
  }

  private void answer(String[] words) {
    List<String> answer = new ArrayList<>();
    try {
      execute(words, answer::add);
      answer.add("ok");
    } catch (Exception e) {
      e.printStackTrace();
      answer.clear();
      answer.add("error: " + String.valueOf(e).replace('\n', ' '));
    }
    System.out.println(String.join("\n", answer));
    System.out.flush();
  }

  private void execute(String[] words, Consumer<String> out) throws Exception {
    switch (words[0]) {
      case "ready" -> ready();
      case "nic" -> nic(out);
      case "set" -> set(words);
      case "counters" -> new TreeMap<>(stack.counters()).forEach((k, v) -> out.accept(k + "=" + v));
      case "drops" -> stack.drops().forEach((reason, n) -> out.accept(reason + "=" + n));
      case "events" -> {
        for (Event event : stack.lane().events().since(0)) {
          out.accept(event.kind() + " " + event.subject() + ": " + event.text());
        }
      }
      case "shell" -> shell.run(rest(words, 1)).lines().forEach(out);
      case "lab" -> lab.begin(shell, words[1], "net:lab " + rest(words, 2));
      case "lab-report" -> lab.report(words[1], out);
      case "pauses" -> pauses.all().forEach(out);
      case "ping" -> ping(words, out);
      case "config" -> live.set(words);
      case "device" -> devices.device(words);
      case "device-remove" -> devices.removeDevice(words[1]);
      case "interface" -> devices.putInterface(words);
      case "interface-remove" -> devices.removeInterface(words[1]);
      case "swap" -> {
        ModuleSource newcomer = ModuleSource.of(makers.get(words[1]).get());
        String problem = stack.swap(newcomer);
        if (problem != null) {
          throw new IllegalStateException(problem);
        }
        sources.put(words[1], newcomer);
      }
      case "leave" -> registry.leave(sources.remove(words[1]));
      case "arrive" -> arrive(words[1]);
      default -> tcp.execute(words, out);
    }
  }

  private static String rest(String[] words, int first) {
    return String.join(" ", Arrays.asList(words).subList(first, words.length));
  }

  private DeviceInfo info() throws Exception {
    return stack.query(NetworkDevice.slotOf(DEVICE), NetworkDevice.class, NetworkDevice::info);
  }

  private void ready() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (info().status().startsWith("not opened")) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("the device does not open");
      }
      Thread.sleep(1);
    }
  }

  private void nic(Consumer<String> out) throws Exception {
    DeviceInfo info = info();
    out.accept("driver=" + info.driver());
    out.accept("up=" + info.up());
    out.accept("status=" + info.status());
    out.accept("bareIp=" + info.capabilities().bareIp());
    out.accept("mtu=" + info.capabilities().mtu());
    out.accept("transmitChecksum=" + info.capabilities().transmitChecksum());
    out.accept("segmentationBytes=" + info.capabilities().segmentationBytes());
    info.statistics().forEach((key, value) -> out.accept(key + "=" + value));
  }

  private void set(String[] words) throws Exception {
    for (int i = 1; i < words.length; i++) {
      int at = words[i].indexOf('=');
      tapKeys.put(words[i].substring(0, at), words[i].substring(at + 1));
    }
    tap.settings(TapSettings.parse(DEVICE, tapKeys));
    // the answer comes when the device has them
    info();
  }

  private void ping(String[] words, Consumer<String> out) throws Exception {
    IpAddress destination = IpAddress.parse(words[1]);
    int count = words.length > 2 ? Integer.parseInt(words[2]) : 1;
    int bytes = words.length > 3 ? Integer.parseInt(words[3]) : 56;
    int replies = 0;
    Map<String, Integer> others = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      PingRequest request =
          new PingRequest(destination, 1, i & 0xffff, bytes, 0, false, TimeUnit.SECONDS.toNanos(2));
      CompletableFuture<PingReply> reply =
          stack.query("ip", IpControl.class, ip -> ip.ping(request));
      String outcome = reply.get(10, TimeUnit.SECONDS).outcome();
      if (outcome.equals(PingReply.REPLY)) {
        replies++;
      } else {
        others.merge(outcome, 1, Integer::sum);
      }
    }
    out.accept("replies=" + replies);
    out.accept("lost=" + (count - replies));
    others.forEach((outcome, n) -> out.accept("'" + outcome + "'=" + n));
  }
}
