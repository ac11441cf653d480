package io.karavel.tcp.internal.connection;

import io.karavel.engine.Counters;
import io.karavel.tcp.CongestionControlFactory;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.internal.connection.congestion.CubicFactory;
import io.karavel.tcp.internal.connection.congestion.NewRenoFactory;
import java.util.List;
import java.util.Map;

/**
 * What all connections of a lane share: settings in force, counters and congestion controls. Lane's
 * thread.
 */
public final class ConnectionContext {
  /** Names of the congestion controls that are always there. */
  public static final List<String> BUILT_IN = List.of(CubicFactory.NAME, NewRenoFactory.NAME);

  private static final CongestionControlFactory CUBIC = new CubicFactory();
  private static final CongestionControlFactory NEW_RENO = new NewRenoFactory();

  private final TcpCounters counters;
  private TcpSettings settings;
  private Map<String, CongestionControlFactory> congestionControls = Map.of();

  /** A context with the settings to begin with. */
  public ConnectionContext(TcpSettings settings, Counters counters) {
    this.settings = settings;
    this.counters = new TcpCounters(counters);
  }

  /** The settings in force. */
  public TcpSettings settings() {
    return settings;
  }

  /**
   * Changes the settings; afterwards call {@code onSettingsChanged} of every connection, embryo and
   * TIME-WAIT record, as many per turn as is bearable.
   */
  public void settings(TcpSettings newSettings) {
    settings = newSettings;
  }

  /** The counters. */
  public TcpCounters counters() {
    return counters;
  }

  /** Congestion controls by name, beside the built-in ones. */
  public void congestionControls(Map<String, CongestionControlFactory> byName) {
    congestionControls = Map.copyOf(byName);
  }

  /** The factory of a name; CUBIC if nobody registered it. */
  CongestionControlFactory congestionControl(String name) {
    if (CubicFactory.NAME.equals(name)) {
      return CUBIC;
    }
    if (NewRenoFactory.NAME.equals(name)) {
      return NEW_RENO;
    }
    CongestionControlFactory factory = congestionControls.get(name);
    return factory != null ? factory : CUBIC;
  }
}
