package io.karavel.testkit;

import io.karavel.wire.IcmpMessage;

/** The ICMP messages that scripts can name. */
public enum IcmpName {
  /** Network unreachable. */
  NET_UNREACHABLE(IcmpMessage.UNREACHABLE, IcmpMessage.NET_UNREACHABLE),
  /** Host unreachable. */
  HOST_UNREACHABLE(IcmpMessage.UNREACHABLE, IcmpMessage.HOST_UNREACHABLE),
  /** Protocol unreachable. */
  PROTOCOL_UNREACHABLE(IcmpMessage.UNREACHABLE, IcmpMessage.PROTOCOL_UNREACHABLE),
  /** Port unreachable. */
  PORT_UNREACHABLE(IcmpMessage.UNREACHABLE, IcmpMessage.PORT_UNREACHABLE),
  /** Fragmentation needed; takes an MTU. */
  FRAGMENTATION_NEEDED(IcmpMessage.UNREACHABLE, IcmpMessage.FRAGMENTATION_NEEDED),
  /** Source route failed. */
  SOURCE_ROUTE_FAILED(IcmpMessage.UNREACHABLE, IcmpMessage.SOURCE_ROUTE_FAILED),
  /** Administratively prohibited. */
  ADMINISTRATIVELY_PROHIBITED(IcmpMessage.UNREACHABLE, IcmpMessage.ADMINISTRATIVELY_PROHIBITED),
  /** Source quench (obsolete, RFC 6633). */
  SOURCE_QUENCH(IcmpMessage.SOURCE_QUENCH, 0),
  /** Time to live exceeded on the way. */
  TTL_EXCEEDED(IcmpMessage.TIME_EXCEEDED, IcmpMessage.TTL_EXCEEDED),
  /** Reassembly time exceeded. */
  REASSEMBLY_TIME_EXCEEDED(IcmpMessage.TIME_EXCEEDED, IcmpMessage.REASSEMBLY_TIME_EXCEEDED),
  /** Parameter problem. */
  PARAMETER_PROBLEM(IcmpMessage.PARAMETER_PROBLEM, 0),
  /** Echo request. */
  ECHO_REQUEST(IcmpMessage.ECHO_REQUEST, 0),
  /** Echo reply. */
  ECHO_REPLY(IcmpMessage.ECHO_REPLY, 0);

  private final int type;
  private final int code;

  IcmpName(int type, int code) {
    this.type = type;
    this.code = code;
  }

  /** ICMP type. */
  public int type() {
    return type;
  }

  /** ICMP code. */
  public int code() {
    return code;
  }

  /** As scripts write it: {@code host-unreachable}. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /**
   * The message of a label.
   *
   * @throws IllegalArgumentException naming those there are
   */
  public static IcmpName parse(String label) {
    StringBuilder all = new StringBuilder();
    for (IcmpName name : values()) {
      if (name.label().equals(label)) {
        return name;
      }
      all.append(all.length() == 0 ? "" : ", ").append(name.label());
    }
    throw new IllegalArgumentException("'" + label + "' is no ICMP message; there are " + all);
  }

  /** A message in words. */
  static String describe(int type, int code, int mtu) {
    for (IcmpName name : values()) {
      if (name.type == type && name.code == code) {
        return name == FRAGMENTATION_NEEDED ? name.label() + " mtu " + mtu : name.label();
      }
    }
    return "type " + type + " code " + code;
  }
}
