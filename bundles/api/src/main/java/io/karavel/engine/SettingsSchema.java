package io.karavel.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All keys of one PID. Parsing is all or nothing: one bad value refuses the whole update, and every
 * bad value is named.
 */
public final class SettingsSchema {
  private final String pid;
  private final Map<String, Setting<?>> settings = new LinkedHashMap<>();

  /** The schema of a PID or factory PID. */
  public SettingsSchema(String pid, List<? extends Setting<?>> settings) {
    this.pid = pid;
    for (Setting<?> setting : settings) {
      if (this.settings.put(setting.key(), setting) != null) {
        throw new IllegalArgumentException("key " + setting.key() + " twice");
      }
    }
  }

  /** The PID. */
  public String pid() {
    return pid;
  }

  /** The keys in order of definition. */
  public List<Setting<?>> settings() {
    return List.copyOf(settings.values());
  }

  /** The setting of a key, or null. */
  public Setting<?> setting(String key) {
    return settings.get(key);
  }

  /** The defaults. */
  public Values defaults() {
    return new Values(new LinkedHashMap<>());
  }

  /**
   * Parses a raw map as Config Admin delivers it. Keys of the platform (service.*, felix.*,
   * component.*, those with a dot) are passed over; other unknown keys are refused.
   *
   * @throws SettingsException naming every key that is wrong, its value and its range
   */
  public Values parse(Map<String, ?> raw) throws SettingsException {
    Map<String, Object> values = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    raw.forEach(
        (key, value) -> {
          Setting<?> setting = settings.get(key);
          if (setting != null) {
            try {
              values.put(key, setting.parse(value));
            } catch (IllegalArgumentException e) {
              problems.add(e.getMessage());
            }
          } else if (key.indexOf('.') < 0) {
            problems.add(
                key
                    + " is not a key of "
                    + pid
                    + "; its keys are "
                    + String.join(", ", settings.keySet()));
          }
        });
    if (!problems.isEmpty()) {
      throw new SettingsException(pid, problems);
    }
    return new Values(values);
  }

  /** Parsed values; what was not given has its default. */
  public final class Values {
    private final Map<String, Object> given;

    private Values(Map<String, Object> given) {
      this.given = given;
    }

    /** The value of a setting of this schema. */
    public <T> T get(Setting<T> setting) {
      if (settings.get(setting.key()) != setting) {
        throw new IllegalArgumentException(setting.key() + " is not of " + pid);
      }
      Object value = given.get(setting.key());
      return value == null ? setting.defaultValue() : setting.type().cast(value);
    }

    /** A number as int; settings that are read so have a range within int. */
    public int intValue(Setting<Long> setting) {
      return Math.toIntExact(get(setting));
    }

    /** Whether the key was given. */
    public boolean isGiven(Setting<?> setting) {
      return given.containsKey(setting.key());
    }

    /** Every key with its value in force, in order of definition. */
    public Map<String, Object> asMap() {
      Map<String, Object> all = new LinkedHashMap<>();
      for (Setting<?> setting : settings.values()) {
        all.put(setting.key(), get(setting));
      }
      return all;
    }
  }
}
