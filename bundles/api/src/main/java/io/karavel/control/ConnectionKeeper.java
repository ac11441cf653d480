package io.karavel.control;

import java.io.IOException;

/**
 * Puts all connections to disk for a restart: a service of the engine. Any thread but a lane's.
 *
 * <p>The next start of the appliance takes the file, makes the stacks with everything that was
 * kept, and goes on with the connections whose peers are still there. Applications take their
 * connections up again with {@link io.karavel.tcp.TcpService#takeUp} or {@link
 * io.karavel.tcp.TcpService#sockets(String)}.
 */
public interface ConnectionKeeper {
  /**
   * What was saved.
   *
   * @param connections sockets with a connection, half-open ones included
   * @param listeners listeners
   * @param bytes size of the file
   * @param millis how long it took from the first lane's stop to the durable file
   */
  record Saved(int connections, int listeners, long bytes, long millis) {}

  /**
   * Has all stacks stand still between two turns and writes their state. When this returns, nothing
   * is sent or received any more and the addresses are silent: stop the framework then.
   *
   * @throws IOException if a module cannot say its state, or the file cannot be written, or it was
   *     called before: then everything goes on as if it had not been called this time
   */
  Saved save() throws IOException;
}
