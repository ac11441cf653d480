package io.karavel.simulation.run;

import io.karavel.address.IpAddress;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.simulation.rfc9293.Checker;
import io.karavel.testkit.HarnessBuilder;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualCable;
import io.karavel.testkit.VirtualNetwork;
import io.karavel.testkit.WirePacket;
import io.karavel.testkit.WireTap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** The stacks of a run with the cables between them, watched by the checker and a recorder. */
final class World implements WireTap {
  /** What the tcp key of a stack begins with. */
  static final String TCP = "io.karavel.tcp";

  private static final int ETHERNET_HEADER = 14;

  /** A congestion control whose bundle comes and goes. */
  static final String BBR = "bbr";

  /** The stack that meets strangers. */
  private static final String ALONE = "lone";

  /** A cable and what it is like. */
  static final class Link {
    final VirtualCable cable;
    final Node one;
    final Node other;
    ImpairmentSettings settings;
    final NarrowWay way;

    Link(VirtualCable cable, Node one, Node other, ImpairmentSettings settings, NarrowWay way) {
      this.way = way;
      this.cable = cable;
      this.one = one;
      this.other = other;
      this.settings = settings;
    }

    /** Its way carries something else from now on. */
    void changeWay() {
      way.change();
      one.meetsRouters |= way.answers();
      other.meetsRouters |= way.answers();
    }

    void settings(ImpairmentSettings value) {
      settings = value;
      cable.settings(value);
    }
  }

  final VirtualNetwork network = new VirtualNetwork();
  final Checker checker = new Checker();
  final Recorder recorder;
  final List<Node> nodes = new ArrayList<>();
  final List<Link> links = new ArrayList<>();

  /** The largest packet of the wires. */
  final int mtu;

  /** What is done when everything at a moment has happened. */
  Runnable moment = () -> {};

  private final Map<StackHarness, Node> byStack = new HashMap<>();

  /** What stacks begin with besides what is drawn. */
  private final Map<String, Object> more;

  World(SplittableRandom random, Recorder recorder) {
    this(random, recorder, Map.of());
  }

  World(SplittableRandom random, Recorder recorder, Map<String, Object> more) {
    this.recorder = recorder;
    this.more = more;
    network.tap(this);
    int leaves = random.nextInt(10) < 7 ? 1 : 2;
    mtu = random.nextInt(4) == 0 ? 576 + random.nextInt(1000) : 1500;
    build(random, leaves);
  }

  private World(SplittableRandom random, Recorder recorder, int strangers) {
    this.recorder = recorder;
    more = Map.of();
    network.tap(this);
    mtu = random.nextInt(3) == 0 ? 576 + random.nextInt(1000) : 1500;
    int offload = random.nextInt(8) == 0 ? 65_536 : 0;
    Node node = node(random, ALONE, "10.0.1.1/24", mtu, false, offload, 1);
    network.add(node.stack);
    for (int i = 0; i < strangers; i++) {
      IpAddress address = IpAddress.parse("10.0.1." + (2 + i));
      node.ways.add(new Node.Way(null, IpAddress.parse("10.0.1.1"), address));
      checker.mtu(node.name, address.ipv4Bits(), mtu);
    }
  }

  /** One stack alone on a wire, at whose other end something else is. */
  static World alone(SplittableRandom random, Recorder recorder, Consumer<WirePacket> other) {
    World world = new World(random, recorder, 2);
    StackHarness stack = world.nodes.get(0).stack;
    String device = stack.devices().get(0);
    stack.onSent(
        device,
        packet -> {
          world.sent(stack, device, packet);
          other.accept(packet);
        });
    return world;
  }

  /** A packet comes to the stack that is alone. */
  void deliver(byte[] packet) {
    throwFound();
    StackHarness stack = nodes.get(0).stack;
    network.intrude(stack, stack.devices().get(0), packet);
  }

  private void build(SplittableRandom random, int leaves) {
    boolean ethernet = random.nextInt(8) == 0;
    int offload = random.nextInt(8) == 0 ? 65_536 : 0;
    Node hub = node(random, "hub", "10.0.1.1/24", mtu, ethernet, offload, leaves);
    for (int i = 1; i <= leaves; i++) {
      String leafName = "leaf" + i;
      Node leaf = node(random, leafName, "10.0." + i + ".2/24", mtu, ethernet, offload, 1);
      ImpairmentSettings settings = impairment(random, ethernet);
      VirtualCable cable =
          network.connect(
              hub.stack,
              hub.stack.devices().get(i - 1),
              leaf.stack,
              leaf.stack.devices().get(0),
              settings);
      markSome(cable, random.split());
      IpAddress hubAddress = IpAddress.parse("10.0." + i + ".1");
      NarrowWay way = new NarrowWay(cable, hubAddress, mtu, !ethernet, random.split());
      Link link = new Link(cable, hub, leaf, settings, way);
      if (random.nextInt(6) == 0) {
        link.changeWay();
      }
      links.add(link);
      IpAddress leafAddress = IpAddress.parse("10.0." + i + ".2");
      hub.ways.add(new Node.Way(leaf, hubAddress, leafAddress));
      leaf.ways.add(new Node.Way(hub, leafAddress, hubAddress));
      checker.mtu(hub.name, leafAddress.ipv4Bits(), mtu);
      checker.mtu(leaf.name, hubAddress.ipv4Bits(), mtu);
    }
  }

