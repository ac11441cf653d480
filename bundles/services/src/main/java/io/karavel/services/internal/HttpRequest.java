package io.karavel.services.internal;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The head of a request, RFC 9112 §2 to §6, as far as a server of two pages needs it.
 *
 * @param error 0, or the status to answer with before closing: what follows cannot be trusted
 * @param problem what is wrong, in words; empty if nothing is
 * @param method the method, case-sensitive
 * @param path the path without query
 * @param keepAlive whether the client wants to go on with the connection
 * @param bodyBytes length of the body that follows
 * @param headBytes length of the head with its empty line
 */
record HttpRequest(
    int error,
    String problem,
    String method,
    String path,
    boolean keepAlive,
    long bodyBytes,
    int headBytes) {
  /** Largest body that is read over: nobody needs to send one. */
  static final long MAX_BODY_BYTES = 1 << 20;

  private static HttpRequest bad(int status, String problem) {
    return new HttpRequest(status, problem, "", "", false, 0, 0);
  }

  /** A head longer than allowed. */
  static HttpRequest tooLong(int limitBytes) {
    return bad(431, "the request line with its headers is longer than " + limitBytes + " bytes");
  }

  /**
   * Reads the head at the beginning of {@code bytes}.
   *
   * @return null while it is not complete
   */
  static HttpRequest parse(byte[] bytes, int length) {
    int start = 0;
    // RFC 9112 §2.2: empty lines before the request line are passed over.
    while (start < length && (bytes[start] == '\r' || bytes[start] == '\n')) {
      start++;
    }
    int end = endOfHead(bytes, start, length);
    if (end < 0) {
      return null;
    }
    String head = new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    for (int i = 0; i < head.length(); i++) {
      char c = head.charAt(i);
      if (c == 0 || c == '\r' && (i + 1 == head.length() || head.charAt(i + 1) != '\n')) {
        return bad(400, "a control character in the head");
      }
    }
    String[] lines = head.split("\r?\n");
    String[] words = lines[0].split(" ", -1);
    if (words.length != 3 || !isToken(words[0]) || words[1].isEmpty()) {
      return bad(400, "the request line is not METHOD TARGET HTTP/1.1");
    }
    if (!words[2].matches("HTTP/[0-9]\\.[0-9]")) {
      return bad(400, "the version is not of the form HTTP/1.1");
    }
    if (words[2].charAt(5) != '1') {
      return bad(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    }
    String path = path(words[1]);
    if (path == null) {
      return bad(400, "the target is neither a path nor an http address");
    }
    return headers(lines, words[0], path, words[2].charAt(7) != '0', end);
  }

  private static HttpRequest headers(
      String[] lines, String method, String path, boolean version11, int headBytes) {
    boolean close = false;
    boolean keep = false;
    int hosts = 0;
    long bodyBytes = -1;
    boolean coded = false;
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon < 1 || !isToken(lines[i].substring(0, colon))) {
        return bad(400, "a header line is not NAME: VALUE");
      }
      String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
      String value = lines[i].substring(colon + 1).trim();
      switch (name) {
        case "host" -> hosts++;
        case "transfer-encoding" -> coded = true;
        case "content-length" -> {
          if (!value.matches("[0-9]{1,18}") || bodyBytes >= 0) {
            return bad(400, "Content-Length is not one number");
          }
          bodyBytes = Long.parseLong(value);
        }
        case "connection" -> {
          for (String option : value.toLowerCase(Locale.ROOT).split(",")) {
            close |= option.trim().equals("close");
            keep |= option.trim().equals("keep-alive");
          }
        }
        default -> {
          // every other header says nothing that these pages depend on
        }
      }
    }
    if (hosts > 1 || version11 && hosts == 0) {
      return bad(400, "HTTP/1.1 needs exactly one Host header");
    }
    if (coded) {
      return bad(bodyBytes >= 0 ? 400 : 501, "transfer codings are not taken here");
    }
    if (bodyBytes > MAX_BODY_BYTES) {
      return bad(413, "a body of more than " + MAX_BODY_BYTES + " bytes is not taken");
    }
    boolean keepAlive = !close && (version11 || keep);
    return new HttpRequest(0, "", method, path, keepAlive, Math.max(0, bodyBytes), headBytes);
  }

  /** Index behind the empty line that ends the head; -1 if there is none yet. */
  private static int endOfHead(byte[] bytes, int start, int length) {
    for (int i = start; i < length; i++) {
      if (bytes[i] == '\n') {
        if (i + 1 < length && bytes[i + 1] == '\n') {
          return i + 2;
        }
        if (i + 2 < length && bytes[i + 1] == '\r' && bytes[i + 2] == '\n') {
          return i + 3;
        }
      }
    }
    return -1;
  }

  private static String path(String target) {
    String path = target;
    String lower = target.toLowerCase(Locale.ROOT);
    if (lower.startsWith("http://")) {
      int slash = target.indexOf('/', 7);
      path = slash < 0 ? "/" : target.substring(slash);
    } else if (target.equals("*")) {
      return "*";
    } else if (!target.startsWith("/")) {
      return null;
    }
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  private static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c >= 127 || "\"(),/:;<=>?@[\\]{}".indexOf(c) >= 0) {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
