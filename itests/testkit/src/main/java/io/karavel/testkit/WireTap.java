package io.karavel.testkit;

/** Sees every frame at the devices of a {@link VirtualNetwork}, in order. Test's thread. */
public interface WireTap {
  /** A device has sent a frame; whatever the cable does to it comes later. */
  void sent(StackHarness stack, String device, WirePacket frame);

  /** A frame has come to a device, as the cable left it; the stack has not seen it yet. */
  void arriving(StackHarness stack, String device, WirePacket frame);
}
