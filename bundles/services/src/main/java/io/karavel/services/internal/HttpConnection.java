package io.karavel.services.internal;

import io.karavel.tcp.TcpSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;

/**
 * HTTP/1.1 for the status page: GET and HEAD, persistent and pipelined. The attachment is an array
 * of the bytes of the next head, the bytes of the answer under way (or null), and numbers. While an
 * answer is under way nothing more is read.
 */
final class HttpConnection extends ServiceConnection {
  private static final int FIRST_HEAD_BYTES = 1024;

  private static final int HEAD = 0;
  private static final int ANSWER = 1;
  private static final int NUMBERS = 2;

  private static final int BODY_LEFT = 0;
  private static final int REQUESTS = 1;
  private static final int ENDING = 2;

  /** {@link #ENDING}: the answer under way is the last. */
  private static final long LAST_ANSWER = 1;

  /** {@link #ENDING}: FIN follows the answers; what still comes is discarded until the peer's. */
  private static final long DRAINING = 2;

  private final StatusPage page;
  private final Clock clock;
  private final Object[] note;
  private final long[] numbers;

  /** When the answer that waits for fresh figures was asked for; 0 if none waits. */
  private long askedNanos;

  private volatile boolean waiting;

  HttpConnection(BuiltIn service, TcpSocket socket, StatusPage page, Clock clock) {
    super(service, socket);
    this.page = page;
    this.clock = clock;
    if (socket.attachment() instanceof Object[] kept) {
      note = kept;
    } else {
      note = new Object[] {ByteBuffer.allocate(FIRST_HEAD_BYTES), null, new long[3]};
      socket.attach(note);
    }
    numbers = (long[]) note[NUMBERS];
  }

  @Override
  long serve(TcpSocket socket, int turnBytes) throws Exception {
    long moved = 0;
    while (true) {
      ByteBuffer answer = (ByteBuffer) note[ANSWER];
      if (answer != null) {
        moved += EchoConnection.writeAll(socket, answer);
        if (answer.hasRemaining()) {
          return moved;
        }
        note[ANSWER] = null;
        if (numbers[ENDING] == LAST_ANSWER) {
          numbers[ENDING] = DRAINING;
          socket.shutdownOutput();
        }
      }
      if (numbers[ENDING] == DRAINING) {
        if (discardInput(socket) < 0) {
          finish();
        }
        return moved;
      }
      if (moved >= turnBytes) {
        socket.callAgain();
        return moved;
      }
      if (numbers[BODY_LEFT] > 0) {
        if (!skipBody(socket)) {
          return moved;
        }
      } else if (!answerNext(socket)) {
        int count = readHead(socket);
        if (count < 0) {
          finish();
        }
        if (count <= 0) {
          return moved;
        }
        moved += count;
      } else if (waiting) {
        return moved;
      }
    }
  }

  /** Reads over the body of a request; false if it has not all come yet. */
  private boolean skipBody(TcpSocket socket) throws Exception {
    ByteBuffer head = (ByteBuffer) note[HEAD];
    int here = (int) Math.min(numbers[BODY_LEFT], head.position());
    consume(head, here);
    numbers[BODY_LEFT] -= here;
    while (numbers[BODY_LEFT] > 0) {
      long count = socket.skip(numbers[BODY_LEFT]);
      if (count < 0) {
        finish();
      }
      if (count <= 0) {
        return false;
      }
      numbers[BODY_LEFT] -= count;
    }
    return true;
  }

  /** Makes the answer to the next request, or begins to wait for its figures; false without one. */
  @SuppressWarnings("ByteBufferBackingArray") // allocated here or in an earlier version of here
  private boolean answerNext(TcpSocket socket) {
    ByteBuffer head = (ByteBuffer) note[HEAD];
    int limit = service().settings().httpHeadBytes();
    HttpRequest request = HttpRequest.parse(head.array(), head.position());
    if (request == null) {
      if (head.position() < limit) {
        return false;
      }
      request = HttpRequest.tooLong(limit);
    } else if (request.headBytes() > limit) {
      request = HttpRequest.tooLong(limit);
    }
    boolean headOnly = request.method().equals("HEAD");
    if (request.error() != 0) {
      answer(request.error(), HttpResponse.TEXT, text(request.problem()), false, true);
      return true;
    }
    boolean close =
        !request.keepAlive() || numbers[REQUESTS] + 1 >= service().settings().httpRequests();
    if (!headOnly && !request.method().equals("GET")) {
      answer(405, HttpResponse.TEXT, text("only GET and HEAD are served"), false, close);
    } else if (request.path().equals("/") || request.path().equals("/status")) {
      StatusPage.Snapshot snapshot = figures(socket);
      if (snapshot == null) {
        return true;
      }
      boolean json = request.path().equals("/status");
      answer(
          200,
          json ? HttpResponse.JSON : HttpResponse.TEXT,
          json ? snapshot.json() : snapshot.text(),
          headOnly,
          close);
    } else {
      answer(
          404,
          HttpResponse.TEXT,
          text("there is nothing at " + request.path() + "; there are / and /status"),
          headOnly,
          close);
    }
    numbers[REQUESTS]++;
    numbers[BODY_LEFT] = request.bodyBytes();
    consume(head, request.headBytes());
    return true;
  }

  private StatusPage.Snapshot figures(TcpSocket socket) {
    if (askedNanos == 0) {
      askedNanos = service().nowNanos() | 1;
    }
    // A handler that is called for another reason meanwhile does not ask twice.
    if (waiting) {
      return null;
    }
    waiting = true;
    StatusPage.Snapshot snapshot =
        page.snapshot(
            askedNanos,
            () -> {
              waiting = false;
              socket.callAgain();
            });
    if (snapshot != null) {
      waiting = false;
      askedNanos = 0;
    }
    return snapshot;
  }

  private void answer(int status, String type, byte[] body, boolean headOnly, boolean close) {
    note[ANSWER] = HttpResponse.of(status, type, body, headOnly, close, clock);
    if (close) {
      numbers[ENDING] = LAST_ANSWER;
    }
  }

  private int readHead(TcpSocket socket) throws Exception {
    ByteBuffer head = (ByteBuffer) note[HEAD];
    if (!head.hasRemaining()) {
      ByteBuffer larger = ByteBuffer.allocate(head.capacity() * 2);
      larger.put(head.flip());
      head = larger;
      note[HEAD] = larger;
    }
    return socket.read(head);
  }

  private static void consume(ByteBuffer head, int bytes) {
    head.flip();
    head.position(bytes);
    head.compact();
  }

  private static byte[] text(String line) {
    return (line + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
