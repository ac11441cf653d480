package io.karavel.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Blocks as draft-ietf-opsawg-pcapng lays them out. */
class PcapngWriterTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** The blocks; that each length stands at both ends and is a multiple of 4 is checked here. */
  private List<ByteBuffer> blocks() {
    ByteBuffer all = ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    List<ByteBuffer> blocks = new ArrayList<>();
    while (all.hasRemaining()) {
      int at = all.position();
      int length = all.getInt(at + 4);
      assertThat(length % 4).isZero();
      assertThat(all.getInt(at + length - 4)).isEqualTo(length);
      blocks.add(all.slice(at, length).order(ByteOrder.LITTLE_ENDIAN));
      all.position(at + length);
    }
    return blocks;
  }

  private static String text(ByteBuffer block) {
    byte[] copy = new byte[block.capacity()];
    block.get(0, copy);
    return new String(copy, StandardCharsets.UTF_8);
  }

  @Test
  void beginsWithASectionThatSaysWhoCaptures() throws IOException {
    PcapngWriter writer = new PcapngWriter(bytes, "Karavel");
    ByteBuffer section = blocks().get(0);
    assertThat(section.getInt(0)).isEqualTo(0x0A0D0D0A);
    assertThat(section.getInt(8)).isEqualTo(0x1A2B3C4D);
    assertThat(section.getShort(12)).isEqualTo((short) 1);
    assertThat(section.getLong(16)).isEqualTo(-1);
    assertThat(text(section)).contains("Karavel");
    assertThat(writer.bytesWritten()).isEqualTo(bytes.size());
  }

  @Test
  void describesInterfacesWithNanosecondTimes() throws IOException {
    PcapngWriter writer = new PcapngWriter(bytes, "x");
    assertThat(writer.addInterface("tap0", "main", PcapngWriter.LINKTYPE_ETHERNET, 96)).isZero();
    assertThat(writer.addInterface("tun0", "", PcapngWriter.LINKTYPE_RAW, 0)).isEqualTo(1);
    ByteBuffer first = blocks().get(1);
    assertThat(first.getInt(0)).isEqualTo(1);
    assertThat(first.getShort(8)).isEqualTo((short) 1);
    assertThat(first.getInt(12)).isEqualTo(96);
    // name "tap0", description "main", resolution: each option begins at a multiple of 4
    assertThat(first.getShort(16)).isEqualTo((short) 2);
    assertThat(first.getShort(24)).isEqualTo((short) 3);
    assertThat(first.getShort(32)).isEqualTo((short) 9);
    assertThat(first.get(36)).isEqualTo((byte) 9);
    assertThat(blocks().get(2).getShort(8)).isEqualTo((short) 101);
  }

  @Test
  void writesAPacketWithTimeDirectionAndComment() throws IOException {
    PcapngWriter writer = new PcapngWriter(bytes, "x");
    int port = writer.addInterface("tap0", "", PcapngWriter.LINKTYPE_ETHERNET, 0);
    ByteBuffer data = ByteBuffer.wrap(new byte[] {9, 1, 2, 3, 4, 5, 9}, 1, 5);
    long time = 1_700_000_000_123_456_789L;
    writer.packet(port, time, PcapngWriter.Direction.INBOUND, data, 60, "dropped: TCP_CHECKSUM");
    assertThat(data.remaining()).isEqualTo(5);
    ByteBuffer packet = blocks().get(2);
    assertThat(packet.getInt(0)).isEqualTo(6);
    assertThat(packet.getInt(8)).isZero();
    assertThat((long) packet.getInt(12) << 32 | packet.getInt(16) & 0xffffffffL).isEqualTo(time);
    assertThat(packet.getInt(20)).isEqualTo(5);
    assertThat(packet.getInt(24)).isEqualTo(60);
    assertThat(packet.get(28)).isEqualTo((byte) 1);
    assertThat(packet.get(32)).isEqualTo((byte) 5);
    assertThat(packet.getShort(36)).isEqualTo((short) 2);
    assertThat(packet.getInt(40)).isEqualTo(1);
    assertThat(packet.getShort(44)).isEqualTo((short) 1);
    assertThat(text(packet)).contains("dropped: TCP_CHECKSUM");
  }

  @Test
  void writesPacketsLargerThanItsBufferAndStatistics() throws IOException {
    PcapngWriter writer = new PcapngWriter(bytes, "x");
    int port = writer.addInterface("tap0", "", PcapngWriter.LINKTYPE_ETHERNET, 0);
    byte[] large = new byte[65_535];
    large[65_534] = 77;
    writer.packet(
        port, 1, PcapngWriter.Direction.OUTBOUND, ByteBuffer.wrap(large), large.length, "");
    writer.statistics(port, 2, 10, 3);
    ByteBuffer packet = blocks().get(2);
    assertThat(packet.get(28 + 65_534)).isEqualTo((byte) 77);
    ByteBuffer statistics = blocks().get(3);
    assertThat(statistics.getInt(0)).isEqualTo(5);
    assertThat(statistics.getLong(24)).isEqualTo(10);
    assertThat(statistics.getLong(36)).isEqualTo(3);
  }

  @Test
  void refusesAPacketOfAnInterfaceThatIsNotDescribed() throws IOException {
    PcapngWriter writer = new PcapngWriter(bytes, "x");
    ByteBuffer data = ByteBuffer.allocate(1);
    assertThatThrownBy(() -> writer.packet(0, 0, PcapngWriter.Direction.UNKNOWN, data, 1, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("interface 0 is not described");
  }
}
