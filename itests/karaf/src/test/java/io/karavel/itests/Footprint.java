package io.karavel.itests;

import static org.junit.Assert.assertTrue;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * What is there of all that a module could leave behind: classes, metaspace, threads, services and
 * descriptors. Taken twice, it says what has become more.
 */
final class Footprint {
  private static final long STEADY_MILLIS = 2000;

  /** Fewer would be a report that this class cannot read. */
  private static final int FEWEST_CLASSES = 1000;

  /** In {@code jcmd VM.metaspace show-loaders show-classes}: a class, or the class of a loader. */
  private static final Pattern CLASS =
      Pattern.compile(
          "^ +\\d+: +(?:CLD \\S+ (?:\"\\S+\" )?instance of )?(?!CLD)(\\S+)", Pattern.MULTILINE);

  /** The test's own come as it goes on. */
  private static final String OWN = "io.karavel.itests.";

  /** Generated classes: hidden ones have an address behind their names, others a number. */
  private static final Pattern GENERATED =
      Pattern.compile(".*(/0x\\p{XDigit}+|(Proxy|Accessor)\\d+)");

  /** What makes each of them unique. */
  private static final Pattern NUMBER = Pattern.compile("/0x\\p{XDigit}+|\\d+");

  private final BundleContext context;
  private final Map<String, Integer> threads;
  private final Map<String, Integer> services;
  private final int descriptors;
  private final Map<String, Integer> classes;
  private final long metaspaceBytes;

  private Footprint(BundleContext context) throws Exception {
    this.context = context;
    threads = steady(Footprint::threads);
    services = steady(() -> services(context));
    descriptors = steady(Footprint::descriptors);
    classes = classes();
    metaspaceBytes = metaspaceBytes();
  }

  /** As it is once nothing comes or goes any more; former class loaders are to be collected. */
  static Footprint take(BundleContext context) throws Exception {
    return new Footprint(context);
  }

  /**
   * Waits until threads, services and descriptors are as here, and looks at the classes.
   *
   * @param copies so many more classes of one name are no leak: what is used for the first time has
   *     its accessor or its lambda
   * @return how many bytes of metaspace there are more
   */
  long expectNoMore(int copies) throws Exception {
    Poll.until("threads are as before", Footprint::threads, now -> now.equals(threads));
    Poll.until("services are as before", () -> services(context), now -> now.equals(services));
    Poll.until("descriptors are as before", Footprint::descriptors, now -> now <= descriptors);
    long grownBytes = metaspaceBytes() - metaspaceBytes;
    Map<String, Integer> more = classes();
    int loaded = count(more) - count(classes);
    classes.forEach((name, count) -> more.merge(name, -count, Integer::sum));
    more.values().removeIf(count -> count <= copies);
    System.out.println(
        "metaspace "
            + grownBytes / 1024
            + " KiB more, classes "
            + count(classes)
            + " and "
            + loaded
            + " more, descriptors "
            + descriptors
            + ", threads "
            + count(threads)
            + ", services "
            + count(services));
    assertTrue("classes that are left, by name: " + more, more.isEmpty());
    return grownBytes;
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
  static Map<String, Integer> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("karavel"))
        .collect(Collectors.toMap(name -> name, name -> 1, Integer::sum, TreeMap::new));
  }

  /** Services by what they are registered as. */
  private static Map<String, Integer> services(BundleContext context)
      throws InvalidSyntaxException {
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

  /** Classes by name, generated ones without what makes each unique; loaders by their class. */
  private static Map<String, Integer> classes() throws JMException {
    Object[] arguments = {new String[] {"show-loaders", "show-classes"}};
    String report =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "vmMetaspace",
                    arguments,
                    new String[] {String[].class.getName()});
    Map<String, Integer> classes = new TreeMap<>();
    Matcher matcher = CLASS.matcher(report);
    while (matcher.find()) {
      String name = matcher.group(1);
      boolean generated = GENERATED.matcher(name).matches();
      if (!name.startsWith(OWN)) {
        classes.merge(generated ? NUMBER.matcher(name).replaceAll("") : name, 1, Integer::sum);
      }
    }
    assertTrue("classes seen: " + count(classes), count(classes) > FEWEST_CLASSES);
    return classes;
  }

  private static long metaspaceBytes() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getName().equals("Metaspace"))
        .map(MemoryPoolMXBean::getUsage)
        .mapToLong(usage -> usage.getUsed())
        .sum();
  }
}
