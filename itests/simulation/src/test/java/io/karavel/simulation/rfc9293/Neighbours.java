package io.karavel.simulation.rfc9293;

import java.util.HashSet;
import java.util.Set;

/** Whose MAC address a stack waits for, as its wires show it: RFC 826. */
final class Neighbours {
  private static final int ETHERNET_HEADER = 14;
  private static final int ETHERTYPE_AT = 12;
  private static final int ARP = 0x0806;
  private static final int OPERATION = ETHERNET_HEADER + 6;
  private static final int SENDER = ETHERNET_HEADER + 14;
  private static final int TARGET = ETHERNET_HEADER + 24;
  private static final int REQUEST = 1;

  private final Set<Integer> asked = new HashSet<>();

  private static int u16(byte[] frame, int at) {
    return (frame[at] & 0xff) << 8 | frame[at + 1] & 0xff;
  }

  private static int address(byte[] frame, int at) {
    return u16(frame, at) << 16 | u16(frame, at + 2);
  }

  /** Whether an Ethernet frame is one of ARP. */
  static boolean isArp(byte[] frame, int network) {
    return network == ETHERNET_HEADER
        && frame.length >= TARGET + 4
        && u16(frame, ETHERTYPE_AT) == ARP;
  }

  /** The stack sends a frame of ARP. */
  void sent(byte[] frame) {
    if (u16(frame, OPERATION) == REQUEST) {
      asked.add(address(frame, TARGET));
    }
  }

  /** One comes to it: whose address it tells, or 0 if that was not asked for. */
  int heard(byte[] frame) {
    int sender = address(frame, SENDER);
    return asked.remove(sender) ? sender : 0;
  }

  /** Whether it has asked and nobody has answered: what it sends there may wait, or be lost. */
  boolean isMissing(int address) {
    return asked.contains(address);
  }
}
