package io.karavel.control;

import io.karavel.nic.FrameTap;
import io.karavel.tcp.spi.TransitionTap;

/**
 * Where captures, traces, impairments and the loss laboratory take hold of a stack. A lasting
 * service of the engine: taps stay while any module is replaced. Any thread.
 */
public interface TapPoints {
  /**
   * Puts taps at every interface that they {@linkplain FrameTap#isFor want}, those that come later
   * included: all of them between two turns of a lane. Returns when they are in place.
   *
   * @throws IllegalArgumentException if there is no such stack
   */
  void attach(String stack, FrameTap... taps);

  /** Takes a tap out; when this returns it is called no more. Nothing happens if it is not in. */
  void detach(String stack, FrameTap tap);

  /**
   * Where the states of the stack's connections can be followed.
   *
   * @throws IllegalArgumentException if there is no such stack
   */
  TransitionTap transitions(String stack);
}
