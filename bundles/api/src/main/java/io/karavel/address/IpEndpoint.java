package io.karavel.address;

/**
 * An IP address with a port.
 *
 * @param address the address; {@link IpAddress#ANY} for a wildcard when binding
 * @param port 0 to 65535; 0 asks for any free port when binding and is never on the wire
 */
public record IpEndpoint(IpAddress address, int port) {
  /** Checks the range of the port. */
  public IpEndpoint {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not within 0 to 65535");
    }
  }

  /** The endpoint of an address in text, as in {@code of("10.77.0.2", 80)}. */
  public static IpEndpoint of(String address, int port) {
    return new IpEndpoint(IpAddress.parse(address), port);
  }

  /**
   * Parses {@code address:port}, {@code *:port} or {@code :port}.
   *
   * @throws IllegalArgumentException saying what is wrong with the text
   */
  public static IpEndpoint parse(String text) {
    int colon = text.lastIndexOf(':');
    String port = text.substring(colon + 1);
    if (colon < 0 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535) {
      throw new IllegalArgumentException(
          "'" + text + "' is not an endpoint: write ADDRESS:PORT, as in 10.77.0.2:80");
    }
    String address = text.substring(0, colon);
    return new IpEndpoint(
        address.isEmpty() || address.equals("*") ? IpAddress.ANY : IpAddress.parse(address),
        Integer.parseInt(port));
  }

  @Override
  public String toString() {
    return (address.isAny() ? "*" : address.toString()) + ":" + port;
  }
}
