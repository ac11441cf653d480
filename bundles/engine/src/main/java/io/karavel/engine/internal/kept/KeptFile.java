package io.karavel.engine.internal.kept;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * A file of records: magic, version, length of the body, CRC-32C over these and the body, then the
 * body: tag (32 bit), length (32 bit), bytes, again and again. It is written beside its place, made
 * durable and renamed, so that at its place is either nothing or a whole file. It holds what
 * applications said and the secrets of stacks: only its owner may read it.
 */
public final class KeptFile {
  /** The version that is written, and the only one that is read. */
  public static final int VERSION = 1;

  private static final byte[] MAGIC = "KARAVEL\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_BYTES = 24;
  private static final int RECORD_HEADER_BYTES = 8;
  private static final int BUFFER_BYTES = 1 << 18;
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private KeptFile() {}

  /** Says the records of a file. */
  @FunctionalInterface
  public interface Content {
    /** Gives every record to the sink, in order. */
    void writeTo(Sink sink) throws IOException;
  }

  /** Takes the records of a file. */
  @FunctionalInterface
  public interface Sink {
    /** A record whose bytes are the parts one after the other; they are lent for the call. */
    void record(int tag, ByteBuffer... parts) throws IOException;
  }

  /** A record that was read. */
  public record Entry(int tag, ByteBuffer bytes) {}

  /** Where a file is written before it is renamed. */
  static Path beside(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  /**
   * Writes a file; whatever was at its place before is replaced at the very end.
   *
   * @return its size in bytes
   * @throws IOException if it cannot be written; then nothing is at its place
   */
  public static long write(Path file, Content content) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    discard(file);
    Path beside = beside(file);
    try {
      long size;
      try (FileChannel channel =
          FileChannel.open(
              beside,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              OWNER_ONLY)) {
        size = write(channel, content);
        channel.force(true);
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        directory.force(true);
      }
      return size;
    } catch (IOException | RuntimeException | Error e) {
      discard(file);
      throw e;
    }
  }

  private static long write(FileChannel channel, Content content) throws IOException {
    channel.position(HEADER_BYTES);
    Body body = new Body(channel);
    content.writeTo(body);
    body.flush();
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.put(MAGIC).putInt(VERSION).putLong(body.bytes);
    CRC32C all = new CRC32C();
    all.update(header.array(), 0, header.position());
    all.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, (int) body.crc.getValue()));
    header.putInt((int) all.getValue()).flip();
    while (header.hasRemaining()) {
      channel.write(header, header.position());
    }
    return HEADER_BYTES + body.bytes;
  }

  /** Collects records into writes of a good size. */
  private static final class Body implements Sink {
    final CRC32C crc = new CRC32C();
    long bytes;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    Body(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void record(int tag, ByteBuffer... parts) throws IOException {
      long length = 0;
      for (ByteBuffer part : parts) {
        length += part.remaining();
      }
      bytes += RECORD_HEADER_BYTES + length;
      if (bytes > Integer.MAX_VALUE - HEADER_BYTES) {
        throw new IOException("the state of the connections is larger than 2 GiB");
      }
      add(ByteBuffer.allocate(RECORD_HEADER_BYTES).putInt(tag).putInt((int) length).flip());
      for (ByteBuffer part : parts) {
        add(part.duplicate());
      }
    }

    private void add(ByteBuffer part) throws IOException {
      crc.update(part.duplicate());
      while (part.hasRemaining()) {
        int count = Math.min(part.remaining(), buffer.remaining());
        buffer.put(buffer.position(), part, part.position(), count);
        buffer.position(buffer.position() + count);
        part.position(part.position() + count);
        if (!buffer.hasRemaining()) {
          flush();
        }
      }
    }

    void flush() throws IOException {
      buffer.flip();
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      buffer.clear();
    }
  }

  /** Removes a file and what an interrupted write left beside it. */
  public static void discard(Path file) throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(beside(file));
  }

  /**
   * Reads a whole file; its bytes stay in it until they are looked at.
   *
   * @throws IOException if it is torn, foreign or of another version, saying which
   */
  public static List<Entry> read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < MAGIC.length) {
        throw new IOException("it is torn: it has " + size + " bytes");
      }
      if (size > Integer.MAX_VALUE) {
        throw new IOException("it is no file of kept connections: it has " + size + " bytes");
      }
      return records(channel.map(FileChannel.MapMode.READ_ONLY, 0, size));
    }
  }

  private static List<Entry> records(ByteBuffer all) throws IOException {
    byte[] magic = new byte[MAGIC.length];
    all.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IOException("it is no file of kept connections");
    }
    if (all.capacity() < HEADER_BYTES) {
      throw new IOException("it is torn: it has " + all.capacity() + " bytes");
    }
    int version = all.getInt();
    if (version != VERSION) {
      throw new IOException("it has version " + version + ", this engine reads " + VERSION);
    }
    long body = all.getLong();
    int expected = all.getInt();
    if (body != all.remaining()) {
      throw new IOException(
          "it is torn: " + all.remaining() + " bytes of " + body + " follow its header");
    }
    CRC32C inner = new CRC32C();
    inner.update(all.duplicate());
    CRC32C crc = new CRC32C();
    crc.update(all.duplicate().flip().limit(HEADER_BYTES - Integer.BYTES).position(0));
    crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, (int) inner.getValue()));
    if ((int) crc.getValue() != expected) {
      throw new IOException("it is damaged: its checksum does not match");
    }
    List<Entry> records = new ArrayList<>();
    while (all.hasRemaining()) {
      int tag = all.remaining() < RECORD_HEADER_BYTES ? 0 : all.getInt();
      int length = tag == 0 ? -1 : all.getInt();
      if (length < 0 || length > all.remaining()) {
        throw new IOException("it is damaged: a record has length " + length);
      }
      records.add(new Entry(tag, all.slice(all.position(), length).asReadOnlyBuffer()));
      all.position(all.position() + length);
    }
    return records;
  }
}
