package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.wire.InternetChecksum;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire, judged by tshark; and a gigabyte of it. */
@Requires({"tshark", "tcpdump", "ping", "curl"})
class WireIT {
  private NetworkNamespace namespace;
  private StackProcess stack;

  @BeforeEach
  void makeNamespace() {
    namespace = NetworkNamespace.create();
  }

  @AfterEach
  void removeNamespace() {
    if (stack != null) {
      stack.close();
    }
    namespace.close();
  }

  /** A mixture of everything that the stack sends. */
  private void traffic() {
    namespace.run("ping", "-c", "1000", "-i", "0.002", "-W", "2", "10.77.0.2").orFail();
    namespace.run("ping", "-c", "5", "-i", "0.02", "-s", "8192", "-W", "2", "10.77.0.2").orFail();
    assertThat(stack.values("ping 10.77.0.1 5 8192")).containsEntry("replies", "5");
    namespace.run("curl", "-sS", "-m", "20", "http://10.77.0.2/").orFail();
    assertThat(KernelPeer.run(namespace, "echo", "10.77.0.2", "7", "300000", "10").orFail())
        .contains("equal=true");
    assertThat(KernelPeer.run(namespace, "echo", "10.77.0.2", "7", "20000", "200").orFail())
        .contains("equal=true");
    KernelPeer.run(namespace, "connect", "10.77.0.2", "4999", "5000").orFail();
    assertThat(stack.values("connect 10.77.0.1 4999")).containsKey("error");
  }

  /** What tshark prints of the frames that pass a filter; with fields, these only. */
  private List<String> tshark(Path capture, String filter, String... fields) {
    List<String> command =
        new ArrayList<>(
            List.of("tshark", "-r", capture.toString(), "-Y", filter)); // checksums only when told
    command.addAll(List.of("-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"));
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

  /** Whether the checksum of "source destination length header checksum" is the pseudo-header's. */
  private static boolean isPartial(String fields) {
    String[] field = fields.split("\t");
    int tcpBytes = Integer.parseInt(field[2]) - Integer.parseInt(field[3]);
    int expected =
        InternetChecksum.pseudoHeaderIpv4(
            IpAddress.parse(field[0]).ipv4Bits(),
            IpAddress.parse(field[1]).ipv4Bits(),
            6,
            tcpBytes);
    return Integer.decode(field[4]) == expected;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mode=tap offloads=true", "mode=tap offloads=false", "mode=tun offloads=false"})
  void tsharkFindsNothingMalformedAndNoWrongChecksum(String settings) throws Exception {
    stack = StackProcess.start(namespace, settings.split(" "));
    Path capture = Files.createTempFile(Path.of("target", "interop"), "wire", ".pcap");
    Process tcpdump =
        namespace.start(
            new ProcessBuilder(
                    "tcpdump",
                    "-i",
                    "tap0",
                    "-s",
                    "0",
                    "-U",
                    "-w",
                    capture.toString(),
                    "-Z",
                    "root")
                .redirectErrorStream(true));
    StringBuilder said = new StringBuilder();
    while (said.indexOf("listening on") < 0) {
      int c = tcpdump.getInputStream().read();
      assertThat(c).as(said.toString()).isNotNegative();
      said.append((char) c);
    }
    traffic();
    tcpdump.destroy();
    assertThat(tcpdump.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(tshark(capture, "tcp.stream eq 0")).hasSizeGreaterThan(5);
    assertThat(tshark(capture, "_ws.malformed")).isEmpty();
    assertThat(tshark(capture, "ip.checksum.status == \"Bad\"")).isEmpty();
    assertThat(tshark(capture, "icmp.checksum.status == \"Bad\"")).isEmpty();
    List<String> incomplete =
        tshark(
            capture,
            "tcp.checksum.status == \"Bad\"",
            "ip.src",
            "ip.dst",
            "ip.len",
            "ip.hdr_len",
            "tcp.checksum");
    // with offloads, what the kernel and we leave to the wire has the pseudo-header's sum only
    if (settings.contains("offloads=true")) {
      assertThat(incomplete).isNotEmpty().allMatch(WireIT::isPartial);
      assertThat(tshark(capture, "ip.src == 10.77.0.2 && tcp.len > 1460")).isNotEmpty();
      assertThat(tshark(capture, "ip.src == 10.77.0.1 && tcp.len > 1460")).isNotEmpty();
    } else {
      // the kernel writes a sum of zero as 0xffff, the same number in ones' complement (RFC 1071)
      assertThat(incomplete)
          .allMatch(line -> line.startsWith("10.77.0.1\t") && line.endsWith("\t0xffff"));
      assertThat(tshark(capture, "tcp.len > 1460")).isEmpty();
    }
    Files.delete(capture);
  }

  @ParameterizedTest
  @ValueSource(strings = {"offloads=true", "offloads=false"})
  void aGigabyteIsEchoedByteForByte(String offloads) {
    stack = StackProcess.start(namespace, offloads);
    String result = KernelPeer.run(namespace, "echo", "10.77.0.2", "7", "1000000000").orFail();
    System.out.println(offloads + ": " + result.replace('\n', ' '));
    assertThat(result).contains("equal=true");
    assertThat(stack.number("counters", "Tcp.InErrs")).isZero();
  }

  @Test
  void framesThatNobodyCanMakeSenseOfAreCountedAndHarmNothing() {
    stack = StackProcess.start(namespace);
    // IPv6 and a protocol nobody handles, from the kernel's own tools
    namespace.sysctl("net/ipv6/conf/tap0/disable_ipv6", "0");
    namespace.run("ping", "-c", "1", "-W", "1", "-I", "tap0", "ff02::1");
    assertThat(namespace.run("ping", "-c", "3", "-i", "0.05", "10.77.0.2").orFail())
        .contains(" 0% packet loss");
    assertThat(stack.number("drops", "ETHERNET_UNKNOWN_TYPE")).isPositive();
  }
}
