package io.karavel.control;

/**
 * How a capture is.
 *
 * @param name its name: "capture1" …
 * @param request what was asked for
 * @param target the file, or what else takes it
 * @param running whether it still records
 * @param packets frames recorded
 * @param bytes bytes of them kept
 * @param lost frames that matched and found no room: the data path never waits
 * @param ageNanos nanoseconds since it began
 * @param ending why it ended: "stopped", "packets", "bytes", "time", or an error; empty if running
 */
public record CaptureInfo(
    String name,
    CaptureRequest request,
    String target,
    boolean running,
    long packets,
    long bytes,
    long lost,
    long ageNanos,
    String ending) {}
