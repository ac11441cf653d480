package io.karavel.tcp;

import io.karavel.address.IpEndpoint;

/** What sockets and listeners have in common. Any thread. */
public interface TcpEndpoint extends AutoCloseable {
  /** Its number, unique in its stack, kept across module swaps and restarts that keep it. */
  long id();

  /** Local address and port; port 0 while unbound. */
  IpEndpoint local();

  /**
   * Binds to a local address and port; port 0 takes a free one.
   *
   * @throws TcpException ADDRESS_IN_USE; ALREADY_CONNECTED if it is bound
   */
  void bind(IpEndpoint local) throws TcpException;

  /** Sets an option; at once, also on an open connection. */
  <T> void option(TcpOption<T> option, T value) throws TcpException;

  /** The value set for an option, or null: then the configuration decides. */
  <T> T option(TcpOption<T> option);

  /** Who it belongs to, for {@code tcp:list} and for {@link TcpService#adopt}; empty if nobody. */
  String owner();

  /** Names its owner, such as a bundle's symbolic name with a purpose. */
  void owner(String name);

  /**
   * A note of JDK classes only that its owner keeps with it across module swaps; or null. Over a
   * restart that keeps connections go strings, numbers, booleans, byte buffers, arrays of {@code
   * byte}, {@code int}, {@code long} and {@code boolean}, and arrays and lists of all these;
   * anything else is null afterwards.
   */
  Object attachment();

  /** Sets the note. */
  void attach(Object note);

  /** Whether it was closed by the application. */
  boolean isClosed();

  @Override
  void close();
}
