package io.karavel.testkit.script;

import io.karavel.address.IpEndpoint;
import io.karavel.testkit.Durations;
import io.karavel.testkit.IcmpName;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.PacketFormat;
import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Runs the steps of a script on a harness: time, packets in, packets out, and how it fails. */
final class ScriptEngine {
  /** Bytes of the original datagram that an ICMP error quotes behind its IP header (RFC 792). */
  private static final int QUOTED_BYTES = 8;

  private final StackHarness harness;
  private final Trace trace = new Trace();
  private final Map<String, Flow> flows = new LinkedHashMap<>();
  private final List<WirePacket> pending = new ArrayList<>();
  private Flow flow;
  private long zeroNanos;
  private long nominalNanos;
  private long toleranceNanos;
  private Runnable afterStep = () -> {};

  ScriptEngine(StackHarness harness, Flow first) {
    this.harness = harness;
    flow = first;
    flows.put(first.name(), first);
    zeroNanos = harness.clock().nanoTime();
    nominalNanos = zeroNanos;
    harness.settle();
    harness.output();
  }

  StackHarness harness() {
    return harness;
  }

  Flow flow() {
    return flow;
  }

  void flow(String name, IpEndpoint local, IpEndpoint remote) {
    flow = flows.computeIfAbsent(name, n -> new Flow(n, local, remote));
  }

  /** Has something done after each step that can change the stack. */
  void afterStep(Runnable action) {
    afterStep = action;
  }

  /** A step is over: its effects are there. */
  void stepDone() {
    collect();
    afterStep.run();
    collect();
  }

  void tolerance(long nanos) {
    toleranceNanos = nanos;
  }

  // ---- time ----

  long elapsedNanos() {
    return harness.clock().nanoTime() - zeroNanos;
  }

  void mark() {
    zeroNanos = nominalNanos;
    note("---- time begins anew");
  }

  void at(long nanos) {
    moveTo(zeroNanos + nanos);
  }

  void after(long nanos) {
    moveTo(nominalNanos + nanos);
  }

  private void moveTo(long targetNanos) {
    settle();
    if (targetNanos == nominalNanos) {
      return;
    }
    expectNothing();
    if (targetNanos < nominalNanos) {
      throw new IllegalArgumentException(
          "the script is at "
              + Durations.format(nominalNanos - zeroNanos)
              + ": "
              + Durations.format(targetNanos - zeroNanos)
              + " is over");
    }
    nominalNanos = targetNanos;
    while (harness.nextDeadlineNanos() <= targetNanos) {
      step();
      if (!pending.isEmpty() && harness.clock().nanoTime() < targetNanos - toleranceNanos) {
        expectNothing();
      }
    }
    if (harness.clock().nanoTime() < targetNanos) {
      harness.advanceTo(targetNanos);
      collect();
    }
  }

  private void step() {
    harness.advanceTo(Math.max(harness.nextDeadlineNanos(), harness.clock().nanoTime()));
    stepDone();
  }

  void settle() {
    harness.settle();
    collect();
  }

  private void collect() {
    for (WirePacket packet : harness.output()) {
      Flow owner = ownerOf(packet);
      if (owner != null && packet.isTcp() && packet.has(TcpHeader.SYN)) {
        owner.learnSequence(packet);
      }
      pending.add(packet);
      trace.add(packet.timeNanos() - zeroNanos, () -> ">  " + show(packet));
    }
  }

  private Flow ownerOf(WirePacket packet) {
    if (flow.owns(packet)) {
      return flow;
    }
    for (Flow other : flows.values()) {
      if (other.owns(packet)) {
        return other;
      }
    }
    return null;
  }

  private String show(WirePacket packet) {
    Flow owner = ownerOf(packet);
    if (owner == null) {
      return packet.toString();
    }
    String prefix = flows.size() > 1 ? owner.name() + ": " : "";
    return prefix + PacketFormat.describe(packet, owner.relative());
  }

  // ---- packets in ----

  void inject(String... texts) {
    for (String text : texts) {
      byte[] packet = build(text);
      note("<  " + (flows.size() > 1 ? flow.name() + ": " : "") + text);
      harness.deliver(packet);
      stepDone();
    }
  }

