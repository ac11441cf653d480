package io.karavel.engine.internal.stack;

import io.karavel.control.Appliance;
import io.karavel.control.ConnectionKeeper;
import io.karavel.engine.NanoClock;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.SlotStatus;
import io.karavel.ip.InterfaceSettings;
import io.karavel.nic.NetworkDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stacks of an appliance, and which of them gets which factories and interfaces. {@code main}
 * is always there; another stack lives as long as an interface names it. A device belongs to the
 * interface that named it first. Any thread.
 */
public final class StackRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(StackRegistry.class);

  /** Is told of stacks, to register their services. */
  public interface Observer {
    /** A stack runs. */
    void opened(Stack stack);

    /** A stack is about to end. */
    void closing(Stack stack);
  }

  private final Function<String, Stack> maker;
  private final Observer observer;
  private final Map<String, Stack> stacks =
      new ConcurrentSkipListMap<>(
          (one, other) -> {
            boolean oneIsMain = one.equals(Appliance.MAIN);
            return oneIsMain == other.equals(Appliance.MAIN)
                ? one.compareTo(other)
                : oneIsMain ? -1 : 1;
          });

  /** What Config Admin says, by PID in the order in which it came. */
  private final Map<String, InterfaceSettings> configured = new LinkedHashMap<>();

  private final List<ModuleSource> sources = new ArrayList<>();

  /** The stack of each device that an interface in force names. */
  private Map<String, String> devices = new HashMap<>();

  /** The names in force by stack. */
  private final Map<String, Map<String, InterfaceSettings>> inForce = new HashMap<>();

  private final Set<String> told = new LinkedHashSet<>();
  private boolean started;
  private boolean stopped;
  private boolean saved;

  /** Without a stack before {@link #start}; {@code maker} makes a stack of a name and starts it. */
  public StackRegistry(Function<String, Stack> maker, Observer observer) {
    this.maker = maker;
    this.observer = observer;
  }

  /** Opens {@code main} and what has been configured so far; nothing happens the second time. */
  public synchronized void start() {
    if (!started && !stopped) {
      started = true;
      open(Appliance.MAIN);
      settle();
    }
  }

  /** The stacks, main first. */
  public Collection<Stack> stacks() {
    return stacks.values();
  }

  /** The stack of a name, or null. */
  public Stack stack(String name) {
    return stacks.get(name);
  }

  /** A factory is there. */
  public synchronized void arrive(ModuleSource source) {
    sources.add(source);
    if (!started || stopped) {
      return;
    }
    String device = deviceOf(source);
    if (device == null) {
      stacks.values().forEach(stack -> stack.arrive(source));
    } else if (devices.containsKey(device)) {
      stacks.get(devices.get(device)).arrive(source);
    }
  }

  /** A factory goes; returns when every lane has taken over the state of its module. */
  public void leave(ModuleSource source) {
    leave(source, false);
  }

  /**
   * The same, but its module may stay at work until its successor is there.
   *
   * @param mayStay whether all of its classes are loaded
   */
  public void leave(ModuleSource source, boolean mayStay) {
    List<Stack> concerned;
    synchronized (this) {
      sources.remove(source);
      if (!started || stopped) {
        return;
      }
      String device = deviceOf(source);
      concerned =
          device == null
              ? new ArrayList<>(stacks.values())
              : devices.containsKey(device) ? List.of(stacks.get(devices.get(device))) : List.of();
    }
    // outside the lock: it waits for the lanes
    concerned.forEach(stack -> stack.leave(source, mayStay));
  }

  /** Whether a module of a slot, of whatever stack, waits for its successor. */
  public boolean isLeaving(String slot) {
    return stacks.values().stream()
        .flatMap(stack -> stack.lanes().stream())
        .flatMap(lane -> lane.slots().stream())
        .anyMatch(its -> its.slot().equals(slot) && its.state().equals(SlotStatus.LEAVING));
  }

  /** The factories of a bundle that are there. */
  synchronized List<ModuleSource> sourcesOf(long bundleId) {
    return sources.stream().filter(source -> source.bundleId() == bundleId).toList();
  }

  /** The stacks in which a factory could fill a slot. */
  synchronized List<Stack> stacksFor(ModuleSource source) {
    String device = deviceOf(source);
    if (!started || stopped) {
      return List.of();
    }
    return device == null
        ? new ArrayList<>(stacks.values())
        : devices.containsKey(device) ? List.of(stacks.get(devices.get(device))) : List.of();
  }

  private static String deviceOf(ModuleSource source) {
    String slot = source.slot();
    return slot.startsWith(NetworkDevice.SLOT_PREFIX)
        ? slot.substring(NetworkDevice.SLOT_PREFIX.length())
        : null;
  }

  /** An interface was configured, anew or differently. */
  public synchronized void putInterface(String pid, InterfaceSettings settings) {
    configured.put(pid, settings);
    settle();
  }

  /** The configuration of an interface is gone. */
  public synchronized void removeInterface(String pid) {
    if (configured.remove(pid) != null) {
      settle();
    }
  }

  /** Brings the stacks to what is configured: releases first, then what is new. */
  private void settle() {
    if (!started || stopped) {
      return;
    }
    Map<String, String> wantedDevices = new HashMap<>();
    Map<String, Map<String, InterfaceSettings>> wanted = wanted(wantedDevices);
    devices.forEach(
        (device, stack) -> {
          if (!stack.equals(wantedDevices.get(device))) {
            stacks.get(stack).release(NetworkDevice.slotOf(device));
          }
        });
    for (String name : new ArrayList<>(inForce.keySet())) {
      Map<String, InterfaceSettings> left = wanted.getOrDefault(name, Map.of());
      for (String gone : new ArrayList<>(inForce.get(name).keySet())) {
        if (!left.containsKey(gone)) {
          inForce.get(name).remove(gone);
          stacks.get(name).removeInterface(gone);
        }
      }
      if (left.isEmpty() && !name.equals(Appliance.MAIN)) {
        inForce.remove(name);
        close(name);
      }
    }
    Map<String, String> hadDevices = devices;
    devices = wantedDevices;
    wanted.forEach(
        (name, interfaces) -> {
          Stack stack = stacks.containsKey(name) ? stacks.get(name) : open(name);
          Map<String, InterfaceSettings> had = inForce.computeIfAbsent(name, n -> new HashMap<>());
          interfaces.forEach(
              (interfaceName, settings) -> {
                if (!settings.equals(had.put(interfaceName, settings))) {
                  stack.putInterface(settings);
                }
                if (!name.equals(hadDevices.get(settings.device()))) {
                  arriveAt(stack, settings.device());
                }
              });
        });
  }

  private Map<String, Map<String, InterfaceSettings>> wanted(Map<String, String> wantedDevices) {
    Map<String, Map<String, InterfaceSettings>> wanted = new LinkedHashMap<>();
    Map<String, String> owners = new HashMap<>();
    Set<String> problems = new LinkedHashSet<>();
    configured.forEach(
        (pid, settings) -> {
          Map<String, InterfaceSettings> ofStack =
              wanted.computeIfAbsent(settings.stack(), n -> new LinkedHashMap<>());
          String owner = owners.putIfAbsent(settings.device(), pid);
          if (owner != null) {
            problems.add(
                pid + ": device " + settings.device() + " is used by " + owner + " already");
          } else if (ofStack.containsKey(settings.name())) {
            problems.add(
                pid + ": stack " + settings.stack() + " has an interface of this name already");
          } else {
            ofStack.put(settings.name(), settings);
            wantedDevices.put(settings.device(), settings.stack());
          }
        });
    wanted.values().removeIf(Map::isEmpty);
    for (String problem : problems) {
      if (told.add(problem)) {
        LOG.error("Interface is not in force: {}", problem);
      }
    }
    told.retainAll(problems);
    return wanted;
  }

  /** Why configured interfaces are not in force, a sentence each. */
  public synchronized List<String> problems() {
    return List.copyOf(told);
  }

  private Stack open(String name) {
    Stack stack = maker.apply(name);
    stacks.put(name, stack);
    inForce.put(name, new HashMap<>());
    for (ModuleSource source : sources) {
      if (deviceOf(source) == null) {
        stack.arrive(source);
      }
    }
    observer.opened(stack);
    return stack;
  }

  private void close(String name) {
    Stack stack = stacks.get(name);
    observer.closing(stack);
    stacks.remove(name);
    stack.close();
  }

  private void arriveAt(Stack stack, String device) {
    for (ModuleSource source : sources) {
      if (device.equals(deviceOf(source))) {
        stack.arrive(source);
      }
    }
  }

  /**
   * Has every stack stand still and writes what they are to a file; afterwards there is only {@link
   * #stop}. If anything fails, all go on.
   *
   * @param nanoClock the time of the lanes
   * @param clock the time of day
   */
  public synchronized ConnectionKeeper.Saved save(Path file, NanoClock nanoClock, Clock clock)
      throws IOException {
    if (!started || stopped || saved) {
      throw new IOException(
          saved ? "the connections are saved already; stop the appliance" : "no stack runs");
    }
    ConnectionKeeper.Saved result = KeptStacks.save(stacks.values(), file, nanoClock, clock);
    saved = true;
    return result;
  }

  /** Ends every stack: their modules close while the lower ones still run. */
  public synchronized void stop() {
    if (!stopped) {
      stopped = true;
      for (String name : new ArrayList<>(stacks.keySet())) {
        close(name);
      }
    }
  }
}
