package io.karavel.tcp;

import io.karavel.address.IpEndpoint;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * One end of a connection. Any thread; reads among themselves and writes among themselves are
 * serialised. The plain calls never block; the {@code await…} calls and the streams do, and are
 * interrupted by {@link Thread#interrupt} with an InterruptedIOException.
 */
public interface TcpSocket extends TcpEndpoint {
  /** {@link #ready()}: a read returns bytes, the end, or an error. */
  int READABLE = 1;

  /** {@link #ready()}: a write takes bytes or tells an error. */
  int WRITABLE = 2;

  /** {@link #ready()}: the connection has opened. */
  int CONNECTED = 4;

  /** {@link #ready()}: the peer has closed its side, or the input was shut down. */
  int INPUT_ENDED = 8;

  /** {@link #ready()}: the connection failed. */
  int FAILED = 16;

  /** {@link #ready()}: nothing goes either way any more. */
  int ENDED = 32;

  /** {@link #ready()}: urgent data is announced and not read to its end. */
  int URGENT = 64;

  /** Most bytes that {@link #connect(IpEndpoint, ByteBuffer)} takes. */
  int MOST_EARLY_BYTES = 2048;

  /** The peer; null before {@link #connect}. */
  IpEndpoint remote();

  /**
   * Starts to connect; {@link #CONNECTED} or {@link #FAILED} tells the outcome.
   *
   * @throws TcpException if the socket is connected, connecting or closed
   */
  void connect(IpEndpoint remote) throws TcpException;

  /**
   * Starts to connect and queues the first bytes, which travel with the SYN where Fast Open (RFC
   * 7413) and a cookie of this peer allow it, else after the handshake. The peer may receive them
   * twice when it restarts meanwhile: only for requests that may be repeated.
   *
   * @return bytes taken, at most {@value #MOST_EARLY_BYTES}
   * @throws TcpException if the socket is connected, connecting or closed
   */
  int connect(IpEndpoint remote, ByteBuffer first) throws TcpException;

  /** The state as of the lane's last turn. */
  TcpState state();

  /** What can be done now, as bits. */
  int ready();

  /** What failed, or null. It stays readable; a read or write throws it too. */
  TcpException failure();

  /**
   * Reads what is there.
   *
   * @return bytes read, 0 if none are there, -1 at the end of the peer's data
   * @throws TcpException what failed, once the data received before is read where the failure
   *     leaves it readable; NOT_CONNECTED, CLOSED
   */
  int read(ByteBuffer target) throws TcpException;

  /** Like {@link #read}, but the bytes stay to be read (MSG_PEEK). */
  int peek(ByteBuffer target) throws TcpException;

  /** Discards up to {@code max} received bytes; like {@link #read}. */
  long skip(long max) throws TcpException;

  /** Received bytes that wait to be read. */
  long available();

  /**
   * Bytes from here to the end of the urgent data that the peer has announced, received or not; 0
   * if none is announced or all of it was read. Urgent data comes in line (RFC 6093 §4).
   */
  long urgentAvailable();

  /**
   * Queues bytes for sending, as many as there is room for.
   *
   * @return bytes taken, 0 if there is no room
   * @throws TcpException what failed; NOT_CONNECTED, OUTPUT_SHUT_DOWN, CLOSED
   */
  int write(ByteBuffer source) throws TcpException;

  /**
   * Like {@link #write}; the peer is told that the data is urgent up to the last byte taken (RFC
   * 9293 §3.8.5). Not for new applications (RFC 6093 §5).
   */
  int writeUrgent(ByteBuffer source) throws TcpException;

  /**
   * Bytes that {@link #write} would take now as far as the send buffer goes: an echo reads no more
   * than this. The stack's memory limit may still make a write take less.
   */
  long writableBytes();

  /** Bytes queued and not yet acknowledged by the peer. */
  long unacknowledged();

  /** Closes the sending side: FIN follows what is queued. */
  void shutdownOutput() throws TcpException;

  /**
   * Closes the receiving side: what comes is acknowledged and discarded; nothing is sent for it.
   */
  void shutdownInput() throws TcpException;

  /** Whether {@link #shutdownOutput} or {@link #close} was called. */
  boolean isOutputShutdown();

  /** Whether {@link #shutdownInput} or {@link #close} was called. */
  boolean isInputShutdown();

  /**
   * Closes in order. With unread data, or linger 0, the peer gets RST. Never blocks: with linger
   * above 0, wait with {@link #awaitClosed}. The streams' close waits.
   */
  @Override
  void close();

  /** RST at once; everything queued is discarded. */
  void abort();

  /**
   * Waits until any of the {@link #ready()} bits holds; returns those that do, 0 at the time-out.
   */
  int awaitReady(int bits, Duration timeout) throws TcpException;

  /** Waits until the connection has opened. */
  void awaitConnected(Duration timeout) throws TcpException;

  /** Waits until our FIN is acknowledged or the connection is over; false at the time-out. */
  boolean awaitClosed(Duration timeout) throws TcpException;

  /** A blocking stream over {@link #read}. */
  InputStream inputStream();

  /** A blocking stream over {@link #write}; its flush is empty, bytes go when TCP sends them. */
  OutputStream outputStream();

  /**
   * Has a handler called on the lane from now on; null ends that. It is called at once if anything
   * is ready.
   */
  void handler(TcpHandler handler);

  /** The handler, or null. */
  TcpHandler handler();

  /** Has the handler called again in a coming turn, for work beyond one call's share. */
  void callAgain();

  /**
   * Has a listener told on the lane's thread whenever {@link #ready()} may have changed; for
   * selectors. It must only note the fact. Null ends that.
   */
  void readyListener(Runnable listener);
}
