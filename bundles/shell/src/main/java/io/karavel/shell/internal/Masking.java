package io.karavel.shell.internal;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Keeps secrets out of everything that is printed, logged or packed. */
final class Masking {
  /** What stands in the place of a secret. */
  static final String MASK = "***";

  private static final Pattern SECRET_KEY =
      Pattern.compile("passw(or)?d|passphrase|secret|token|credential|private.?key|api.?key");

  private static final Pattern ASSIGNMENT =
      Pattern.compile(
          "(?i)([\\w.-]*(?:"
              + SECRET_KEY.pattern()
              + ")[\\w.-]*[\"']?\\s*[=:]\\s*)(\"[^\"]*\"|'[^']*'|[^\\s,;&]+)");

  private Masking() {}

  /** Whether the value of a key is nobody's business. */
  static boolean isSecret(String key) {
    return SECRET_KEY.matcher(key.toLowerCase(Locale.ROOT)).find();
  }

  /** The value, or what stands in its place. */
  static Object value(String key, Object value) {
    return isSecret(key) ? MASK : value;
  }

  /** A configuration with what stands in the place of its secrets. */
  static Map<String, Object> values(Map<String, ?> configuration) {
    Map<String, Object> masked = new LinkedHashMap<>();
    configuration.forEach((key, value) -> masked.put(key, value(key, value)));
    return masked;
  }

  /** A text in which {@code password=…} and the like are masked. */
  static String text(String text) {
    return ASSIGNMENT.matcher(text).replaceAll("$1" + MASK);
  }
}
