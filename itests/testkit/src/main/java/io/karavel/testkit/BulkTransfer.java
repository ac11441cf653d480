package io.karavel.testkit;

import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpSocket;
import java.nio.ByteBuffer;

/**
 * Sends a {@link ByteStream} from one socket to another and checks every byte that arrives. {@link
 * #pump()} does what can be done now; call it whenever anything may have changed, as in {@link
 * VirtualNetwork#afterEachEvent}.
 */
public final class BulkTransfer {
  private final TcpSocket from;
  private final TcpSocket to;
  private final long totalBytes;
  private final ByteStream stream;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
  private final boolean close;
  private long written;
  private long read;
  private boolean ended;

  /**
   * A transfer.
   *
   * @param close whether the sender shuts its output down at the end, and the receiver reads the
   *     end
   */
  public BulkTransfer(TcpSocket from, TcpSocket to, long totalBytes, long seed, boolean close) {
    this.from = from;
    this.to = to;
    this.totalBytes = totalBytes;
    this.close = close;
    stream = new ByteStream(seed);
  }

  /** Writes and reads what goes now. */
  public void pump() {
    try {
      write();
      read();
    } catch (TcpException e) {
      throw new AssertionError(this + " failed: " + e.error() + ", " + e.getMessage(), e);
    }
  }

  private void write() throws TcpException {
    while (written < totalBytes) {
      int count = from.write(stream.from(written, totalBytes - written));
      if (count == 0) {
        return;
      }
      written += count;
      if (written == totalBytes && close) {
        from.shutdownOutput();
      }
    }
  }

  private void read() throws TcpException {
    while (!ended) {
      int count = to.read(buffer.clear());
      if (count == 0) {
        return;
      }
      if (count < 0) {
        ended = true;
        if (read != totalBytes) {
          throw new AssertionError(this + ": the end came early");
        }
        return;
      }
      long wrong = stream.mismatch(buffer.flip(), read);
      if (wrong >= 0) {
        throw new AssertionError(this + ": wrong byte at " + wrong);
      }
      read += count;
      if (read > totalBytes) {
        throw new AssertionError(this + ": more arrived than was sent");
      }
    }
  }

  /** Whether everything has arrived, and the end too if it was to be sent. */
  public boolean isDone() {
    return read == totalBytes && (ended || !close);
  }

  /** Bytes that have arrived and were right. */
  public long readBytes() {
    return read;
  }

  @Override
  public String toString() {
    return "transfer " + from + " to " + to + ", " + read + " of " + totalBytes + " bytes arrived";
  }
}
