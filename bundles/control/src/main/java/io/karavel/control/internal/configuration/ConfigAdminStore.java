package io.karavel.control.internal.configuration;

import io.karavel.engine.InstanceName;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Configurations as Config Admin stores them, and File Install writes them into {@code etc}. */
final class ConfigAdminStore implements ConfigurationStore {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigAdminStore.class);
  private static final String FILE = "felix.fileinstall.filename";
  private static final long SETTLE_NANOS = 5_000_000_000L;
  private static final long POLL_MILLIS = 5;

  private final ConfigurationAdmin admin;
  private final Disk disk;

  ConfigAdminStore(ConfigurationAdmin admin, Disk disk) {
    this.admin = admin;
    this.disk = disk;
  }

  @Override
  public List<String> instances() throws IOException {
    List<String> all = new ArrayList<>();
    for (String factoryPid : KnownPids.factories()) {
      for (Configuration configuration : find("(service.factoryPid=" + factoryPid + ")")) {
        all.add(nameOf(factoryPid, configuration));
      }
    }
    Collections.sort(all);
    return all;
  }

  private static String nameOf(String factoryPid, Configuration configuration) {
    return factoryPid + "~" + InstanceName.of(factoryPid, asMap(configuration.getProperties()));
  }

  private List<Configuration> find(String filter) throws IOException {
    try {
      Configuration[] found = admin.listConfigurations(filter);
      return found == null ? List.of() : List.of(found);
    } catch (InvalidSyntaxException e) {
      throw new IOException(e);
    }
  }

  private Configuration stored(String pid) throws IOException {
    String factoryPid = KnownPids.factoryPid(pid);
    if (factoryPid.equals(pid)) {
      List<Configuration> found = find("(service.pid=" + pid + ")");
      return found.isEmpty() ? null : found.get(0);
    }
    for (Configuration configuration : find("(service.factoryPid=" + factoryPid + ")")) {
      if (nameOf(factoryPid, configuration).equals(pid)) {
        return configuration;
      }
    }
    return null;
  }

  @Override
  public Map<String, String> read(String pid) throws IOException {
    Configuration configuration = stored(pid);
    if (configuration == null) {
      return KnownPids.singletons().contains(pid) ? Map.of() : null;
    }
    return ours(configuration.getProperties());
  }

  /** The keys that are no platform's, as text. */
  static Map<String, String> ours(Dictionary<String, Object> properties) {
    Map<String, String> values = new TreeMap<>();
    asMap(properties)
        .forEach(
            (key, value) -> {
              if (key.indexOf('.') < 0) {
                values.put(key, String.valueOf(value));
              }
            });
    return values;
  }

  private static Map<String, Object> asMap(Dictionary<String, Object> properties) {
    Map<String, Object> map = new TreeMap<>();
    if (properties != null) {
      for (String key : Collections.list(properties.keys())) {
        map.put(key, properties.get(key));
      }
    }
    return map;
  }

  @Override
  public void write(String pid, Map<String, String> changes) throws IOException {
    Configuration configuration = stored(pid);
    if (configuration == null) {
      if (!KnownPids.singletons().contains(pid)) {
        throw new IOException("there is no " + pid + " any more");
      }
      configuration = admin.getConfiguration(pid, "?");
    }
    Map<String, Object> properties = asMap(configuration.getProperties());
    changes.forEach(
        (key, value) -> {
          if (value == null) {
            properties.remove(key);
          } else {
            properties.put(key, value);
          }
        });
    configuration.update(FrameworkUtil.asDictionary(properties));
  }

  @Override
  public void settle(List<String> pids) throws IOException {
    long endNanos = System.nanoTime() + SETTLE_NANOS;
    for (String pid : pids) {
      Configuration configuration = stored(pid);
      Path file = configuration == null ? null : fileOf(configuration.getProperties());
      if (file == null) {
        continue; // it lives in Config Admin alone, which has written it
      }
      Map<String, String> expected = ours(configuration.getProperties());
      while (!expected.equals(content(file))) {
        if (System.nanoTime() - endNanos > 0) {
          LOG.warn("{} does not follow the change of {}; see etc/", file, pid);
          return;
        }
        try {
          Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
      disk.force(file);
      disk.forceDirectory(file.getParent());
    }
  }

  @Override
  public Map<String, String> inFile(String pid) {
    try {
      Configuration configuration = stored(pid);
      Path file = configuration == null ? null : fileOf(configuration.getProperties());
      return file == null ? null : content(file);
    } catch (IOException e) {
      return Map.of();
    }
  }

  private static Path fileOf(Dictionary<String, Object> properties) {
    Object name = properties.get(FILE);
    if (name == null) {
      return null;
    }
    try {
      Path file =
          name.toString().startsWith("file:")
              ? Path.of(URI.create(name.toString()))
              : Path.of(name.toString());
      return Files.isRegularFile(file) ? file : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Map<String, String> content(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      return Map.of(); // it is just being written
    }
    Map<String, String> values = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      if (key.indexOf('.') < 0) {
        values.put(key, properties.getProperty(key).trim());
      }
    }
    return values;
  }
}
