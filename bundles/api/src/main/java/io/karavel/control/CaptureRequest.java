package io.karavel.control;

/**
 * What a capture shall record and when it ends. Whichever bound comes first ends it.
 *
 * @param stack name of the stack
 * @param interfaceName the one interface; empty for all of the stack
 * @param filter which frames, in the language of {@code net:capture --help}; empty for all
 * @param snapLength most bytes kept of a frame, 16 to 65,535, or {@link #CONFIGURED}
 * @param packets most frames; 0 for no limit
 * @param bytes most bytes of captured frames; 0 for no limit, or {@link #CONFIGURED}
 * @param millis longest duration in milliseconds; 0 for no limit, or {@link #CONFIGURED}
 */
public record CaptureRequest(
    String stack,
    String interfaceName,
    String filter,
    int snapLength,
    long packets,
    long bytes,
    long millis) {
  /** What {@link DiagnosticsSettings} say. */
  public static final int CONFIGURED = -1;

  /** Longest frame that is kept whole. */
  public static final int WHOLE = 65_535;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException naming the value and its range
   */
  public CaptureRequest {
    range("snapLength", snapLength, 16, WHOLE, CONFIGURED);
    range("packets", packets, 0, Long.MAX_VALUE, 0);
    range("bytes", bytes, 0, Long.MAX_VALUE, CONFIGURED);
    range("millis", millis, 0, Long.MAX_VALUE / 1_000_000, CONFIGURED);
  }

  /** The same with every bound said. */
  public CaptureRequest with(DiagnosticsSettings settings) {
    return new CaptureRequest(
        stack,
        interfaceName,
        filter,
        snapLength == CONFIGURED ? settings.captureSnapLength() : snapLength,
        packets,
        bytes == CONFIGURED ? settings.captureMaxBytes() : bytes,
        millis == CONFIGURED ? settings.captureMaxSeconds() * 1000L : millis);
  }

  private static void range(String what, long value, long lowest, long highest, long besides) {
    if (value != besides && (value < lowest || value > highest)) {
      throw new IllegalArgumentException(
          what + " = " + value + " is refused: the range is " + lowest + " to " + highest);
    }
  }
}
