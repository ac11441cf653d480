package io.karavel.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of one PID as a DS component holds them: a wrong update is refused as a whole,
 * logged once, and what was in force stays in force; at a first start with nothing good yet the
 * defaults rule. Register it as an OSGi service (under this class) so that {@code net:status} can
 * show stored against applied. Any thread.
 *
 * @param <S> the settings record
 */
public final class LiveSettings<S> {
  /** Turns a raw map into a settings record. */
  @FunctionalInterface
  public interface Parser<S> {
    /** Parses; refuses as a whole. */
    S parse(Map<String, ?> raw) throws SettingsException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);

  private final String pid;
  private final Parser<S> parser;
  private S inForce;
  private Map<String, Object> applied = Map.of();
  private Map<String, Object> stored = Map.of();
  private String problem;
  private String notice;
  private String caution;

  /** The settings of a PID, at first the defaults (what the parser makes of an empty map). */
  public LiveSettings(String pid, Parser<S> parser) {
    this(pid, parser, true);
  }

  private LiveSettings(String pid, Parser<S> parser, boolean defaults) {
    this.pid = pid;
    this.parser = parser;
    if (!defaults) {
      return;
    }
    try {
      inForce = parser.parse(Map.of());
    } catch (SettingsException e) {
      throw new IllegalStateException("the defaults of " + pid + " are refused", e);
    }
  }

  /**
   * The settings of an instance of a factory PID that has keys without a default, such as the
   * device of an interface: nothing is in force until something good was given.
   */
  public static <S> LiveSettings<S> withoutDefaults(String pid, Parser<S> parser) {
    return new LiveSettings<>(pid, parser, false);
  }

  /**
   * Takes in a raw configuration.
   *
   * @return whether it was accepted; ask {@link #inForce()} for what rules now
   */
  public synchronized boolean update(Map<String, ?> raw) {
    Map<String, Object> copy = new LinkedHashMap<>();
    raw.forEach(
        (key, value) -> {
          if (key.indexOf('.') < 0) {
            copy.put(key, value);
          }
        });
    stored = copy;
    try {
      inForce = parser.parse(raw);
      applied = copy;
      problem = null;
      return true;
    } catch (SettingsException e) {
      if (!Objects.equals(problem, e.getMessage())) {
        LOG.error("Configuration refused, what was in force stays: {}", e.getMessage());
      }
      problem = e.getMessage();
      return false;
    }
  }

  /** The PID. */
  public String pid() {
    return pid;
  }

  /** What rules; null if {@linkplain #withoutDefaults nothing} good was ever given. */
  public synchronized S inForce() {
    return inForce;
  }

  /** The keys given in the last good configuration. */
  public synchronized Map<String, Object> applied() {
    return applied;
  }

  /** The keys of the last configuration, good or not. */
  public synchronized Map<String, Object> stored() {
    return stored;
  }

  /** Says what a setting in force still waits for, or null if for nothing. */
  public synchronized void notice(String text) {
    if (text != null && !text.equals(notice)) {
      LOG.warn("{}: {}", pid, text);
    }
    notice = text;
  }

  /** What a setting in force still waits for, such as another bundle; null if for nothing. */
  public synchronized String notice() {
    return notice;
  }

  /** Says what in the settings in force is seldom meant, or null if nothing is. */
  public synchronized void caution(String text) {
    if (text != null && !text.equals(caution)) {
      LOG.warn("{}: {}", pid, text);
    }
    caution = text;
  }

  /** What in the settings in force is seldom meant; null if nothing is. */
  public synchronized String caution() {
    return caution;
  }

  /** Why the stored configuration is not in force; null if it is. */
  public synchronized String problem() {
    return problem;
  }
}
