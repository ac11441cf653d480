package io.karavel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class VirtioNetHeaderTest {
  private final PacketPool pool = new PacketPool();

  private PacketBuffer frame(int length) {
    PacketBuffer frame = pool.allocate(length);
    frame.append(length);
    return frame;
  }

  @Test
  void writesTheFieldsInTheOrderAndByteOrderOfTheKernelsStructure() {
    ByteBuffer memory = ByteBuffer.allocateDirect(16); // big-endian, as packet memory is
    VirtioNetHeader.write(memory, 2, 1, 4, 0x0102, 0x0304, 0x0506, 0x0708);
    ByteBuffer kernel = memory.duplicate().order(ByteOrder.nativeOrder());
    assertThat(memory.get(2)).isEqualTo((byte) 1);
    assertThat(memory.get(3)).isEqualTo((byte) 4);
    assertThat(kernel.getShort(4)).isEqualTo((short) 0x0102);
    assertThat(kernel.getShort(6)).isEqualTo((short) 0x0304);
    assertThat(kernel.getShort(8)).isEqualTo((short) 0x0506);
    assertThat(kernel.getShort(10)).isEqualTo((short) 0x0708);
    assertThat(VirtioNetHeader.headerLength(memory, 2)).isEqualTo(0x0102);
    assertThat(VirtioNetHeader.gsoSize(memory, 2)).isEqualTo(0x0304);
    assertThat(VirtioNetHeader.checksumStart(memory, 2)).isEqualTo(0x0506);
    assertThat(VirtioNetHeader.checksumOffset(memory, 2)).isEqualTo(0x0708);
  }

  @Test
  void aSuperSegmentComesThroughWithOffsetsRelativeToTheFrame() {
    PacketBuffer sent = frame(14 + 20 + 32 + 100);
    int tcp = sent.offset() + 34;
    sent.memory().put(tcp + 12, (byte) 0x80); // data offset 8 words
    sent.checksumPartial(tcp, 16);
    sent.segmentation(PacketBuffer.SEGMENTATION_TCP4, 1448);
    ByteBuffer header = ByteBuffer.allocateDirect(VirtioNetHeader.BYTES);
    VirtioNetHeader.encode(sent, header, 0);
    assertThat(VirtioNetHeader.flags(header, 0)).isEqualTo(VirtioNetHeader.FLAG_NEEDS_CSUM);
    assertThat(VirtioNetHeader.gsoType(header, 0)).isEqualTo(VirtioNetHeader.GSO_TCPV4);
    assertThat(VirtioNetHeader.headerLength(header, 0)).isEqualTo(66);
    assertThat(VirtioNetHeader.checksumStart(header, 0)).isEqualTo(34);
    assertThat(VirtioNetHeader.checksumOffset(header, 0)).isEqualTo(16);

    PacketBuffer received = frame(14 + 20 + 32 + 100);
    received.trimFront(0);
    assertThat(VirtioNetHeader.decode(header, 0, received)).isTrue();
    assertThat(received.checksumState()).isEqualTo(PacketBuffer.CHECKSUM_PARTIAL);
    assertThat(received.checksumStart()).isEqualTo(received.offset() + 34);
    assertThat(received.checksumOffset()).isEqualTo(16);
    assertThat(received.segmentationType()).isEqualTo(PacketBuffer.SEGMENTATION_TCP4);
    assertThat(received.segmentSize()).isEqualTo(1448);
  }

  @Test
  void verifiedAndUnknownChecksumsAreTold() {
    ByteBuffer header = ByteBuffer.allocateDirect(VirtioNetHeader.BYTES);
    PacketBuffer frame = frame(60);
    VirtioNetHeader.encode(frame, header, 0);
    assertThat(VirtioNetHeader.decode(header, 0, frame)).isTrue();
    assertThat(frame.checksumState()).isEqualTo(PacketBuffer.CHECKSUM_UNKNOWN);
    frame.checksumState(PacketBuffer.CHECKSUM_VERIFIED);
    VirtioNetHeader.encode(frame, header, 0);
    frame.checksumState(PacketBuffer.CHECKSUM_UNKNOWN);
    assertThat(VirtioNetHeader.decode(header, 0, frame)).isTrue();
    assertThat(frame.checksumState()).isEqualTo(PacketBuffer.CHECKSUM_VERIFIED);
  }

  @Test
  void refusesAChecksumFieldOutsideTheFrame() {
    ByteBuffer header = ByteBuffer.allocateDirect(VirtioNetHeader.BYTES);
    VirtioNetHeader.write(header, 0, VirtioNetHeader.FLAG_NEEDS_CSUM, 0, 0, 0, 34, 16);
    assertThat(VirtioNetHeader.decode(header, 0, frame(52))).isTrue();
    assertThat(VirtioNetHeader.decode(header, 0, frame(51))).isFalse();
    VirtioNetHeader.write(header, 0, VirtioNetHeader.FLAG_NEEDS_CSUM, 0, 0, 0, 0xffff, 0xffff);
    assertThat(VirtioNetHeader.decode(header, 0, frame(1500))).isFalse();
  }

  @Test
  void refusesSegmentationThatWasNotAgreedOnOrHasNoSize() {
    ByteBuffer header = ByteBuffer.allocateDirect(VirtioNetHeader.BYTES);
    VirtioNetHeader.write(header, 0, 0, 3 /* UDP */, 42, 1000, 0, 0);
    assertThat(VirtioNetHeader.decode(header, 0, frame(1500))).isFalse();
    VirtioNetHeader.write(header, 0, 0, VirtioNetHeader.GSO_TCPV4, 54, 0, 0, 0);
    assertThat(VirtioNetHeader.decode(header, 0, frame(1500))).isFalse();
  }
}
