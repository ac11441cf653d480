package io.karavel.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** The modules that can be replaced while the appliance runs, and their bundles. */
final class Modules {
  /** All of them. */
  static final List<String> ALL =
      List.of(
          "timer",
          "nic-memory",
          "nic-tap",
          "ip",
          "tcp",
          "congestion-bbr",
          "services",
          "metrics",
          "diagnostics",
          "control",
          "shell");

  /** Those that {@code net:module-swap} takes: it is in control itself. */
  static final List<String> SWAPPABLE =
      ALL.stream().filter(module -> !module.equals("control")).collect(Collectors.toList());

  private Modules() {}

  /** The bundle of a module. */
  static Bundle bundle(BundleContext context, String module) {
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getSymbolicName().equals("io.karavel." + module))
        .findFirst()
        .orElseThrow();
  }

  /** The jar of a module that this build has made; outside of the appliance. */
  static Path built(String module) throws IOException {
    Path target = Path.of(System.getProperty("checkout"), "bundles", module, "target");
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(file -> file.getFileName().toString().matches(module + "-[\\d.]+.*\\.jar"))
          .filter(file -> !file.toString().matches(".*-(sources|javadoc|tests)\\.jar"))
          .findFirst()
          .orElseThrow();
    }
  }
}
