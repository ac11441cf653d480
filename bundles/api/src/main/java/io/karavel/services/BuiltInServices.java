package io.karavel.services;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import java.util.List;

/**
 * The built-in services, an OSGi service of the bundle {@code io.karavel.services}: what {@code
 * tcp:listen} opens on ports beyond those of the configuration. Any thread.
 */
public interface BuiltInServices {
  /** The names of the services: echo, discard, daytime, chargen, http. */
  List<String> names();

  /**
   * Opens one more listener for a service; it lasts until it is closed ({@code tcp:kill}), also
   * across updates of the bundle.
   *
   * @param stack name of the stack
   * @param service one of {@link #names()}
   * @param local where to listen; port 0 takes a free one
   * @return the listener's number
   * @throws IllegalArgumentException if the stack or the service is unknown; says what there is
   * @throws TcpException if the port cannot be had
   */
  long listen(String stack, String service, IpEndpoint local) throws TcpException;
}
