package io.karavel.simulation.run;

import io.karavel.address.IpEndpoint;
import io.karavel.testkit.PacketFormat;
import io.karavel.testkit.SegmentOption;
import io.karavel.testkit.WirePacket;
import io.karavel.wire.TcpHeader;
import io.karavel.wire.TcpOptionParser;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A trace in the notation of packet scripts, one script for each connection as one stack saw it:
 * lines of time, then {@code <} for what arrived, {@code >} for what was sent, else a call. {@code
 * TraceScriptTest} runs such a script again on one stack.
 */
final class ScriptText {
  /** What makes the numbers of a connection relative, and its lines. */
  private static final class Story {
    final StringBuilder text = new StringBuilder();
    Integer ownIsn;
    Integer peerIsn;
    Integer ownTimestamp;
  }

  private final Map<String, Story> stories = new LinkedHashMap<>();
  private final Map<String, StringBuilder> notes = new HashMap<>();
  private final long originNanos;

  private ScriptText(long originNanos) {
    this.originNanos = originNanos;
  }

  static String of(List<Recorder.Line> lines, String message) {
    long origin = lines.isEmpty() ? 0 : lines.get(0).timeNanos();
    for (Recorder.Line line : lines) {
      origin = line.timeNanos() > 0 ? line.timeNanos() : origin;
      if (origin > 0) {
        break;
      }
    }
    ScriptText script = new ScriptText(origin);
    lines.forEach(script::add);
    StringBuilder text = new StringBuilder("# " + message.replace("\n", "\n# ") + "\n");
    script.stories.forEach(
        (name, story) ->
            text.append("\n# connection ").append(name).append('\n').append(story.text));
    return text.toString();
  }

  private Story story(String node, Object local, Object remote) {
    String name = node + " " + local + " > " + remote;
    return stories.computeIfAbsent(
        name,
        n -> {
          Story story = new Story();
          story.text.append(notes.getOrDefault(node, new StringBuilder()));
          return story;
        });
  }

  private String time(long nanos) {
    return String.format(Locale.ROOT, "%.6fs", Math.max(0, nanos - originNanos) / 1e9);
  }

  private void add(Recorder.Line line) {
    WirePacket frame = line.frame();
    if (frame == null) {
      call(line);
    } else if (frame.isTcp()) {
      segment(line, frame);
    }
  }

  private void call(Recorder.Line line) {
    String text = time(line.timeNanos()) + "     " + line.call() + "\n";
    if (line.local() != null && line.remote() != null) {
      story(line.node(), line.local(), line.remote()).text.append(text);
      return;
    }
    // what concerns a whole stack is told in the story of each of its connections
    notes.computeIfAbsent(line.node(), n -> new StringBuilder()).append(text);
    stories.forEach(
        (name, story) -> {
          if (name.startsWith(line.node() + " ")) {
            story.text.append(text);
          }
        });
  }

  private void segment(Recorder.Line line, WirePacket frame) {
    IpEndpoint source = new IpEndpoint(frame.source(), frame.sourcePort());
    IpEndpoint destination = new IpEndpoint(frame.destination(), frame.destinationPort());
    boolean in = line.inbound();
    Story story =
        in ? story(line.node(), destination, source) : story(line.node(), source, destination);
    boolean syn = frame.has(TcpHeader.SYN);
    if (in && (syn || story.peerIsn == null)) {
      story.peerIsn = frame.sequenceNumber();
    }
    if (!in && (syn || story.ownIsn == null)) {
      story.ownIsn = frame.sequenceNumber();
    }
    SegmentOption timestamps = frame.option(TcpOptionParser.TIMESTAMPS);
    if (!in && timestamps != null && timestamps.hex() == null && story.ownTimestamp == null) {
      story.ownTimestamp = timestamps.values().get(0).intValue();
    }
    story
        .text
        .append(time(line.timeNanos()))
        .append(in ? "  <  " : "  >  ")
        .append(frame.checksumsAreValid() ? "" : "[badsum] ")
        .append(describe(story, frame, in))
        .append('\n');
  }

  private static int or(Integer value) {
    return value == null ? 0 : value;
  }

  private static String describe(Story story, WirePacket frame, boolean in) {
    int own = or(story.ownIsn);
    int peer = or(story.peerIsn);
    int stamp = or(story.ownTimestamp);
    if (!in) {
      return PacketFormat.describe(frame, new PacketFormat.Relative(own, peer, stamp));
    }
    String text = PacketFormat.describe(frame, new PacketFormat.Relative(peer, own, 0));
    SegmentOption timestamps = frame.option(TcpOptionParser.TIMESTAMPS);
    if (timestamps == null || timestamps.hex() != null) {
      return text;
    }
    // what the peer echoes is our timestamp
    long echo = timestamps.values().get(1);
    long relative = (echo - stamp) & 0xffff_ffffL;
    return echo == 0 ? text : text.replace("ecr " + echo, "ecr " + relative);
  }
}
