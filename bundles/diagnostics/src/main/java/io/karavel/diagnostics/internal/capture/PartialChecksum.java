package io.karavel.diagnostics.internal.capture;

import io.karavel.wire.InternetChecksum;
import java.nio.ByteBuffer;

/**
 * Completes checksums that were left to the device, so that those who read a file can check them.
 */
final class PartialChecksum {
  private PartialChecksum() {}

  /**
   * Sums from {@code start} to the end, the field holding the sum of the pseudo-header.
   *
   * @param offset of the field from {@code start}
   */
  static void complete(ByteBuffer data, int start, int offset) {
    if (start + offset + 2 > data.limit()) {
      return;
    }
    int sum = InternetChecksum.sum(data, start, data.limit() - start);
    data.putShort(start + offset, (short) InternetChecksum.finish(sum));
  }
}
