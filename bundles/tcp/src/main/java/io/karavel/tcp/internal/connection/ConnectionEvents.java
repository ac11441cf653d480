package io.karavel.tcp.internal.connection;

/** The bits of {@link TcpConnection#takeEvents()}: what the application is to be told. */
public final class ConnectionEvents {
  /** The connection is ESTABLISHED. */
  public static final int OPENED = 1;

  /** Bytes were published in the receive ring. */
  public static final int READABLE = 2;

  /** Bytes of the send ring were acknowledged, or less is unsent: there may be room. */
  public static final int WRITABLE = 4;

  /** The peer's FIN was reached: nothing follows what is in the receive ring. */
  public static final int INPUT_ENDED = 8;

  /** The connection failed; {@link TcpConnection#failure()} says why. OVER comes with it. */
  public static final int FAILED = 16;

  /** Our FIN is acknowledged. */
  public static final int FINISHED = 32;

  /**
   * The connection is in TIME-WAIT: once {@code pollTransmit} answers false, replace it by {@link
   * TimeWaitRecord#of}.
   */
  public static final int ENTER_TIME_WAIT = 64;

  /** CLOSED: once {@code pollTransmit} answers false, forget the connection. */
  public static final int OVER = 128;

  /** The state has changed. */
  public static final int STATE = 256;

  /** {@code retries1} is used up: IP is to look at route and neighbour again. */
  public static final int SUSPECT_ROUTE = 512;

  /** The peer has announced urgent data; {@link TcpConnection#urgentReceivedEnd()} says where. */
  public static final int URGENT = 1024;

  /** {@link FastOpen#takeNews()} tells something. */
  public static final int FAST_OPEN = 2048;

  /** A router was believed about the path; {@link TcpConnection#mtuSegmentBytes()} tells what. */
  public static final int PATH_MTU = 4096;

  private ConnectionEvents() {}
}
