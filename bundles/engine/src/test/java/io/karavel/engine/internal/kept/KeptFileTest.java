package io.karavel.engine.internal.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file is whole or it is refused, whatever became of it. */
class KeptFileTest {
  @TempDir Path folder;
  private Path file;
  private final byte[] large = new byte[700_000];

  @BeforeEach
  void writeOne() throws IOException {
    new Random(1).nextBytes(large);
    file = folder.resolve("karavel").resolve("connections");
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private long small() throws IOException {
    return KeptFile.write(
        file,
        out -> {
          out.record(1, bytes("first"));
          out.record(2, bytes("in "), bytes("two parts"));
          out.record(3);
        });
  }

  private static String text(KeptFile.Entry record) {
    return StandardCharsets.UTF_8.decode(record.bytes().duplicate()).toString();
  }

  @Test
  void whatIsWrittenIsReadInOrder() throws IOException {
    assertThat(small()).isEqualTo(Files.size(file));
    List<KeptFile.Entry> records = KeptFile.read(file);
    assertThat(records).extracting(KeptFile.Entry::tag).containsExactly(1, 2, 3);
    assertThat(records).extracting(KeptFileTest::text).containsExactly("first", "in two parts", "");
  }

  @Test
  void recordsMayBeLargerThanAnyBuffer() throws IOException {
    KeptFile.write(file, out -> out.record(9, bytes("head"), ByteBuffer.wrap(large)));
    ByteBuffer read = KeptFile.read(file).get(0).bytes();
    assertThat(read.remaining()).isEqualTo(4 + large.length);
    assertThat(read.position(4)).isEqualTo(ByteBuffer.wrap(large));
  }

  @Test
  void onlyTheOwnerMayReadIt() throws IOException {
    small();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void everyTornPrefixIsRefused() throws IOException {
    small();
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> KeptFile.read(file))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("it is torn");
    }
  }

  @Test
  void oneChangedBitAnywhereIsRefused() throws IOException {
    small();
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= (byte) (1 << at % 8);
      Files.write(file, changed);
      assertThatThrownBy(() -> KeptFile.read(file))
          .as("byte %d", at)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("it ");
    }
  }

  @Test
  void moreThanWasWrittenIsRefused() throws IOException {
    small();
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    assertThatThrownBy(() -> KeptFile.read(file)).hasMessageContaining("it is torn");
  }

  @Test
  void foreignFilesAreRefused() throws IOException {
    Files.createDirectories(file.getParent());
    for (byte[] foreign :
        List.of(large, "#!/bin/sh\nexec something\n".getBytes(StandardCharsets.UTF_8))) {
      Files.write(file, foreign);
      assertThatThrownBy(() -> KeptFile.read(file)).hasMessage("it is no file of kept connections");
    }
  }

  @Test
  void anotherVersionIsNamed() throws IOException {
    small();
    byte[] whole = Files.readAllBytes(file);
    ByteBuffer.wrap(whole).putInt(8, 7);
    Files.write(file, whole);
    assertThatThrownBy(() -> KeptFile.read(file))
        .hasMessage("it has version 7, this engine reads 1");
  }

  @Test
  void aWriteThatFailsLeavesNothing() throws IOException {
    small();
    assertThatThrownBy(
            () ->
                KeptFile.write(
                    file,
                    out -> {
                      out.record(1, ByteBuffer.wrap(large));
                      throw new IOException("no space left");
                    }))
        .hasMessage("no space left");
    try (var left = Files.list(file.getParent())) {
      assertThat(left).isEmpty();
    }
  }

  /** What a kill -9 in the middle of a write leaves: part of the file beside its place. */
  @Test
  void whatAnInterruptedWriteLeftIsNeverReadAndGoes() throws IOException {
    small();
    byte[] whole = Files.readAllBytes(file);
    Files.delete(file);
    for (int length : new int[] {0, 1, 24, whole.length - 1, whole.length}) {
      Files.write(KeptFile.beside(file), Arrays.copyOf(whole, length));
      assertThat(file).doesNotExist();
      KeptFile.discard(file);
      assertThat(KeptFile.beside(file)).doesNotExist();
    }
    Files.write(KeptFile.beside(file), large);
    assertThat(small()).isEqualTo(whole.length);
    assertThat(KeptFile.read(file)).hasSize(3);
  }
}
