package io.karavel.control;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Records frames at the interfaces of a stack, several captures at once. A capture never slows the
 * data path: what finds no room is lost to the capture and counted. Any thread.
 */
public interface Captures {
  /**
   * Begins a capture in the background, as pcapng into a file.
   *
   * @param file must not exist yet
   * @throws IOException if the file cannot be made, with what to do
   * @throws IllegalArgumentException if the request names no stack or interface that is there, the
   *     filter is not understood, or {@code maxCaptures} run already
   */
  CaptureInfo start(CaptureRequest request, Path file) throws IOException;

  /**
   * Captures in the caller's thread until a bound is reached, the thread is interrupted, or the
   * stream can take no more. The stream is flushed, not closed.
   *
   * @throws IllegalArgumentException as {@link #start}
   */
  CaptureInfo run(CaptureRequest request, CaptureForm form, OutputStream out) throws IOException;

  /** The captures that run, and those that ended last. */
  List<CaptureInfo> list();

  /**
   * Ends a capture; returns when its file is complete.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  CaptureInfo stop(String name);
}
