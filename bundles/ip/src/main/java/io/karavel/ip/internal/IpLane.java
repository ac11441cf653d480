package io.karavel.ip.internal;

import io.karavel.engine.DropReason;
import io.karavel.engine.Drops;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Timers;
import io.karavel.ip.IpSettings;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketPool;

/** What all concerns of IP on one lane share: the lane, its counters, the settings in force. */
final class IpLane {
  final LaneContext context;
  final PacketPool packets;
  final Drops drops;
  final Timers timers;
  final IpCounters counters;
  private IpSettings settings;

  IpLane(LaneContext context, IpSettings settings) {
    this.context = context;
    this.settings = settings;
    packets = context.packets();
    drops = context.drops();
    timers = context.timers();
    counters = new IpCounters(context.counters());
  }

  /** The settings in force; ask each time, they change live. */
  IpSettings settings() {
    return settings;
  }

  void settings(IpSettings value) {
    settings = value;
  }

  long now() {
    return context.nowNanos();
  }

  void drop(PacketBuffer buffer, DropReason reason) {
    drops.drop(buffer, reason);
  }

  void event(String kind, String subject, String text) {
    context.events().add(now(), kind, subject, text);
  }

  /** A duration between the two, both included, at random; in steps of a microsecond. */
  long randomNanos(long minimum, long maximum) {
    long spanMicros = Math.min((maximum - minimum) / 1_000, Integer.MAX_VALUE - 1);
    return minimum + (spanMicros <= 0 ? 0 : context.random((int) spanMicros + 1) * 1_000L);
  }
}
