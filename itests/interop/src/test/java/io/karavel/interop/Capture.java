package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.wire.InternetChecksum;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Every frame that passes a device, written down by tcpdump and judged by tshark. */
final class Capture implements AutoCloseable {
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
          + " || tcp.checksum.status == \"Bad\"";

  private static final String BAD = "0";

  private final NetworkNamespace namespace;
  private final Path file;
  private final Process tcpdump;
  private final BufferedReader said;

  private Capture(NetworkNamespace namespace, String device) throws IOException {
    this.namespace = namespace;
    file = Files.createTempFile(Path.of("target", "interop"), "wire", ".pcap");
    tcpdump =
        namespace.start(
            new ProcessBuilder(
                    "tcpdump",
                    "-i",
                    device,
                    "-s",
                    "0",
                    "-B",
                    "262144",
                    "-w",
                    file.toString(),
                    "-Z",
                    "root")
                .redirectErrorStream(true));
    said = tcpdump.inputReader(StandardCharsets.UTF_8);
    String line = said.readLine();
    while (line != null && !line.contains("listening on")) {
      line = said.readLine();
    }
    assertThat(line).as("tcpdump listens").isNotNull();
  }

  static Capture start(NetworkNamespace namespace, String device) throws IOException {
    return new Capture(namespace, device);
  }

  /** Ends it; nothing was missed. */
  void stop() throws Exception {
    tcpdump.descendants().forEach(ProcessHandle::destroy);
    tcpdump.destroy();
    String summary = said.lines().collect(Collectors.joining("\n"));
    assertThat(tcpdump.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(summary).contains("0 packets dropped by kernel");
  }

  /** What tshark prints of the frames that pass a filter; with fields, these only. */
  List<String> frames(String filter, String... fields) {
    List<String> command =
        new ArrayList<>(List.of("tshark", "-r", file.toString(), "-Y", filter, "-n"));
    // checksums only when told; without the streams, of which it would keep everything in memory
    for (String option :
        List.of(
            "tcp.check_checksum:TRUE",
            "ip.check_checksum:TRUE",
            "tcp.desegment_tcp_streams:FALSE",
            "tcp.analyze_sequence_numbers:FALSE")) {
      command.addAll(List.of("-o", option));
    }
    if (fields.length > 0) {
      command.addAll(List.of("-T", "fields"));
      for (String field : fields) {
        command.addAll(List.of("-e", field));
      }
    }
    return namespace
        .run(command.toArray(new String[0]))
        .orFail()
        .lines()
        .filter(line -> !line.startsWith("Running as user"))
        .toList();
  }

  /**
   * Nothing is malformed and no checksum is wrong; with offloads, what the kernel and we leave to
   * the wire has the pseudo-header's sum and no other.
   *
   * @return how many frames had only that
   */
  int assertNothingWrong(boolean offloads) {
    int partial = 0;
    for (String line : frames(WRONG, FIELDS.toArray(new String[0]))) {
      String[] field = line.split("\t", -1);
      assertThat(field[10]).as("malformed: " + line).isEmpty();
      assertThat(field[7]).as("IP checksum: " + line).isNotEqualTo(BAD);
      assertThat(field[8]).as("ICMP checksum: " + line).isNotEqualTo(BAD);
      assertThat(field[6]).as("TCP checksum: " + line).isEqualTo(BAD);
      if (offloads && isPartial(field)) {
        partial++;
      } else {
        // Right in ones' complement, and tshark says so: the sum is zero, which Linux, where it
        // fills in for a device (skb_checksum_help), writes as 0xffff; RFC 1624 §3. We do not.
        assertThat(line).as("TCP checksum: " + line).startsWith(field[0] + "\t10.77.0.1\t");
        assertThat(field[5]).as("TCP checksum: " + line).isEqualTo("0xffff");
        assertThat(field[9]).as("0xffff for zero: " + line).isNotEmpty();
      }
    }
    return partial;
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

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}
