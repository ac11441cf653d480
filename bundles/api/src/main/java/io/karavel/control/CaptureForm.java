package io.karavel.control;

/** How captured frames are written. */
public enum CaptureForm {
  /** As Wireshark and tshark read it. */
  PCAPNG,
  /** A line a frame. */
  TEXT
}
