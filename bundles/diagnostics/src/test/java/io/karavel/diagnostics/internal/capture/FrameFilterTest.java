package io.karavel.diagnostics.internal.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.address.IpAddress;
import io.karavel.wire.ArpPacket;
import io.karavel.wire.EthernetHeader;
import io.karavel.wire.Ipv4Header;
import io.karavel.wire.TcpHeader;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The filter language over frames made by hand. */
class FrameFilterTest {
  private static final int A = IpAddress.parse("10.77.0.1").ipv4Bits();
  private static final int B = IpAddress.parse("10.77.0.2").ipv4Bits();

  private static FrameView segment(int source, int from, int destination, int to, int flags) {
    ByteBuffer frame = ByteBuffer.allocate(54);
    EthernetHeader.write(frame, 0, 1, 2, EthernetHeader.TYPE_IPV4);
    frame.put(14, (byte) 0x45);
    frame.putShort(16, (short) 40);
    frame.put(23, (byte) Ipv4Header.PROTOCOL_TCP);
    frame.putInt(26, source);
    frame.putInt(30, destination);
    frame.putShort(34, (short) from);
    frame.putShort(36, (short) to);
    frame.put(46, (byte) 0x50);
    frame.put(47, (byte) flags);
    return new FrameView().over(frame, 0, 54, 54, false);
  }

  private static FrameView arp() {
    ByteBuffer frame = ByteBuffer.allocate(42);
    EthernetHeader.write(frame, 0, EthernetHeader.BROADCAST, 2, EthernetHeader.TYPE_ARP);
    ArpPacket.write(frame, 14, ArpPacket.REQUEST, 2, A, 0, B);
    return new FrameView().over(frame, 0, 42, 42, false);
  }

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "tcp, true",
    "udp, false",
    "ip, true",
    "arp, false",
    "proto 6, true",
    "host 10.77.0.1, true",
    "host 10.77.0.9, false",
    "src host 10.77.0.1, true",
    "dst host 10.77.0.1, false",
    "net 10.77.0.0/24, true",
    "dst net 10.78.0.0/16, false",
    "port 80, true",
    "src port 80, false",
    "dst port 80, true",
    "syn, true",
    "fin, false",
    "rst or syn, true",
    "less 54, true",
    "greater 55, false",
    "not udp, true",
    "!tcp, false",
    "tcp and port 80 and not fin, true",
    "udp or (tcp and (port 7 or port 80)), true",
    "not (tcp or udp), false",
    "fin and port 80 or syn, true",
    "fin and (port 80 or syn), false",
    "connection 10.77.0.1:4000 10.77.0.2:80, true",
    "connection 10.77.0.2:80 10.77.0.1:4000, true",
    "connection 10.77.0.2:81 10.77.0.1:4000, false"
  })
  void choosesASynFromAToB(String filter, boolean matches) {
    FrameView syn = segment(A, 4000, B, 80, TcpHeader.SYN);
    assertThat(FrameFilter.parse(filter).matches(syn)).isEqualTo(matches);
  }

  @Test
  void choosesArpByItsAddresses() {
    assertThat(FrameFilter.parse("arp and host 10.77.0.2").matches(arp())).isTrue();
    assertThat(FrameFilter.parse("port 80").matches(arp())).isFalse();
  }

  @Test
  void aFrameThatIsTooShortMatchesNothingThatAsksForItsHeaders() {
    FrameView stub = new FrameView().over(ByteBuffer.allocate(6), 0, 6, 6, false);
    assertThat(FrameFilter.parse("ip or arp or tcp or port 0 or host 0.0.0.0").matches(stub))
        .isFalse();
    assertThat(FrameFilter.parse("").matches(stub)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prot 80|at 'prot': expected host, net, port",
        "port eighty|at 'eighty': expected a port from 0 to 65535",
        "port 70000|at '70000': expected a port",
        "tcp and|at its end: expected host",
        "tcp udp|at 'udp': expected and, or, or nothing more",
        "(tcp|at its end: expected )",
        "src tcp|at 'tcp': expected host, net or port",
        "host example.org|at 'example.org': expected an address such as 10.77.0.1",
        "net 10.0.0.0/40|at '10.0.0.0/40': expected a prefix",
        "connection 10.0.0.1:80|at its end: expected an end"
      })
  void saysWhichWordIsNotUnderstoodAndWhatCouldStandThere(String filter, String message) {
    assertThatThrownBy(() -> FrameFilter.parse(filter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
