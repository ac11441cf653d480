package io.karavel.simulation.run;

import io.karavel.address.IpEndpoint;
import io.karavel.testkit.WirePacket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The trace of a run: always its hash, and all of it if it is to be shown. */
final class Recorder {
  /** One thing that happened. */
  record Line(
      String node,
      String device,
      long timeNanos,
      boolean inbound,
      WirePacket frame,
      boolean bareIp,
      IpEndpoint local,
      IpEndpoint remote,
      String call) {}

  private final List<Line> lines;
  private long hash = 0xcbf29ce484222325L;
  private long frames;

  /** With {@code keep} everything is kept. */
  Recorder(boolean keep) {
    lines = keep ? new ArrayList<>() : null;
  }

  private void mix(long value) {
    hash = (hash ^ value) * 0x100000001b3L;
    hash ^= hash >>> 29;
  }

  void frame(
      String node, String device, long now, boolean inbound, WirePacket frame, boolean bareIp) {
    frames++;
    mix(now);
    mix(node.hashCode() + (inbound ? 1 : 0));
    mix(Arrays.hashCode(frame.bytes()));
    if (lines != null) {
      lines.add(new Line(node, device, now, inbound, frame, bareIp, null, null, null));
    }
  }

  void call(String node, long now, IpEndpoint local, IpEndpoint remote, String call) {
    mix(now);
    mix(call.hashCode());
    if (lines != null) {
      lines.add(new Line(node, null, now, false, null, false, local, remote, call));
    }
  }

  void note(String node, long now, String what) {
    call(node, now, null, null, what);
  }

  long hash() {
    return hash;
  }

  long frames() {
    return frames;
  }

  List<Line> lines() {
    return lines;
  }
}
