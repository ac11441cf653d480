package io.karavel.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.osgi.framework.Bundle;

/** Other versions of an installed module: its own jar with another manifest, and changes. */
final class ModuleJars {
  private final Path folder;

  ModuleJars() {
    try {
      // in a container its own data, else the build's: both are removed before the next run
      Path parent = Path.of(System.getProperty("karaf.data", "target/exam"));
      folder = Files.createTempDirectory(Files.createDirectories(parent), "karavel-modules");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same code under another version. */
  Path version(Bundle module, String version) throws IOException {
    return changed(module, Map.of("Bundle-Version", version), Map.of(), null);
  }

  /** The same, of a jar that was built. */
  Path version(Path built, String version) throws IOException {
    return changed(built.toUri(), Map.of("Bundle-Version", version), Map.of(), null);
  }

  /** A jar that was built, with other headers, and entries added or replaced. */
  Path changed(Path built, Map<String, String> headers, Map<String, byte[]> more)
      throws IOException {
    return changed(built.toUri(), headers, more, null);
  }

  /**
   * A changed jar.
   *
   * @param headers headers of the manifest to be set; an empty value removes one
   * @param more entries to be added or replaced, by name
   * @param without an entry to be left out, or null
   */
  Path changed(Bundle module, Map<String, String> headers, Map<String, byte[]> more, String without)
      throws IOException {
    return changed(URI.create(module.getLocation()), headers, more, without);
  }

  private Path changed(
      URI jarFile, Map<String, String> headers, Map<String, byte[]> more, String without)
      throws IOException {
    Path file = Files.createTempFile(folder, "module", ".jar");
    try (InputStream in = jarFile.toURL().openStream();
        JarInputStream jar = new JarInputStream(in);
        OutputStream out = Files.newOutputStream(file)) {
      Manifest manifest = new Manifest(jar.getManifest());
      headers.forEach(
          (name, value) -> {
            if (value.isEmpty()) {
              manifest.getMainAttributes().remove(new java.util.jar.Attributes.Name(name));
            } else {
              manifest.getMainAttributes().putValue(name, value);
            }
          });
      try (JarOutputStream changed = new JarOutputStream(out, manifest)) {
        for (JarEntry e = jar.getNextJarEntry(); e != null; e = jar.getNextJarEntry()) {
          if (!e.isDirectory() && !e.getName().equals(without) && !more.containsKey(e.getName())) {
            changed.putNextEntry(new ZipEntry(e.getName()));
            jar.transferTo(changed);
          }
        }
        for (Map.Entry<String, byte[]> entry : more.entrySet()) {
          changed.putNextEntry(new ZipEntry(entry.getKey()));
          changed.write(entry.getValue());
        }
      }
    }
    return file;
  }
}
