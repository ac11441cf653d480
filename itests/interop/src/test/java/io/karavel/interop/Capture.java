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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Frames that pass a device, written down by tcpdump and judged by tshark. */
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

  /** Ethernet's, IP's and TCP's with all their options. */
  private static final int HEADERS = 14 + 60 + 60;

  private static final int BUFFER_KIB = 128 * 1024;
  private static final Pattern CAPTURED = Pattern.compile("([0-9]+) packets? captured");

  private final NetworkNamespace namespace;
  private final boolean complete;
  private final Path file;
  private final Process tcpdump;
  private final BufferedReader said;

  private Capture(NetworkNamespace namespace, String device, boolean complete, String... options)
      throws IOException {
    this.complete = complete;
    this.namespace = namespace;
    file = Files.createTempFile(Path.of("target", "interop"), "wire", ".pcap");
    List<String> command = new ArrayList<>(List.of("tcpdump", "-i", device, "-n", "-Z", "root"));
    command.addAll(List.of("-B", Integer.toString(BUFFER_KIB), "-w", file.toString()));
    command.addAll(List.of(options));
    tcpdump = namespace.start(new ProcessBuilder(command).redirectErrorStream(true));
    said = tcpdump.inputReader(StandardCharsets.UTF_8);
    String line = said.readLine();
    while (line != null && !line.contains("listening on")) {
      line = said.readLine();
    }
    assertThat(line).as("tcpdump listens").isNotNull();
  }

  /** Writes down every frame as it is. */
  static Capture all(NetworkNamespace namespace, String device) throws IOException {
    return new Capture(namespace, device, true, "-s", "0");
  }

  /** Writes down the first so many frames as they are; 1,500 of the largest can wait for it. */
  static Capture first(int frames, NetworkNamespace namespace, String device) throws IOException {
    return new Capture(namespace, device, false, "-s", "0", "-c", Integer.toString(frames));
  }

  /** Writes down the headers of every frame, of whose data nothing can be said then. */
  static Capture headers(NetworkNamespace namespace, String device) throws IOException {
    return new Capture(namespace, device, true, "-s", Integer.toString(HEADERS));
  }

  /**
   * Ends it; nothing was missed, unless it was for the first frames only and they came too fast.
   *
   * @return how many frames there are
   */
  int stop() throws Exception {
    tcpdump.toHandle().destroy(); // the process's own destroy would close what it says
    String summary = said.lines().collect(Collectors.joining("\n"));
    assertThat(tcpdump.waitFor(60, TimeUnit.SECONDS)).isTrue();
    Matcher captured = CAPTURED.matcher(summary);
    if (complete) {
      assertThat(summary).contains("\n0 packets dropped by kernel");
    }
    assertThat(captured.find()).as(summary).isTrue();
    return Integer.parseInt(captured.group(1));
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
