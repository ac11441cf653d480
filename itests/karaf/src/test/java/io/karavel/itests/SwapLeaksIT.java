package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.karavel.control.Appliance;
import io.karavel.control.ModuleSwaps;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Nothing is left behind by swaps under traffic: {@code -Dkaravel.leakSwaps=200} makes more than a
 * build does.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class SwapLeaksIT {
  private static final int SWAPS = Integer.getInteger("karavel.leakSwaps", 20);
  private static final int MANY = 200;
  private static final long STEADY_MILLIS = 2000;
  private static final long METASPACE_BYTES = 1 << 20;
  private static final List<String> MODULES =
      List.of("tcp", "ip", "timer", "nic-memory", "congestion-bbr", "services", "metrics");

  @Inject private BundleContext context;
  @Inject private Appliance appliance;
  @Inject private ModuleSwaps swaps;
  @Inject private BootFinished bootFinished;

  private final ModuleJars jars = new ModuleJars();
  private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
  private final List<String> of = new ArrayList<>();
  private int version;

  @Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Test
  public void swapsLeaveNoClassLoaderThreadServiceOrDescriptorBehind() throws Exception {
    EchoCrowd crowd = new EchoCrowd(context, appliance);
    crowd.expectProgress("before anything is swapped");
    // what a first swap loads of Karaf and of this test stays, and is no leak
    for (int round = 0; round < 2; round++) {
      for (String module : MODULES) {
        swap(module);
      }
    }
    awaitCollected();
    Map<String, Integer> threads = steady(SwapLeaksIT::threads);
    Map<String, Integer> services = steady(this::services);
    int descriptors = steady(SwapLeaksIT::descriptors);
    long metaspace = metaspaceBytes();
    for (int i = 0; i < SWAPS; i++) {
      swap(MODULES.get(i % MODULES.size()));
    }
    crowd.expectProgress("after " + SWAPS + " swaps");
    awaitCollected();
    long grown = metaspaceBytes() - metaspace;
    System.out.println(
        SWAPS
            + " swaps: "
            + loaders.size()
            + " class loaders collected, metaspace "
            + grown / 1024
            + " KiB more, descriptors "
            + descriptors
            + " and "
            + descriptors()
            + ", threads "
            + count(threads)
            + " and "
            + count(threads())
            + ", services "
            + count(services)
            + " and "
            + count(services()));
    if (SWAPS >= MANY) { // a few say more of what Karaf loads for the first time
      assertTrue("metaspace grew by " + grown + " bytes", grown <= METASPACE_BYTES);
    }
    Poll.until("threads are as before", SwapLeaksIT::threads, now -> now.equals(threads));
    Poll.until("services are as before", this::services, now -> now.equals(services));
    Poll.until("descriptors are as before", SwapLeaksIT::descriptors, now -> now <= descriptors);
    crowd.end();
  }

  private void swap(String module) throws Exception {
    Bundle old = bundle(module);
    loaders.add(new WeakReference<>(old.adapt(BundleWiring.class).getClassLoader()));
    of.add(module + " " + old.getVersion());
    String jar = jars.version(old, "0.2." + version++).toUri().toString();
    assertEquals("committed", swaps.swap(module, jar, 0, false, line -> {}).result());
  }

  private void awaitCollected() throws Exception {
    Poll.until(
        "the loaders of former versions are collected",
        () -> {
          System.gc();
          List<String> left = new ArrayList<>();
          for (int i = 0; i < loaders.size(); i++) {
            if (loaders.get(i).get() != null) {
              left.add(of.get(i));
            }
          }
          return left;
        },
        List::isEmpty);
  }

  /** What stays the same for two seconds: something may still be on its way out. */
  private static <T> T steady(Poll.Look<T> look) throws Exception {
    return Poll.until(
        "nothing comes or goes",
        () -> {
          T before = look.look();
          Thread.sleep(STEADY_MILLIS);
          return before.equals(look.look()) ? before : null;
        },
        seen -> seen != null);
  }

  private static int count(Map<String, Integer> things) {
    return things.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Threads of ours by name; those of pools come and go. */
  private static Map<String, Integer> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("karavel"))
        .collect(Collectors.toMap(name -> name, name -> 1, Integer::sum, TreeMap::new));
  }

  /** Services by what they are registered as. */
  private Map<String, Integer> services() throws Exception {
    Map<String, Integer> services = new TreeMap<>();
    for (ServiceReference<?> reference : context.getAllServiceReferences(null, null)) {
      String name = Arrays.toString((String[]) reference.getProperty("objectClass"));
      services.merge(name, 1, Integer::sum);
    }
    return services;
  }

  private static int descriptors() {
    String[] open = new File("/proc/self/fd").list();
    return open == null ? 0 : open.length;
  }

  private static long metaspaceBytes() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getName().equals("Metaspace"))
        .map(MemoryPoolMXBean::getUsage)
        .mapToLong(usage -> usage.getUsed())
        .sum();
  }

  private Bundle bundle(String module) {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> bundle.getSymbolicName().equals("io.karavel." + module))
        .findFirst()
        .orElseThrow();
  }
}