  /** On some cables routers mark some of the packets that may be marked. */
  private static void markSome(VirtualCable cable, SplittableRandom random) {
    int percent = random.nextInt(3) == 0 ? 0 : random.nextInt(20);
    if (percent > 0) {
      cable.markIf(packet -> random.nextInt(100) < percent);
    }
  }

  private Node node(
      SplittableRandom random,
      String name,
      String prefix,
      int mtu,
      boolean ethernet,
      int offload,
      int devices) {
    HarnessBuilder builder = network.builder(name).seed(random.nextLong()).withoutDefaultDevice();
    DeviceCapabilities capabilities =
        new DeviceCapabilities(!ethernet, mtu, offload > 0, offload, false);
    for (int i = 1; i <= devices; i++) {
      String address = devices == 1 ? prefix : "10.0." + i + ".1/24";
      builder.device("wire" + (i - 1), address, capabilities);
    }
    boolean alone = name.equals(ALONE);
    Map<String, Object> keys = alone ? LiveKeys.amongStrangers(random) : LiveKeys.initial(random);
    keys.putAll(more);
    for (Map.Entry<String, Object> key : keys.entrySet()) {
      builder.tcp(key.getKey(), key.getValue());
      checker.setting(name, key.getKey(), key.getValue(), 0);
      recorder.note(name, 0, "tcp " + key.getKey() + " " + key.getValue());
    }
    if (ethernet) {
      checker.ethernet(name);
    }
    Node node = new Node(name, builder.build());
    if (BBR.equals(more.get("congestionControl"))) {
      node.offerBbr();
      checker.congestionControl(name, BBR, true);
    }
    node.keys.put(TCP, new HashMap<>(keys));
    nodes.add(node);
    byStack.put(node.stack, node);
    return node;
  }

  /** A cable at random: a good one, a bad one, or a very bad one. */
  static ImpairmentSettings impairment(SplittableRandom random, boolean ethernet) {
    double loss =
        switch (random.nextInt(6)) {
          case 0, 1 -> 0;
          case 2, 3 -> random.nextInt(300) / 100.0;
          case 4 -> random.nextInt(10);
          default -> random.nextInt(31);
        };
    ImpairmentSettings settings =
        ImpairmentSettings.NONE
            .withDelay(random.nextInt(40_000_000), random.nextInt(2) * random.nextInt(3_000_000))
            .withLoss(loss)
            .withSeed(random.nextInt(Integer.MAX_VALUE));
    if (random.nextInt(3) == 0) {
      settings = settings.withReordering(random.nextInt(15), random.nextInt(8_000_000));
    }
    if (random.nextInt(3) == 0) {
      settings = settings.withDuplication(random.nextInt(10));
    }
    if (random.nextInt(3) == 0 && !ethernet) {
      // a frame whose Ethernet header is wrong cannot be found out by a checksum
      settings = settings.withCorruption(random.nextInt(6));
    }
    if (random.nextInt(4) == 0) {
      settings = settings.withRate(200_000L + random.nextInt(20_000_000), 4 + random.nextInt(60));
    }
    return settings;
  }

  /** Lets everything happen that happens at this moment. */
  void settle() {
    network.settle();
    moment.run();
  }

  long now() {
    return network.clock().nanoTime();
  }

  Node node(StackHarness stack) {
    return byStack.get(stack);
  }

  // ---- what the tap sees ----

  /** Found while a stack was at work, which would take it for an error of its own. */
  private Throwable found;

  /** Keeps what was found until the event is over. */
  void found(Throwable fault) {
    if (found == null) {
      found = fault;
    }
  }

  /** Throws what was found during the event. */
  void throwFound() {
    if (found instanceof Error error) {
      throw error;
    }
    if (found != null) {
      throw new AssertionError(found);
    }
  }

  @Override
  public void sent(StackHarness stack, String device, WirePacket frame) {
    Node node = byStack.get(stack);
    recorder.frame(node.name, device, now(), false, frame, stack.isBareIp(device));
    int header = stack.isBareIp(device) ? 0 : ETHERNET_HEADER;
    try {
      checker.sent(node.name, frame.bytes(), header, frame.segmentSize(), now());
    } catch (AssertionError | RuntimeException fault) {
      found(fault);
    }
  }

  @Override
  public void arriving(StackHarness stack, String device, WirePacket frame) {
    throwFound(); // what the frame would be judged by has gone wrong already
    Node node = byStack.get(stack);
    recorder.frame(node.name, device, now(), true, frame, stack.isBareIp(device));
    int header = stack.isBareIp(device) ? 0 : ETHERNET_HEADER;
    boolean verified = frame.segmentSize() > 0;
    checker.arriving(node.name, frame.bytes(), header, frame.segmentSize(), verified, now());
  }
}
