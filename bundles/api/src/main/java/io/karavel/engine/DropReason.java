package io.karavel.engine;

/**
 * Why something was discarded. Every discard anywhere in the stack has exactly one of these; {@code
 * net:drops} shows them with layer and meaning.
 */
public enum DropReason {
  /** The parking ring of an empty slot was full. */
  PARKING_OVERFLOW("engine", "the ring of a slot without a module was full"),
  /** Waited longer in the parking ring than a packet may. */
  PARKING_EXPIRED("engine", "waited too long at a slot without a module"),
  /** Kept state was disposed of with packets still parked. */
  PARKING_DISPOSED("engine", "no module came in time for parked packets"),
  /** A module threw while it held this packet. */
  MODULE_CRASH("engine", "the module crashed on this packet"),
  /** Broke a rule of TCP while the module that sent it was watched. */
  WATCHED_FAULT("engine", "broke a rule of TCP while the module that sent it was watched"),
  /** No interface uses the device. */
  DEVICE_UNUSED("nic", "frame from a device that no interface uses"),
  /** The device's own queue was full. */
  DEVICE_QUEUE_FULL("nic", "the transmit queue of the device was full"),
  /** The device is down, gone or refused the frame. */
  DEVICE_DOWN("nic", "the device is down or gone"),
  /** Larger than the device can carry. */
  DEVICE_TOO_LARGE("nic", "frame larger than the device's MTU"),
  /** A header of the device (virtio-net) is malformed. */
  DEVICE_HEADER("nic", "malformed device header"),
  /** Lost by configured impairment. */
  IMPAIRMENT_LOSS("nic", "lost by configured impairment"),
  /** Lost by the loss laboratory. */
  LABORATORY_LOSS("nic", "lost by the loss laboratory"),
  /** Dropped at the queue limit of configured impairment. */
  IMPAIRMENT_QUEUE("nic", "queue limit of configured impairment"),
  /** Shorter than an Ethernet header. */
  ETHERNET_TRUNCATED("ethernet", "shorter than an Ethernet header"),
  /** For another station. */
  ETHERNET_OTHER_HOST("ethernet", "for another station's MAC address"),
  /** EtherType nobody handles. */
  ETHERNET_UNKNOWN_TYPE("ethernet", "EtherType that nobody handles"),
  /** Source MAC address is a group address. */
  ETHERNET_SOURCE("ethernet", "group address as source MAC address"),
  /** ARP packet malformed. */
  ARP_MALFORMED("arp", "malformed ARP packet"),
  /** ARP for an address that is not ours. */
  ARP_OTHER_TARGET("arp", "ARP request for somebody else's address"),
  /** ARP that was taken note of and needs no further handling is not a drop; spoofed is. */
  ARP_CONFLICT("arp", "another station claims one of our addresses"),
  /** ARP with our own MAC address as sender: a frame of ours that came back. */
  ARP_OWN("arp", "our own ARP packet came back"),
  /** The queue of packets that wait for an address was full. */
  NEIGHBOUR_QUEUE_FULL("neighbour", "too many packets wait for the address to be resolved"),
  /** The neighbour did not answer. */
  NEIGHBOUR_UNREACHABLE("neighbour", "the neighbour did not answer"),
  /** The entry was removed, by the operator or with its interface, while packets waited for it. */
  NEIGHBOUR_REMOVED("neighbour", "the neighbour was removed while packets waited for it"),
  /** The neighbour table is full. */
  NEIGHBOUR_TABLE_FULL("neighbour", "the neighbour table is full"),
  /** Shorter than its header, or than its total length. */
  IP_TRUNCATED("ip", "shorter than its IP header says"),
  /** Version, header length or another field is impossible. */
  IP_HEADER("ip", "malformed IP header"),
  /** Header checksum. */
  IP_CHECKSUM("ip", "wrong IP header checksum"),
  /** Source address impossible. */
  IP_MARTIAN_SOURCE("ip", "impossible source address"),
  /** Destination address impossible on a wire: 127.0.0.0/8 or 0.0.0.0/8. */
  IP_MARTIAN_DESTINATION("ip", "impossible destination address"),
  /** No route back to the source, or by another interface (RFC 3704). */
  IP_REVERSE_PATH("ip", "no route back to the source by this interface"),
  /** For one of our addresses, in a broadcast or multicast frame (RFC 1122 §3.3.6). */
  IP_LINK_BROADCAST("ip", "unicast datagram in a broadcast frame"),
  /** Carries a source route and we do not accept them. */
  IP_SOURCE_ROUTE("ip", "source route option"),
  /** Bare packet of another IP version than 4. */
  IP_VERSION("ip", "IP version that nobody handles"),
  /** Not for one of our addresses, and we do not forward. */
  IP_NOT_OURS("ip", "not for one of our addresses"),
  /** No transport for the protocol number. */
  IP_UNKNOWN_PROTOCOL("ip", "no transport for the protocol number"),
  /** No route to the destination. */
  IP_NO_ROUTE("ip", "no route to the destination"),
  /** Too big for the interface and DF is set. */
  IP_FRAGMENTATION_NEEDED("ip", "larger than the MTU with DF set"),
  /** No usable source address. */
  IP_NO_SOURCE("ip", "the source address is not one of ours"),
  /** IP module is out of resources of its own, such as its loop-back queue. */
  IP_LOOPBACK_QUEUE_FULL("ip", "the queue of packets to our own addresses is full"),
  /** Interface is down or its settings are gone. */
  IP_INTERFACE_DOWN("ip", "the interface is down"),
  /** Fragment malformed: length not a multiple of 8, or beyond 65535. */
  FRAGMENT_MALFORMED("fragments", "malformed fragment"),
  /** Fragment overlapping another; the datagram is given up (RFC 5722 in spirit). */
  FRAGMENT_OVERLAP("fragments", "overlapping fragment"),
  /** Exact repetition of a fragment that is there; the datagram goes on. */
  FRAGMENT_DUPLICATE("fragments", "repeated fragment"),
  /** Reassembly limits. */
  FRAGMENT_LIMIT("fragments", "too many datagrams or bytes in reassembly"),
  /** Reassembly time exceeded. */
  FRAGMENT_TIMEOUT("fragments", "fragments missing when the time was over"),
  /** ICMP malformed. */
  ICMP_MALFORMED("icmp", "malformed ICMP message"),
  /** ICMP checksum. */
  ICMP_CHECKSUM("icmp", "wrong ICMP checksum"),
  /** ICMP of a type we ignore. */
  ICMP_IGNORED("icmp", "ICMP message of a type that is ignored"),
  /** Echo request to a broadcast or multicast address. */
  ICMP_BROADCAST("icmp", "echo request to a broadcast address"),
  /** Reply or error about nothing that we sent. */
  ICMP_UNMATCHED("icmp", "reply or error about nothing we sent"),
  /** Our own answer was suppressed by the rate limit. */
  ICMP_RATE_LIMIT("icmp", "an answer was suppressed by the rate limit"),
  /** TCP header malformed. */
  TCP_TRUNCATED("tcp", "shorter than its TCP header says"),
  /** TCP checksum. */
  TCP_CHECKSUM("tcp", "wrong TCP checksum"),
  /** TCP to or from an impossible address (broadcast, multicast) or port 0. */
  TCP_ADDRESS("tcp", "impossible address or port"),
  /** No connection and no listener. */
  TCP_NO_SOCKET("tcp", "no connection and no listener; answered with RST"),
  /** RST for nobody. */
  TCP_STRAY_RST("tcp", "RST for a connection that does not exist"),
  /** Flags that make no sense in the state. */
  TCP_FLAGS("tcp", "flags that make no sense in this state"),
  /** Sequence number outside the window. */
  TCP_SEQUENCE("tcp", "outside the receive window"),
  /** Acknowledgement outside the acceptable range. */
  TCP_ACK("tcp", "acknowledges what was never sent, or too old"),
  /** PAWS. */
  TCP_PAWS("tcp", "timestamp older than the last (PAWS)"),
  /** RST not exactly at RCV.NXT (RFC 5961). */
  TCP_RST_CHALLENGED("tcp", "RST in the window but not exact; challenged"),
  /** SYN in a synchronised state (RFC 5961). */
  TCP_SYN_CHALLENGED("tcp", "SYN on a connection that exists; challenged"),
  /** The SYN queue is full and cookies are off. */
  TCP_SYN_QUEUE_FULL("tcp", "the SYN queue of the listener is full"),
  /** The accept queue is full. */
  TCP_ACCEPT_QUEUE_FULL("tcp", "the accept queue of the listener is full"),
  /** A limit on connections was reached. */
  TCP_CONNECTION_LIMIT("tcp", "a limit on connections was reached"),
  /** Data for an orphan. */
  TCP_DATA_AFTER_CLOSE("tcp", "data for a connection whose application is gone"),
  /** Text or a second FIN behind the peer's FIN. */
  TCP_DATA_AFTER_FIN("tcp", "text or FIN behind the peer's FIN"),
  /** No buffer memory for out-of-order data. */
  TCP_BUFFER_LIMIT("tcp", "no buffer memory for the data"),
  /** Old duplicate data, nothing new in it. */
  TCP_OLD_DATA("tcp", "everything in it had been received before"),
  /** Ignored in TIME-WAIT. */
  TCP_TIME_WAIT("tcp", "ignored in TIME-WAIT");

  private final String layer;
  private final String meaning;

  DropReason(String layer, String meaning) {
    this.layer = layer;
    this.meaning = meaning;
  }

  /** The layer that discards. */
  public String layer() {
    return layer;
  }

  /** What happened, in a few words. */
  public String meaning() {
    return meaning;
  }
}
