package io.karavel.shell.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.address.IpPrefix;
import java.util.function.Predicate;

/** An endpoint as {@code ss} takes it: ADDRESS, ADDRESS/LENGTH, :PORT, or both with a colon. */
record EndpointPattern(IpPrefix prefix, int port) implements Predicate<IpEndpoint> {
  /**
   * Parses the pattern.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  static EndpointPattern parse(String text) {
    int colon = text.lastIndexOf(':');
    String address = colon < 0 ? text : text.substring(0, colon);
    String port = colon < 0 ? "*" : text.substring(colon + 1);
    boolean any = address.isEmpty() || address.equals("*");
    try {
      IpPrefix prefix = any ? IpPrefix.DEFAULT : IpPrefix.parse(address);
      int number =
          port.equals("*") || port.isEmpty()
              ? -1
              : new IpEndpoint(IpAddress.ANY, Integer.parseInt(port)).port();
      return new EndpointPattern(prefix, number);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is no endpoint: write 10.77.0.1, 10.77.0.0/24, :80 or 10.77.0.1:80 with a port"
              + " of 0 to 65535",
          e);
    }
  }

  @Override
  public boolean test(IpEndpoint endpoint) {
    return endpoint != null
        && prefix.contains(endpoint.address())
        && (port < 0 || endpoint.port() == port);
  }
}
