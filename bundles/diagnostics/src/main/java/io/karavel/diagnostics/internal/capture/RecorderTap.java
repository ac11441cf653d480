package io.karavel.diagnostics.internal.capture;

import io.karavel.engine.DropReason;
import io.karavel.nic.FrameTap;
import io.karavel.nic.TapPoint;
import io.karavel.packet.PacketBuffer;

/** Feeds a recorder with what passes one place. */
final class RecorderTap implements FrameTap {
  private final Recorder recorder;
  private final String interfaceName;
  private final int position;
  private final boolean received;
  private final boolean sent;

  RecorderTap(
      Recorder recorder, String interfaceName, int position, boolean received, boolean sent) {
    this.recorder = recorder;
    this.interfaceName = interfaceName;
    this.position = position;
    this.received = received;
    this.sent = sent;
  }

  @Override
  public int position() {
    return position;
  }

  @Override
  public boolean isFor(String name) {
    return interfaceName.isEmpty() || interfaceName.equals(name);
  }

  @Override
  public boolean onReceived(TapPoint point, PacketBuffer frame) {
    recorder.onFrame(point, frame, true, received);
    return true;
  }

  @Override
  public boolean onTransmit(TapPoint point, PacketBuffer frame) {
    recorder.onFrame(point, frame, false, sent);
    return true;
  }

  @Override
  public void onGiven(TapPoint point, DropReason dropped) {
    recorder.onGiven(point, dropped);
  }

  @Override
  public void onTurnEnd(TapPoint point) {
    recorder.onTurnEnd(point);
  }

  @Override
  public void onDetached(TapPoint point) {
    recorder.onDetached(point);
  }
}
