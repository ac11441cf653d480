package io.karavel.services.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Answers of the status page, RFC 9110 and 9112, as bytes. */
final class HttpResponse {
  static final String TEXT = "text/plain; charset=utf-8";
  static final String JSON = "application/json";

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);

  private HttpResponse() {}

  /** An answer; to HEAD it is the same without the body. */
  static ByteBuffer of(
      int status, String type, byte[] body, boolean head, boolean close, Clock clock) {
    StringBuilder text = new StringBuilder(256);
    text.append("HTTP/1.1 ").append(status).append(' ').append(reason(status)).append("\r\n");
    text.append("Date: ")
        .append(DATE.format(ZonedDateTime.now(clock).withZoneSameInstant(ZoneOffset.UTC)))
        .append("\r\n");
    text.append("Content-Type: ").append(type).append("\r\n");
    text.append("Content-Length: ").append(body.length).append("\r\n");
    text.append("Cache-Control: no-store\r\n");
    if (status == 405) {
      text.append("Allow: GET, HEAD\r\n");
    }
    text.append("Connection: ").append(close ? "close" : "keep-alive").append("\r\n\r\n");
    byte[] start = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer answer = ByteBuffer.allocate(start.length + (head ? 0 : body.length));
    answer.put(start);
    if (!head) {
      answer.put(body);
    }
    return answer.flip();
  }

  private static String reason(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 413 -> "Content Too Large";
      case 431 -> "Request Header Fields Too Large";
      case 501 -> "Not Implemented";
      case 505 -> "HTTP Version Not Supported";
      default -> "Bad Request";
    };
  }
}
