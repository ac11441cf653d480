package io.karavel.simulation.run;

import io.karavel.engine.internal.lane.SlotStatus;
import io.karavel.nic.ImpairmentSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.SplittableRandom;

/** What goes on around the connections: cables, parameters, modules. */
final class Disturber {
  private final World world;
  private final SplittableRandom random;
  private final int rarity;

  Disturber(World world, SplittableRandom random) {
    this.world = world;
    this.random = random;
    rarity = 4 + random.nextInt(60);
  }

  void maybeDisturb() {
    if (random.nextInt(rarity) != 0) {
      return;
    }
    Node node = world.nodes.get(random.nextInt(world.nodes.size()));
    switch (world.links.isEmpty() ? 1 + random.nextInt(5) : random.nextInt(6)) {
      case 0 -> changeCable();
      case 1, 2 -> changeKey(node);
      case 3 -> takeAway(node);
      default -> exchange(node);
    }
  }

  private void changeCable() {
    World.Link link = world.links.get(random.nextInt(world.links.size()));
    if (random.nextInt(5) == 0) {
      link.changeWay();
      world.recorder.note(link.one.name, world.now(), "cable " + link.way);
      return;
    }
    boolean ethernet = !link.one.stack.isBareIp(link.one.stack.devices().get(0));
    ImpairmentSettings settings = World.impairment(random, ethernet);
    if (random.nextInt(6) == 0) {
      settings = settings.withLoss(100);
    }
    link.settings(settings.withSeed(link.settings.seed()));
    world.recorder.note(link.one.name, world.now(), "cable " + settings);
    if (settings.lossPercent() == 100) {
      world.network.advance(Duration.ofMillis(random.nextInt(20_000)));
      link.settings(World.impairment(random, ethernet).withSeed(link.settings.seed()));
    }
  }

  private void changeKey(Node node) {
    LiveKeys.Key key = LiveKeys.LIVE.get(random.nextInt(LiveKeys.LIVE.size()));
    Object value = key.values().apply(random);
    world.recorder.note(node.name, world.now(), key.key() + " = " + value);
    Prospects prospects = Prospects.of(node, key.pid(), key.key(), value);
    world.checker.setting(node.name, key.key(), value, world.now());
    node.keys.computeIfAbsent(key.pid(), pid -> new HashMap<>()).put(key.key(), value);
    try {
      node.stack.set(key.pid(), key.key(), value);
    } catch (IllegalArgumentException refused) {
      throw new AssertionError("a valid value was refused: " + key.key() + " = " + value, refused);
    }
    if (prospects != null) {
      prospects.mustHaveComeTrue();
    }
    world.settle();
  }

  private String slot(Node node) {
    List<String> slots = node.stack.slots();
    slots.sort(null);
    return slots.get(random.nextInt(slots.size()));
  }

  private void exchange(Node node) {
    String slot = slot(node);
    if (random.nextBoolean()) {
      world.recorder.note(node.name, world.now(), "replace " + slot);
      node.stack.replace(slot);
    } else {
      world.recorder.note(node.name, world.now(), "swap " + slot);
      Standing before = Standing.of(node);
      String problem = node.stack.swap(slot);
      if (problem != null) {
        throw new AssertionError("the swap of " + slot + " failed: " + problem);
      }
      Standing.of(node).mustBe(before, node + " after the swap of " + slot);
    }
    world.settle();
  }

  private static boolean isAtWork(Node node, String slot) {
    return node.stack.stack().lane().slots().stream()
        .anyMatch(s -> s.slot().equals(slot) && s.state().equals(SlotStatus.RUNNING));
  }

  /** A module is missing for a while. */
  private void takeAway(Node node) {
    String slot = slot(node);
    if (slot.startsWith("nic") && node.stack.devices().size() > 1) {
      return;
    }
    world.recorder.note(node.name, world.now(), "unplug " + slot);
    boolean deaf = !slot.equals("timer") && !slot.equals("keepalive");
    node.tcpAway = true;
    node.stack.unplug(slot);
    if (isAtWork(node, slot)) {
      // another stood by and has taken its place; a fresh one stands by from now on
      node.stack.plug(slot);
      node.tcpAway = false;
      world.settle();
      return;
    }
    world.checker.away(node.name, true, deaf, world.now());
    world.network.advance(Duration.ofNanos(random.nextLong(1L << 20 + random.nextInt(10))));
    world.recorder.note(node.name, world.now(), "plug " + slot);
    world.checker.away(node.name, false, deaf, world.now());
    node.stack.plug(slot);
    node.tcpAway = false;
    world.settle();
  }

  /** The cables become good, or are cut for ever. */
  void calmDown() {
    for (World.Link link : world.links) {
      switch (random.nextInt(4)) {
        case 0 -> link.settings(link.settings.withLoss(100));
        case 1 -> {}
        default -> link.settings(ImpairmentSettings.NONE.withDelay(1_000_000, 0));
      }
      world.recorder.note(link.one.name, world.now(), "cable " + link.settings);
    }
  }
}
