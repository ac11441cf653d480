package io.karavel.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeadersTest {
  private static final int AT = 3;
  private static final int CLIENT = 0x0A4D0001;
  private static final int SERVER = 0x0A4D0002;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(128);

  @Test
  void writesEthernetAsRfc894Says() {
    EthernetHeader.write(buffer, AT, 0x0200_0000_0001L, 0xFEDC_BA98_7654L, EthernetHeader.TYPE_ARP);
    byte[] bytes = new byte[14];
    buffer.get(AT, bytes);
    assertThat(bytes)
        .containsExactly(2, 0, 0, 0, 0, 1, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x08, 0x06);
    assertThat(EthernetHeader.destination(buffer, AT)).isEqualTo(0x0200_0000_0001L);
    assertThat(EthernetHeader.source(buffer, AT)).isEqualTo(0xFEDC_BA98_7654L);
    assertThat(EthernetHeader.type(buffer, AT)).isEqualTo(0x0806);
    assertThat(EthernetHeader.isGroup(0x0100_5E00_0001L)).isTrue();
    assertThat(EthernetHeader.isGroup(EthernetHeader.BROADCAST)).isTrue();
    assertThat(EthernetHeader.isGroup(0x0200_0000_0001L)).isFalse();
  }

  @Test
  void findsATruncatedEthernetHeaderAtEveryLength() {
    for (int length = 0; length < 14; length++) {
      assertThat(EthernetHeader.validate(buffer, 0, length)).isEqualTo(HeaderVerdict.TRUNCATED);
    }
    assertThat(EthernetHeader.validate(buffer, 0, 14)).isEqualTo(HeaderVerdict.OK);
    assertThat(EthernetHeader.validate(buffer, 120, 14)).isEqualTo(HeaderVerdict.TRUNCATED);
  }

  @Test
  void writesAndReadsArp() {
    ArpPacket.write(buffer, AT, ArpPacket.REQUEST, 0x0200_0000_0001L, CLIENT, 0, SERVER);
    byte[] bytes = new byte[28];
    buffer.get(AT, bytes);
    assertThat(bytes)
        .containsExactly(
            0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 77, 0, 1, 0, 0, 0, 0, 0, 0, 10, 77, 0, 2);
    assertThat(ArpPacket.validate(buffer, AT, 28)).isEqualTo(HeaderVerdict.OK);
    assertThat(ArpPacket.operation(buffer, AT)).isEqualTo(ArpPacket.REQUEST);
    assertThat(ArpPacket.senderMac(buffer, AT)).isEqualTo(0x0200_0000_0001L);
    assertThat(ArpPacket.senderAddress(buffer, AT)).isEqualTo(CLIENT);
    assertThat(ArpPacket.targetMac(buffer, AT)).isZero();
    assertThat(ArpPacket.targetAddress(buffer, AT)).isEqualTo(SERVER);
  }

  @Test
  void refusesArpThatIsTruncatedOrNotIpv4OverEthernet() {
    ArpPacket.write(buffer, AT, ArpPacket.REPLY, 1, CLIENT, 2, SERVER);
    for (int length = 0; length < 28; length++) {
      assertThat(ArpPacket.validate(buffer, AT, length)).isEqualTo(HeaderVerdict.TRUNCATED);
    }
    buffer.put(AT + 1, (byte) 2);
    assertThat(ArpPacket.validate(buffer, AT, 28)).isEqualTo(HeaderVerdict.BAD_VERSION);
    buffer.put(AT + 1, (byte) 1).put(AT + 4, (byte) 8);
    assertThat(ArpPacket.validate(buffer, AT, 28)).isEqualTo(HeaderVerdict.BAD_HEADER_LENGTH);
    buffer.put(AT + 4, (byte) 6).putShort(AT + 2, (short) 0x86DD);
    assertThat(ArpPacket.validate(buffer, AT, 28)).isEqualTo(HeaderVerdict.BAD_VERSION);
  }

  @Test
  void writesAndReadsIpv4() {
    Ipv4Header.write(
        buffer, AT, 0xB9, 0x9ABC, 0xDEF0, Ipv4Header.DONT_FRAGMENT, 200, 0xFE, CLIENT, SERVER);
    assertThat(Ipv4Header.version(buffer, AT)).isEqualTo(4);
    assertThat(Ipv4Header.headerLength(buffer, AT)).isEqualTo(20);
    assertThat(Ipv4Header.trafficClass(buffer, AT)).isEqualTo(0xB9);
    assertThat(Ipv4Header.totalLength(buffer, AT)).isEqualTo(0x9ABC);
    assertThat(Ipv4Header.identification(buffer, AT)).isEqualTo(0xDEF0);
    assertThat(Ipv4Header.dontFragment(buffer, AT)).isTrue();
    assertThat(Ipv4Header.isFragment(buffer, AT)).isFalse();
    assertThat(Ipv4Header.ttl(buffer, AT)).isEqualTo(200);
    assertThat(Ipv4Header.protocol(buffer, AT)).isEqualTo(0xFE);
    assertThat(Ipv4Header.source(buffer, AT)).isEqualTo(CLIENT);
    assertThat(Ipv4Header.destination(buffer, AT)).isEqualTo(SERVER);
    assertThat(Ipv4Header.checksumIsValid(buffer, AT)).isTrue();
    Ipv4Header.ttl(buffer, AT, 7);
    assertThat(Ipv4Header.checksumIsValid(buffer, AT)).isFalse();
    Ipv4Header.updateChecksum(buffer, AT);
    assertThat(Ipv4Header.checksumIsValid(buffer, AT)).isTrue();
  }

  @Test
  void setsEveryFieldOfIpv4WithoutTouchingTheOthers() {
    Random random = new Random(791);
    for (int round = 0; round < 500; round++) {
      int headerLength = 20 + 4 * random.nextInt(11);
      int trafficClass = random.nextInt(256);
      int totalLength = random.nextInt(65_536);
      int identification = random.nextInt(65_536);
      int fragment = random.nextInt(65_536);
      int ttl = random.nextInt(256);
      int protocol = random.nextInt(256);
      int checksum = random.nextInt(65_536);
      int source = random.nextInt();
      int destination = random.nextInt();
      Ipv4Header.destination(buffer, AT, destination);
      Ipv4Header.source(buffer, AT, source);
      Ipv4Header.checksum(buffer, AT, checksum);
      Ipv4Header.protocol(buffer, AT, protocol);
      Ipv4Header.ttl(buffer, AT, ttl);
      Ipv4Header.flagsAndFragmentOffset(buffer, AT, fragment);
      Ipv4Header.identification(buffer, AT, identification);
      Ipv4Header.totalLength(buffer, AT, totalLength);
      Ipv4Header.trafficClass(buffer, AT, trafficClass);
      Ipv4Header.headerLength(buffer, AT, headerLength);
      assertThat(Ipv4Header.version(buffer, AT)).isEqualTo(4);
      assertThat(Ipv4Header.headerLength(buffer, AT)).isEqualTo(headerLength);
      assertThat(Ipv4Header.trafficClass(buffer, AT)).isEqualTo(trafficClass);
      assertThat(Ipv4Header.totalLength(buffer, AT)).isEqualTo(totalLength);
      assertThat(Ipv4Header.identification(buffer, AT)).isEqualTo(identification);
      assertThat(Ipv4Header.fragmentOffset(buffer, AT)).isEqualTo((fragment & 0x1FFF) * 8);
      assertThat(Ipv4Header.moreFragments(buffer, AT)).isEqualTo((fragment & 0x2000) != 0);
      assertThat(Ipv4Header.isFragment(buffer, AT)).isEqualTo((fragment & 0x3FFF) != 0);
      assertThat(Ipv4Header.ttl(buffer, AT)).isEqualTo(ttl);
      assertThat(Ipv4Header.protocol(buffer, AT)).isEqualTo(protocol);
      assertThat(Ipv4Header.checksum(buffer, AT)).isEqualTo(checksum);
      assertThat(Ipv4Header.source(buffer, AT)).isEqualTo(source);
      assertThat(Ipv4Header.destination(buffer, AT)).isEqualTo(destination);
    }
  }

  @Test
  void judgesEveryLengthOfIpv4() {
    Ipv4Header.write(buffer, 0, 0, 60, 1, 0, 64, 6, CLIENT, SERVER);
    for (int length = 0; length < 60; length++) {
      assertThat(Ipv4Header.validate(buffer, 0, length)).isEqualTo(HeaderVerdict.TRUNCATED);
    }
    assertThat(Ipv4Header.validate(buffer, 0, 60)).isEqualTo(HeaderVerdict.OK);
    assertThat(Ipv4Header.validate(buffer, 0, 64)).as("padding").isEqualTo(HeaderVerdict.OK);
    assertThat(Ipv4Header.validateEmbedded(buffer, 0, 28)).isEqualTo(HeaderVerdict.OK);
    Ipv4Header.totalLength(buffer, 0, 19);
    assertThat(Ipv4Header.validate(buffer, 0, 60)).isEqualTo(HeaderVerdict.BAD_TOTAL_LENGTH);
    buffer.put(0, (byte) 0x44);
    assertThat(Ipv4Header.validate(buffer, 0, 60)).isEqualTo(HeaderVerdict.BAD_HEADER_LENGTH);
    buffer.put(0, (byte) 0x65);
    assertThat(Ipv4Header.validate(buffer, 0, 60)).isEqualTo(HeaderVerdict.BAD_VERSION);
    buffer.put(0, (byte) 0x4F);
    assertThat(Ipv4Header.validate(buffer, 0, 59)).isEqualTo(HeaderVerdict.TRUNCATED);
  }

  @Test
  void neverThrowsOnRandomBytes() {
    Random random = new Random(1);
    byte[] bytes = new byte[128];
    for (int round = 0; round < 20_000; round++) {
      random.nextBytes(bytes);
      buffer.put(0, bytes);
      int offset = random.nextInt(130);
      int length = random.nextInt(130);
      EthernetHeader.validate(buffer, offset, length);
      ArpPacket.validate(buffer, offset, length);
      IcmpMessage.validate(buffer, offset, length);
      if (Ipv4Header.validate(buffer, offset, length) == HeaderVerdict.OK) {
        Ipv4Header.checksumIsValid(buffer, offset);
      }
      if (TcpHeader.validate(buffer, offset, length) == HeaderVerdict.OK) {
        new TcpOptionParser().parseSegment(buffer, offset);
      }
    }
  }

  @Test
  void writesAndReadsIcmp() {
    IcmpMessage.write(buffer, AT, IcmpMessage.ECHO_REQUEST, 0, 0x1234_5678);
    IcmpMessage.updateChecksum(buffer, AT, 16);
    assertThat(IcmpMessage.type(buffer, AT)).isEqualTo(8);
    assertThat(IcmpMessage.code(buffer, AT)).isZero();
    assertThat(IcmpMessage.identifier(buffer, AT)).isEqualTo(0x1234);
    assertThat(IcmpMessage.sequence(buffer, AT)).isEqualTo(0x5678);
    assertThat(IcmpMessage.checksumIsValid(buffer, AT, 16)).isTrue();
    IcmpMessage.write(buffer, AT, IcmpMessage.UNREACHABLE, IcmpMessage.FRAGMENTATION_NEEDED, 1400);
    assertThat(IcmpMessage.nextHopMtu(buffer, AT)).isEqualTo(1400);
    IcmpMessage.nextHopMtu(buffer, AT, 65_535);
    assertThat(IcmpMessage.nextHopMtu(buffer, AT)).isEqualTo(65_535);
    IcmpMessage.write(buffer, AT, IcmpMessage.PARAMETER_PROBLEM, 0, 0);
    IcmpMessage.pointer(buffer, AT, 200);
    assertThat(IcmpMessage.pointer(buffer, AT)).isEqualTo(200);
    IcmpMessage.identifier(buffer, AT, 0xFFFE);
    IcmpMessage.sequence(buffer, AT, 0xFFFD);
    IcmpMessage.type(buffer, AT, 255);
    IcmpMessage.code(buffer, AT, 254);
    IcmpMessage.checksum(buffer, AT, 0xFFFC);
    assertThat(IcmpMessage.identifier(buffer, AT)).isEqualTo(0xFFFE);
    assertThat(IcmpMessage.sequence(buffer, AT)).isEqualTo(0xFFFD);
    assertThat(IcmpMessage.type(buffer, AT)).isEqualTo(255);
    assertThat(IcmpMessage.code(buffer, AT)).isEqualTo(254);
    assertThat(IcmpMessage.checksum(buffer, AT)).isEqualTo(0xFFFC);
    for (int length = 0; length < 8; length++) {
      assertThat(IcmpMessage.validate(buffer, AT, length)).isEqualTo(HeaderVerdict.TRUNCATED);
    }
    assertThat(IcmpMessage.isError(IcmpMessage.TIME_EXCEEDED)).isTrue();
    assertThat(IcmpMessage.isError(IcmpMessage.ECHO_REQUEST)).isFalse();
  }

  @Test
  void writesAndReadsTcp() {
    TcpHeader.write(
        buffer,
        AT,
        0xC001,
        80,
        0xFFFF_FFF0,
        0x8000_0001,
        32,
        TcpHeader.CWR | TcpHeader.SYN | TcpHeader.ACK,
        0xFEDC,
        0xABCD);
    assertThat(TcpHeader.validate(buffer, AT, 32)).isEqualTo(HeaderVerdict.OK);
    assertThat(TcpHeader.sourcePort(buffer, AT)).isEqualTo(0xC001);
    assertThat(TcpHeader.destinationPort(buffer, AT)).isEqualTo(80);
    assertThat(TcpHeader.sequenceNumber(buffer, AT)).isEqualTo(0xFFFF_FFF0);
    assertThat(TcpHeader.acknowledgmentNumber(buffer, AT)).isEqualTo(0x8000_0001);
    assertThat(TcpHeader.headerLength(buffer, AT)).isEqualTo(32);
    assertThat(TcpHeader.reserved(buffer, AT)).isZero();
    assertThat(TcpHeader.flags(buffer, AT)).isEqualTo(0x92);
    assertThat(TcpHeader.window(buffer, AT)).isEqualTo(0xFEDC);
    assertThat(TcpHeader.checksum(buffer, AT)).isZero();
    assertThat(TcpHeader.urgentPointer(buffer, AT)).isEqualTo(0xABCD);
  }

  @Test
  void setsEveryFieldOfTcpWithoutTouchingTheOthers() {
    Random random = new Random(9293);
    for (int round = 0; round < 500; round++) {
      buffer.put(AT + 12, (byte) 0x05);
      int[] v = random.ints(6, 0, 65_536).toArray();
      int sequence = random.nextInt();
      int acknowledgment = random.nextInt();
      int headerLength = 4 * random.nextInt(16);
      TcpHeader.urgentPointer(buffer, AT, v[0]);
      TcpHeader.checksum(buffer, AT, v[1]);
      TcpHeader.window(buffer, AT, v[2]);
      TcpHeader.flags(buffer, AT, v[3] & 0xFF);
      TcpHeader.headerLength(buffer, AT, headerLength);
      TcpHeader.acknowledgmentNumber(buffer, AT, acknowledgment);
      TcpHeader.sequenceNumber(buffer, AT, sequence);
      TcpHeader.destinationPort(buffer, AT, v[4]);
      TcpHeader.sourcePort(buffer, AT, v[5]);
      assertThat(TcpHeader.urgentPointer(buffer, AT)).isEqualTo(v[0]);
      assertThat(TcpHeader.checksum(buffer, AT)).isEqualTo(v[1]);
      assertThat(TcpHeader.window(buffer, AT)).isEqualTo(v[2]);
      assertThat(TcpHeader.flags(buffer, AT)).isEqualTo(v[3] & 0xFF);
      assertThat(TcpHeader.headerLength(buffer, AT)).isEqualTo(headerLength);
      assertThat(TcpHeader.reserved(buffer, AT)).isEqualTo(5);
      assertThat(TcpHeader.acknowledgmentNumber(buffer, AT)).isEqualTo(acknowledgment);
      assertThat(TcpHeader.sequenceNumber(buffer, AT)).isEqualTo(sequence);
      assertThat(TcpHeader.destinationPort(buffer, AT)).isEqualTo(v[4]);
      assertThat(TcpHeader.sourcePort(buffer, AT)).isEqualTo(v[5]);
    }
  }

  @Test
  void judgesEveryLengthOfTcp() {
    for (int headerLength = 0; headerLength <= 60; headerLength += 4) {
      TcpHeader.write(buffer, 0, 1, 2, 3, 4, headerLength, TcpHeader.ACK, 5, 0);
      for (int length = 0; length <= 64; length++) {
        HeaderVerdict expected =
            length < 20
                ? HeaderVerdict.TRUNCATED
                : headerLength < 20
                    ? HeaderVerdict.BAD_HEADER_LENGTH
                    : headerLength > length ? HeaderVerdict.TRUNCATED : HeaderVerdict.OK;
        assertThat(TcpHeader.validate(buffer, 0, length)).isEqualTo(expected);
      }
    }
  }
}
