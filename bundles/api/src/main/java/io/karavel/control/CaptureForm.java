package io.karavel.control;

/** How captured frames are written. */
public enum CaptureForm {
  /** As Wireshark and tshark read it. */
  PCAPNG,
  /** A line a frame, for eyes. */
  TEXT,
  /** A line a frame: time, interface, in or out, length, what it says and a comment, by tabs. */
  PLAIN,
  /** The same columns as one JSON object a line. */
  JSON
}
