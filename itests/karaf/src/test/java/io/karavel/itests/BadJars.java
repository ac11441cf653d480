package io.karavel.itests;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Copies of our bundles with a defect: the classes of {@code io.karavel.testkit.successors} are put
 * in, and one call in one class of the bundle leads to them. Outside of the appliance, where the
 * testkit is at hand.
 */
final class BadJars {
  private static final String SUCCESSORS = "io/karavel/testkit/successors";
  private static final String BAD_BUNDLE = SUCCESSORS + "/BadBundle";
  private static final String CONTEXT = "org/osgi/framework/BundleContext";
  private static final String REGISTRATION = "Lorg/osgi/framework/ServiceRegistration;";
  private static final String PARAMETERS =
      "Ljava/lang/Class;Ljava/lang/Object;Ljava/util/Dictionary;";
  private static final String[] REGISTER = {
    CONTEXT, "registerService", "(" + PARAMETERS + ")" + REGISTRATION
  };
  private static final String[] INSTEAD = {
    BAD_BUNDLE, "registerService", "(L" + CONTEXT + ";" + PARAMETERS + ")" + REGISTRATION
  };
  private static final Map<String, String> COMPONENTS =
      Map.of("tcp", "TcpComponent", "ip", "IpComponent", "timer", "TimerComponent");

  private final ModuleJars jars = new ModuleJars();
  private final Map<String, byte[]> classes;

  BadJars() throws IOException {
    classes = classes();
  }

  /** The jar of a module with a defect that {@code BadBundle} knows, in another version. */
  Path jar(String module, String defect, String version) throws IOException {
    Path built = Modules.built(module);
    String component = "io/karavel/" + module + "/internal/" + COMPONENTS.get(module) + ".class";
    Map<String, byte[]> more = new HashMap<>(classes);
    more.put("META-INF/defect", defect.getBytes(StandardCharsets.UTF_8));
    try (JarFile jar = new JarFile(built.toFile());
        InputStream in = jar.getInputStream(jar.getEntry(component))) {
      more.put(component, RedirectedCall.in(in.readAllBytes(), REGISTER, INSTEAD));
    }
    // the classes that were put in need packages that the module by itself does not
    Map<String, String> headers =
        Map.of("Bundle-Version", version, "DynamicImport-Package", "io.karavel.*");
    return jars.changed(built, headers, more);
  }

  private static Map<String, byte[]> classes() throws IOException {
    URL url = BadJars.class.getClassLoader().getResource(BAD_BUNDLE + ".class");
    if (url == null) {
      throw new IllegalStateException("the testkit is not on the class path");
    }
    String name = url.toString();
    int end = name.indexOf("!/");
    if (end < 0) {
      return classes(Path.of(URI.create(name.substring(0, name.indexOf(SUCCESSORS)))));
    }
    try (FileSystem jar = FileSystems.newFileSystem(URI.create(name.substring(0, end)), Map.of())) {
      return classes(jar.getPath("/"));
    }
  }

  private static Map<String, byte[]> classes(Path root) throws IOException {
    Map<String, byte[]> classes = new HashMap<>();
    List<Path> files;
    try (Stream<Path> walk = Files.walk(root.resolve("io/karavel/testkit"))) {
      files = walk.toList();
    }
    for (Path file : files) {
      String name = root.relativize(file).toString();
      if (name.endsWith(".class") && (name.startsWith(SUCCESSORS) || name.contains("/Faulty"))) {
        classes.put(name, Files.readAllBytes(file));
      }
    }
    return classes;
  }
}
