package io.karavel.tcp;

/**
 * Makes the congestion control of connections; found by its name, which is what {@code
 * congestionControl} is set to. Lane's thread.
 */
public interface CongestionControlFactory {
  /** The name, lower case: "newreno". */
  String name();

  /**
   * A congestion control for one connection.
   *
   * @param view the connection; lasts as long as the result
   * @param congestionWindowBytes what to begin with: the initial window, or what a predecessor had
   * @param slowStartThresholdBytes {@link Integer#MAX_VALUE} or what a predecessor had
   */
  CongestionControl create(
      CongestionView view, int congestionWindowBytes, int slowStartThresholdBytes);
}
