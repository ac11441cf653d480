package io.karavel.tcp.internal.connection;

import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.tcp.CongestionControl;

/** The own variables of a congestion control whose bundle has left, for its return. */
final class KeptCongestion {
  /** More is not kept; the algorithm then begins with window and threshold only. */
  static final int MAXIMUM_BYTES = 4096;

  private static final int FIELD = 1;

  private final String name;
  private final byte[] state;

  /**
   * What an algorithm left.
   *
   * @param state what its {@code export} wrote
   */
  KeptCongestion(String name, byte[] state) {
    this.name = name;
    this.state = state;
  }

  /** Name of the algorithm. */
  String name() {
    return name;
  }

  /** What its {@code export} wrote. */
  byte[] state() {
    return state;
  }

  /** The state of an algorithm about to leave; null if it has none or too much. */
  static KeptCongestion of(CongestionControl leaving) {
    HandoverWriter writer = new HandoverWriter("tcp", 1).begin(FIELD);
    leaving.export(writer);
    writer.end();
    try {
      HandoverReader reader = writer.finish().reader();
      reader.next();
      byte[] bytes = reader.bytes();
      return bytes.length == 0 || bytes.length > MAXIMUM_BYTES
          ? null
          : new KeptCongestion(leaving.name(), bytes);
    } catch (HandoverException e) {
      // Cannot be: it was written two lines above.
      return null;
    }
  }

  /** Gives it back. */
  void open(CongestionControl returned) throws HandoverException {
    HandoverReader reader = new HandoverWriter("tcp", 1).putBytes(FIELD, state).finish().reader();
    reader.next();
    returned.open(reader.nested());
  }
}
