package io.karavel.simulation.rfc9293;

/** The endpoints of a connection as one end sees them. */
public record Tuple(int local, int localPort, int remote, int remotePort) {
  private static String dotted(int address) {
    return (address >>> 24)
        + "."
        + (address >>> 16 & 255)
        + "."
        + (address >>> 8 & 255)
        + "."
        + (address & 255);
  }

  @Override
  public String toString() {
    return dotted(local) + ":" + localPort + " > " + dotted(remote) + ":" + remotePort;
  }
}
