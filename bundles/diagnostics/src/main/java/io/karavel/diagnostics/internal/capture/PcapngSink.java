package io.karavel.diagnostics.internal.capture;

import io.karavel.capture.PcapngWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes frames as pcapng; each interface is described when its first frame comes. */
public final class PcapngSink implements FileForm {
  private static final String APPLICATION = "Karavel";

  private final PcapngWriter writer;
  private final EpochClock clock;
  private final String stack;
  private final int snapLength;
  private final Map<Integer, Integer> numbers = new LinkedHashMap<>();
  private final Map<Integer, Long> counts = new LinkedHashMap<>();

  /**
   * Begins a file.
   *
   * @throws IOException if the stream throws
   */
  public PcapngSink(OutputStream out, EpochClock clock, String stack, int snapLength)
      throws IOException {
    writer = new PcapngWriter(out, APPLICATION);
    this.clock = clock;
    this.stack = stack;
    this.snapLength = snapLength;
  }

  @Override
  public void frame(CapturedFrame frame) throws IOException {
    Integer number = numbers.get(frame.interfaceIndex());
    if (number == null) {
      int linkType = frame.bareIp() ? PcapngWriter.LINKTYPE_RAW : PcapngWriter.LINKTYPE_ETHERNET;
      number = writer.addInterface(frame.interfaceName(), "stack " + stack, linkType, snapLength);
      numbers.put(frame.interfaceIndex(), number);
    }
    counts.merge(frame.interfaceIndex(), 1L, Long::sum);
    writer.packet(
        number,
        clock.epochNanos(frame.nanos()),
        frame.received() ? PcapngWriter.Direction.INBOUND : PcapngWriter.Direction.OUTBOUND,
        frame.data(),
        frame.wireLength(),
        frame.comment());
  }

  @Override
  public void flush() throws IOException {
    writer.flush();
  }

  @Override
  public void finish(long nowNanos, long lost) throws IOException {
    for (Map.Entry<Integer, Integer> entry : numbers.entrySet()) {
      long count = counts.get(entry.getKey());
      // what was lost found no room before it was known of which interface it is: told at the first
      long lostHere = entry.getValue() == 0 ? lost : 0;
      writer.statistics(entry.getValue(), clock.epochNanos(nowNanos), count + lostHere, lostHere);
    }
    writer.flush();
  }
}
