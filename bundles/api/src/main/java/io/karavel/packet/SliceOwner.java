package io.karavel.packet;

/**
 * Lends memory to packet buffers: a send ring whose bytes a segment carries without copying. Called
 * on the lane's thread.
 */
public interface SliceOwner {
  /**
   * The buffer that borrowed a slice is free again.
   *
   * @param token what was given when the slice was lent
   */
  void onSliceReleased(long token);
}