  void injectTogether(String... texts) {
    List<byte[]> packets = new ArrayList<>();
    for (String text : texts) {
      packets.add(build(text));
      note("<  (in one burst) " + text);
    }
    harness.deliverTogether(packets);
    stepDone();
  }

  void injectRaw(byte[] datagram) {
    note("<  " + WirePacket.ip(datagram));
    harness.deliver(datagram);
    stepDone();
  }

  private byte[] build(String text) {
    SegmentPattern pattern = Notation.parse(text);
    return pattern.icmp() != null ? icmp(pattern) : segment(pattern);
  }

  private PacketBuilder builder(SegmentPattern pattern) {
    SegmentPattern.IpFields fields = pattern.ip();
    int tos = fields.trafficClass() == null ? 0 : fields.trafficClass();
    return new PacketBuilder()
        .from(flow.remote().address(), flow.remote().port())
        .to(flow.local().address(), flow.local().port())
        .timeToLive(fields.timeToLive() == null ? 64 : fields.timeToLive())
        .trafficClass(fields.ecn() == null ? tos : tos & 0xfc | fields.ecn())
        .dontFragment(fields.dontFragment() == null || fields.dontFragment())
        .reserved(fields.reserved())
        .badTcpChecksum(fields.badTcpChecksum())
        .badIpChecksum(fields.badIpChecksum());
  }

  private byte[] segment(SegmentPattern pattern) {
    if (flow.local().port() == 0) {
      throw new IllegalStateException(
          "the stack's port is not known before its SYN: expect that first, or bind");
    }
    boolean acknowledges = (pattern.flags() & TcpHeader.ACK) != 0;
    if (acknowledges && pattern.acknowledgment() == null) {
      throw new IllegalArgumentException("packet '" + pattern + "': it acknowledges what?");
    }
    boolean opening = (pattern.flags() & TcpHeader.SYN) != 0;
    long position = pattern.sequence() - (opening ? 0 : 1);
    return builder(pattern)
        .flags(pattern.flags() | (pattern.push() ? TcpHeader.PSH : 0))
        .sequence((int) pattern.sequence() + flow.peerIsn())
        .acknowledgment(acknowledges ? pattern.acknowledgment().intValue() + flow.localIsn() : 0)
        .window(pattern.window() == null ? flow.peerWindow() : pattern.window())
        .urgent(pattern.urgent() == null ? 0 : pattern.urgent())
        .options(toSend(pattern, acknowledges))
        .payload(Content.bytes(position, pattern.length()))
        .tcp();
  }

  private List<SegmentOption> toSend(SegmentPattern pattern, boolean acknowledges) {
    if (pattern.options() == null) {
      return List.of();
    }
    List<SegmentOption> options = new ArrayList<>();
    for (SegmentOption option : pattern.options()) {
      if (option.kind() == TcpOptionParser.SACK && option.hex() == null) {
        List<Long> edges = new ArrayList<>();
        option.values().forEach(edge -> edges.add(edge + flow.localIsn()));
        options.add(new SegmentOption(option.kind(), edges, null));
      } else if (option.kind() == TcpOptionParser.TIMESTAMPS && option.hex() == null) {
        List<Long> values = option.values().isEmpty() ? Arrays.asList(null, null) : option.values();
        long value =
            values.get(0) == null ? 1000 + elapsedNanos() / 1_000_000 : (long) values.get(0);
        long echo =
            values.get(1) == null ? flow.lastTimestamp() : values.get(1) + flow.timestampOrigin();
        options.add(SegmentOption.of(option.kind(), value, acknowledges ? echo : 0));
      } else {
        options.add(option);
      }
    }
    return options;
  }

  private byte[] icmp(SegmentPattern pattern) {
    SegmentPattern.IcmpPart icmp = pattern.icmp();
    IcmpName name = icmp.name();
    byte[] body = {};
    if (icmp.quotedSequence() != null) {
      byte[] original =
          new PacketBuilder()
              .from(flow.local().address(), flow.local().port())
              .to(flow.remote().address(), flow.remote().port())
              .sequence(icmp.quotedSequence().intValue() + flow.localIsn())
              .flags(TcpHeader.ACK)
              .payload(new byte[icmp.quotedLength()])
              .tcp();
      body = Arrays.copyOf(original, 20 + QUOTED_BYTES);
    }
    boolean echo = name == IcmpName.ECHO_REQUEST || name == IcmpName.ECHO_REPLY;
    // identifier and sequence number of an echo
    int rest = echo ? 1 << 16 | 1 : icmp.mtu();
    return builder(pattern).icmp(name.type(), name.code(), rest, body);
  }

