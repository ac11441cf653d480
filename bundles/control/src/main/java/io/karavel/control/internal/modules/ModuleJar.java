package io.karavel.control.internal.modules;

import io.karavel.control.ModuleSwapException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/**
 * The jar of a module, fetched into the appliance's own store so that it is there for the next
 * start, whatever becomes of the place it came from.
 *
 * @param location by which the bundle is installed and its feature names it
 * @param file where it lies
 * @param symbolicName of the bundle
 * @param version of the bundle
 */
record ModuleJar(String location, Path file, String symbolicName, Version version) {
  private static final long MOST_BYTES = 64L << 20;

  /** The same, known by another location. */
  ModuleJar at(String otherLocation) {
    return new ModuleJar(otherLocation, file, symbolicName, version);
  }

  /** Fetches a jar; {@link #keep} or {@link #discard} is to follow. */
  static ModuleJar fetch(String url, Path store) throws ModuleSwapException {
    Path fetched = null;
    boolean whole = false;
    try {
      Files.createDirectories(store);
      fetched = Files.createTempFile(store, "fetched", ".part");
      try (InputStream in = URI.create(url).toURL().openStream()) {
        if (Files.copy(new Limited(in), fetched, StandardCopyOption.REPLACE_EXISTING)
            >= MOST_BYTES) {
          throw new ModuleSwapException(url + " is larger than " + (MOST_BYTES >> 20) + " MB");
        }
      }
      ModuleJar jar = read(url, fetched);
      whole = true;
      return jar;
    } catch (IOException | IllegalArgumentException e) {
      throw new ModuleSwapException("cannot fetch " + url + ": " + e);
    } finally {
      if (!whole) {
        delete(fetched);
      }
    }
  }

  /** Under its own name; a file of the same name and version is replaced. */
  ModuleJar keep() throws ModuleSwapException {
    try {
      Path kept = kept(file.getParent(), symbolicName, version);
      Files.move(file, kept, StandardCopyOption.REPLACE_EXISTING);
      return new ModuleJar(kept.toUri().toString(), kept, symbolicName, version);
    } catch (IOException e) {
      throw new ModuleSwapException("cannot keep " + file + ": " + e);
    }
  }

  /** Where a version of a bundle is kept. */
  static Path kept(Path store, String symbolicName, Version version) {
    return store.resolve(symbolicName + "-" + version + ".jar");
  }

  /** Whether another has the same bytes. */
  boolean isSameAs(ModuleJar other) throws ModuleSwapException {
    try {
      return Files.mismatch(file, other.file) == -1;
    } catch (IOException e) {
      throw new ModuleSwapException("cannot compare " + file + " with " + other.file + ": " + e);
    }
  }

  /** It is not wanted. */
  void discard() {
    delete(file);
  }

  private static ModuleJar read(String url, Path file) throws ModuleSwapException {
    try (JarFile jar = new JarFile(file.toFile())) {
      Manifest manifest = jar.getManifest();
      Attributes attributes = manifest == null ? new Attributes() : manifest.getMainAttributes();
      String name = attributes.getValue(Constants.BUNDLE_SYMBOLICNAME);
      if (name == null) {
        throw new ModuleSwapException(url + " is no bundle: it has no Bundle-SymbolicName");
      }
      int parameters = name.indexOf(';');
      return new ModuleJar(
          url,
          file,
          (parameters < 0 ? name : name.substring(0, parameters)).trim(),
          Version.parseVersion(attributes.getValue(Constants.BUNDLE_VERSION)));
    } catch (IOException e) {
      throw new ModuleSwapException(url + " is no jar: " + e.getMessage());
    }
  }

  private static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // it stays in the store, where the next fetch replaces it
    }
  }

  /** Ends after so many bytes. */
  private static final class Limited extends InputStream {
    private final InputStream in;
    private long left = MOST_BYTES;

    Limited(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      return left-- <= 0 ? -1 : in.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = left <= 0 ? -1 : in.read(target, offset, (int) Math.min(length, left));
      left -= Math.max(0, count);
      return count;
    }
  }
}
