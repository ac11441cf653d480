package io.karavel.engine;

import java.util.List;
import java.util.Locale;

/**
 * One configuration key: its type, default, range, unit and meaning. The single source for parsing,
 * for the shell and for the manual; a test holds the Metatype definition equal to it.
 *
 * @param <T> Long, Double, Boolean, String
 */
public final class Setting<T> {
  /** When a change takes effect. */
  public enum Applies {
    /** Also for what exists already. */
    LIVE,
    /** For what is opened or created later. */
    NEW
  }

  private final String key;
  private final Class<T> type;
  private final T defaultValue;
  private final double minimum;
  private final double maximum;
  private final List<String> choices;
  private final String unit;
  private final Applies applies;
  private final String description;

  private Setting(
      String key,
      Class<T> type,
      T defaultValue,
      double minimum,
      double maximum,
      List<String> choices,
      String unit,
      Applies applies,
      String description) {
    this.key = key;
    this.type = type;
    this.defaultValue = defaultValue;
    this.minimum = minimum;
    this.maximum = maximum;
    this.choices = choices;
    this.unit = unit;
    this.applies = applies;
    this.description = description;
  }

  /** A whole number within a range, both ends included; {@code unit} such as "ms", "count". */
  public static Setting<Long> number(
      String key,
      long defaultValue,
      long minimum,
      long maximum,
      String unit,
      Applies applies,
      String description) {
    return new Setting<>(
        key, Long.class, defaultValue, minimum, maximum, List.of(), unit, applies, description);
  }

  /** A fraction within a range, such as a percentage with decimals. */
  public static Setting<Double> fraction(
      String key,
      double defaultValue,
      double minimum,
      double maximum,
      String unit,
      Applies applies,
      String description) {
    return new Setting<>(
        key, Double.class, defaultValue, minimum, maximum, List.of(), unit, applies, description);
  }

  /** A switch: true or false. */
  public static Setting<Boolean> flag(
      String key, boolean defaultValue, Applies applies, String description) {
    return new Setting<>(
        key, Boolean.class, defaultValue, 0, 0, List.of(), "", applies, description);
  }

  /** One word of several. */
  public static Setting<String> choice(
      String key, String defaultValue, List<String> choices, Applies applies, String description) {
    return new Setting<>(
        key, String.class, defaultValue, 0, 0, List.copyOf(choices), "", applies, description);
  }

  /** Free text, checked further by whoever parses it. */
  public static Setting<String> text(
      String key, String defaultValue, Applies applies, String description) {
    return new Setting<>(
        key, String.class, defaultValue, 0, 0, List.of(), "", applies, description);
  }

  /** The key, as in the configuration. */
  public String key() {
    return key;
  }

  /** The type of the value. */
  public Class<T> type() {
    return type;
  }

  /** The value when the key is not given. */
  public T defaultValue() {
    return defaultValue;
  }

  /** Smallest number allowed. */
  public double minimum() {
    return minimum;
  }

  /** Largest number allowed. */
  public double maximum() {
    return maximum;
  }

  /** The words allowed; empty for free text. */
  public List<String> choices() {
    return choices;
  }

  /** The unit: "ms", "s", "count", "bytes", "%" or empty. */
  public String unit() {
    return unit;
  }

  /** When a change takes effect. */
  public Applies applies() {
    return applies;
  }

  /** What it is for, one sentence. */
  public String description() {
    return description;
  }

  /** The range in words: "1 to 127 count", "off, auto, always", "true or false". */
  public String range() {
    if (type == Boolean.class) {
      return "true or false";
    }
    if (!choices.isEmpty()) {
      return String.join(", ", choices);
    }
    if (type == String.class) {
      return "text";
    }
    String low = type == Long.class ? Long.toString((long) minimum) : Double.toString(minimum);
    String high = type == Long.class ? Long.toString((long) maximum) : Double.toString(maximum);
    return (low + " to " + high + " " + unit).trim();
  }

  /**
   * Reads a raw value of any type Config Admin may hold.
   *
   * @throws IllegalArgumentException with the key, the value and the range
   */
  T parse(Object raw) {
    String text = String.valueOf(raw).trim();
    try {
      if (type == Long.class) {
        long value = raw instanceof Double ? exact((Double) raw) : Long.parseLong(text);
        if (value >= minimum && value <= maximum) {
          return type.cast(value);
        }
      } else if (type == Double.class) {
        double value = Double.parseDouble(text);
        if (value >= minimum && value <= maximum) {
          return type.cast(value);
        }
      } else if (type == Boolean.class) {
        String word = text.toLowerCase(Locale.ROOT);
        if (word.equals("true") || word.equals("false")) {
          return type.cast(Boolean.valueOf(word));
        }
      } else if (choices.isEmpty() || choices.contains(text)) {
        return type.cast(text);
      }
    } catch (NumberFormatException e) {
      // falls through to the one message below
    }
    throw new IllegalArgumentException(
        key + " = '" + text + "' is refused: the range is " + range());
  }

  private static long exact(double value) {
    if (value != Math.rint(value)) {
      throw new NumberFormatException("not a whole number");
    }
    return (long) value;
  }
}
