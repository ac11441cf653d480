package io.karavel.control.internal.configuration;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Configurations in files that are written in their places, as File Install does, and read again at
 * a start: one that is killed may leave a torn or empty one.
 */
final class EtcStore implements ConfigurationStore {
  private final Path etc;
  private final Map<String, Map<String, String>> stored = new TreeMap<>();

  EtcStore(Path etc) throws IOException {
    this.etc = etc;
    Files.createDirectories(etc);
    for (String pid : KnownPids.singletons()) {
      Path file = file(pid);
      if (Files.exists(file)) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
          properties.load(reader);
        }
        Map<String, String> values = new TreeMap<>();
        properties.forEach((key, value) -> values.put((String) key, (String) value));
        stored.put(pid, values);
      }
    }
  }

  private Path file(String pid) {
    return etc.resolve(pid + ".cfg");
  }

  @Override
  public List<String> instances() {
    return List.of();
  }

  @Override
  public Map<String, String> read(String pid) {
    return new TreeMap<>(stored.getOrDefault(pid, Map.of()));
  }

  @Override
  public Map<String, String> inFile(String pid) {
    return null;
  }

  @Override
  public void write(String pid, Map<String, String> changes) {
    Map<String, String> values = stored.computeIfAbsent(pid, p -> new TreeMap<>());
    values.putAll(changes);
    values.values().removeIf(Objects::isNull);
  }

  /** Letter by letter, so that a kill finds it in the middle. */
  @Override
  public void settle(List<String> pids) throws IOException {
    for (String pid : pids) {
      try (var out = Files.newOutputStream(file(pid))) {
        for (Map.Entry<String, String> entry : stored.get(pid).entrySet()) {
          for (char letter : (entry.getKey() + " = " + entry.getValue() + "\n").toCharArray()) {
            out.write(String.valueOf(letter).getBytes(StandardCharsets.UTF_8));
          }
        }
      }
    }
  }
}
