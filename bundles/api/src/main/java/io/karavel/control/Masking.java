package io.karavel.control;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Keeps secrets out of everything that is printed, logged, recorded or packed: the value of every
 * key that is called like one, though no key of ours should be.
 */
public final class Masking {
  /** What stands in the place of a secret. */
  public static final String MASK = "***";

  private static final Pattern SECRET_KEY =
      Pattern.compile("passw(or)?d|passphrase|secret|token|credential|private.?key|api.?key");

  private static final String VALUE = "(\"[^\"]*\"|'[^']*'|[^\\s;&]+)";

  /** Up to an assigned value. */
  private static final String ASSIGNED = "[\\w.-]*+[\"']?\\s*+[=:]\\s*+";

  /**
   * A word that is called like a secret, up to where it is. It is looked for from the beginning of
   * each word alone and found once, so that the time is linear whatever the text is.
   */
  private static final String SECRET_WORD =
      "(?<![\\w.-])(?>[\\w.-]*?(?:passw(?:or)?d|passphrase|secret|token|credential"
          + "|private[\\w.-]?key|api[\\w.-]?key))";

  private static final Pattern ASSIGNMENT =
      Pattern.compile("(?i)(" + SECRET_WORD + ASSIGNED + ")" + VALUE);

  /** One that is two words. */
  private static final Pattern WORDS_ASSIGNMENT =
      Pattern.compile("(?i)((?:private|api)[^\\w.-]key" + ASSIGNED + ")" + VALUE);

  /** A key of its own and its value behind it, as config:property-set takes them. */
  private static final Pattern PAIR =
      Pattern.compile(
          "(?i)("
              + SECRET_WORD
              + "[\\w.-]*+[\"']?[ \\t]++)(\"[^\"]*\"|'[^']*'|[^\\s=:;]+)(?=[\\s;]|$)");

  /** The password in an address, as in {@code https://alice:…@host/}. */
  private static final Pattern USER_INFO = Pattern.compile("(://[^\\s/:@]*:)[^\\s/]+(?=@)");

  private Masking() {}

  /** Whether the value of a key is nobody's business. */
  public static boolean isSecret(String key) {
    return SECRET_KEY.matcher(key.toLowerCase(Locale.ROOT)).find();
  }

  /** The value, or what stands in its place. */
  public static Object value(String key, Object value) {
    return isSecret(key) ? MASK : value;
  }

  /** A configuration with what stands in the place of its secrets. */
  public static Map<String, Object> values(Map<String, ?> configuration) {
    Map<String, Object> masked = new LinkedHashMap<>();
    configuration.forEach((key, value) -> masked.put(key, value(key, value)));
    return masked;
  }

  /** A text in which {@code password=…} and its like and passwords in addresses are masked. */
  public static String text(String text) {
    String masked = ASSIGNMENT.matcher(text).replaceAll("$1" + MASK);
    masked = WORDS_ASSIGNMENT.matcher(masked).replaceAll("$1" + MASK);
    return USER_INFO.matcher(masked).replaceAll("$1" + MASK);
  }

  /** A line that was typed: in it {@code --password …} and {@code password …} are masked too. */
  public static String typed(String line) {
    return PAIR.matcher(text(line)).replaceAll("$1" + MASK);
  }
}
