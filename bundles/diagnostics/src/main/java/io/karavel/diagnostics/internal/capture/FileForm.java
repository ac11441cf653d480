package io.karavel.diagnostics.internal.capture;

import java.io.IOException;

/** A form in which frames are written. One thread. */
public interface FileForm extends RecordReader.Sink {
  /** Hands on what is held back. */
  void flush() throws IOException;

  /**
   * The capture ends.
   *
   * @param lost frames that found no room
   */
  void finish(long nowNanos, long lost) throws IOException;
}
