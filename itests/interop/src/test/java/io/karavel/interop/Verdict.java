package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.wire.InternetChecksum;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether anything is wrong with frames that tshark has read: malformed ones and wrong checksums.
 * With offloads, what the kernel and we leave to the wire has the pseudo-header's sum and no other.
 */
final class Verdict {
  private static final String BAD = "0";
  private static final String UNVERIFIED = "2";
  private static final int SHOWN = 10;

  /** What tshark is asked of each frame that it finds something wrong with. */
  private static final List<String> FIELDS =
      List.of(
          "frame.number",
          "ip.src",
          "ip.dst",
          "ip.len",
          "ip.hdr_len",
          "tcp.checksum",
          "tcp.checksum.status",
          "ip.checksum.status",
          "icmp.checksum.status",
          "tcp.checksum.ffff",
          "_ws.malformed");

  private static final String WRONG =
      "_ws.malformed || ip.checksum.status == \"Bad\" || icmp.checksum.status == \"Bad\""
          + " || tcp.checksum.status == \"Bad\""
          // of a frame that is not whole; what ICMP quotes never is
          + " || (tcp.checksum.status == \"Unverified\" && !icmp)";

  private final boolean offloads;
  private final List<String> wrong = new ArrayList<>();
  private int partial;

  Verdict(boolean offloads) {
    this.offloads = offloads;
  }

  /** The command line that prints the frames of a file which pass a filter; or fields of them. */
  static List<String> tshark(String file, String filter, List<String> fields) {
    List<String> command = new ArrayList<>(List.of("tshark", "-r", file, "-Y", filter, "-n"));
    // checksums only when told; without the streams, of which it would keep everything in memory
    for (String option :
        List.of(
            "tcp.check_checksum:TRUE",
            "ip.check_checksum:TRUE",
            "tcp.desegment_tcp_streams:FALSE",
            "tcp.analyze_sequence_numbers:FALSE")) {
      command.addAll(List.of("-o", option));
    }
    if (!fields.isEmpty()) {
      command.addAll(List.of("-T", "fields"));
      fields.forEach(field -> command.addAll(List.of("-e", field)));
    }
    return command;
  }

  /** The command line that prints what {@link #add} is to judge of. */
  static List<String> tshark(String file) {
    return tshark(file, WRONG, FIELDS);
  }

  /** A line of tshark's. */
  void add(String line) {
    String[] field = line.split("\t", -1);
    if (field.length != FIELDS.size()) {
      wrong("tshark says: " + line);
    } else if (!field[10].isEmpty()) {
      wrong("malformed: " + line);
    } else if (field[7].equals(BAD)) {
      wrong("IP checksum: " + line);
    } else if (field[8].equals(BAD)) {
      wrong("ICMP checksum: " + line);
    } else if (field[6].equals(UNVERIFIED)) {
      wrong("not whole: " + line);
    } else if (offloads && isPartial(field)) {
      partial++;
    } else if (!isZeroOfLinux(field)) {
      wrong("TCP checksum: " + line);
    }
  }

  private void wrong(String what) {
    if (wrong.size() < SHOWN) {
      wrong.add(what);
    }
  }

  private static boolean isPartial(String[] field) {
    int tcpBytes = Integer.parseInt(field[3]) - Integer.parseInt(field[4]);
    int expected =
        InternetChecksum.pseudoHeaderIpv4(
            IpAddress.parse(field[1]).ipv4Bits(),
            IpAddress.parse(field[2]).ipv4Bits(),
            6,
            tcpBytes);
    return Integer.decode(field[5]) == expected;
  }

  /**
   * Right in ones' complement, and tshark says so: the sum is zero, which Linux (the addresses that
   * end in 1), where it fills in for a device (skb_checksum_help), writes as 0xffff; RFC 1624 §3.
   * We do not.
   */
  private static boolean isZeroOfLinux(String[] field) {
    return field[1].endsWith(".1") && field[5].equals("0xffff") && !field[9].isEmpty();
  }

  /**
   * Nothing was.
   *
   * @return how many frames had only the pseudo-header's sum
   */
  int assertNothingWrong() {
    assertThat(wrong).as("the first frames that are wrong").isEmpty();
    return partial;
  }
}