  // ---- packets out ----

  void expect(String... texts) {
    for (String text : texts) {
      expectOne(Notation.parse(text));
    }
  }

  private void expectOne(SegmentPattern pattern) {
    settle();
    while (firstOfFlow() == null
        && toleranceNanos > 0
        && harness.nextDeadlineNanos() <= nominalNanos + toleranceNanos) {
      step();
    }
    take(pattern);
  }

  /** Goes on in time until something is sent, which must be this. */
  void expectWithin(long nanos, String text) {
    SegmentPattern pattern = Notation.parse(text);
    settle();
    long limit = nominalNanos + nanos;
    while (firstOfFlow() == null && harness.nextDeadlineNanos() <= limit) {
      step();
    }
    take(pattern);
    nominalNanos = harness.clock().nanoTime();
  }

  private WirePacket firstOfFlow() {
    for (WirePacket packet : pending) {
      if (flow.owns(packet)) {
        return packet;
      }
    }
    return null;
  }

  private void take(SegmentPattern pattern) {
    WirePacket packet = firstOfFlow();
    if (packet == null) {
      String elsewhere =
          pending.isEmpty() ? "nothing was sent" : "sent, but not here: " + show(pending.get(0));
      throw failure("expected   " + pattern + "\n  " + elsewhere + nextTimer());
    }
    if (packet.isTcp()) {
      flow.learn(packet, pattern);
    }
    List<String> differences = SegmentMatcher.differences(pattern, packet, flow);
    if (!differences.isEmpty()) {
      throw failure(
          "expected   "
              + pattern
              + "\n  sent       "
              + show(packet)
              + "\n      "
              + String.join("\n      ", differences));
    }
    pending.remove(packet);
  }

  private String nextTimer() {
    long next = harness.nextDeadlineNanos();
    return next == Long.MAX_VALUE
        ? ", and no timer is armed"
        : ", and the next timer is due at " + Durations.format(next - zeroNanos);
  }

  void expectNothing() {
    settle();
    if (!pending.isEmpty()) {
      StringBuilder text = new StringBuilder("sent and was not expected:");
      for (WirePacket packet : pending) {
        text.append("\n      ")
            .append(Durations.format(packet.timeNanos() - zeroNanos))
            .append("  ")
            .append(show(packet));
      }
      throw failure(text.toString());
    }
  }

  void discardSent() {
    settle();
    for (Iterator<WirePacket> all = pending.iterator(); all.hasNext(); ) {
      WirePacket packet = all.next();
      Flow owner = ownerOf(packet);
      if (owner != null && packet.isTcp()) {
        owner.learn(packet, null);
      }
      all.remove();
    }
    note("   (what was sent is passed over)");
  }

  /** What was sent and not yet expected, taken out. */
  List<WirePacket> takeSent() {
    settle();
    List<WirePacket> sent = List.copyOf(pending);
    pending.clear();
    return sent;
  }

  // ---- words ----

  void note(String what) {
    trace.add(elapsedNanos(), () -> what);
  }

  AssertionError failure(String what) {
    return failure(what, null);
  }

  AssertionError failure(String what, Throwable cause) {
    return new AssertionError(
        "at "
            + Durations.format(elapsedNanos())
            + " of the script\n\n  "
            + what
            + "\n\nso far (> sent by the stack, < received by it)\n"
            + trace
            + Objects.requireNonNullElse(moduleErrors(), ""),
        cause);
  }

  /** What modules threw since the start; null if nothing. */
  String moduleErrors() {
    if (harness.crashes() == 0) {
      return null;
    }
    StringBuilder text = new StringBuilder("\nerrors of modules, which the lane survived\n");
    harness
        .stack()
        .lane()
        .events()
        .since(0)
        .forEach(event -> text.append("      ").append(event).append('\n'));
    return text.toString();
  }
}
