package io.karavel.diagnostics.internal.laboratory;

import io.karavel.control.ConnectionChoice;
import io.karavel.control.LossReport;
import io.karavel.control.LostMessage;
import io.karavel.diagnostics.internal.Ground;
import io.karavel.diagnostics.internal.trace.ConnectionWatch;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpSettings;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One experiment from the moment its tap is in place until it is closed. One thread. */
public final class LossRun implements AutoCloseable {
  private static final int MOST_TIMES = 1000;

  private final Ground ground;
  private final String stack;
  private final LossTap tap;
  private final Experiment experiment;
  private final ConnectionWatch watch;

  /**
   * Loses messages from now on.
   *
   * @throws IllegalArgumentException if there is no such connection or stack, {@code times} is out
   *     of range, or the message cannot come any more
   */
  public LossRun(
      Ground ground,
      ConnectionChoice connection,
      LostMessage message,
      int times,
      Supplier<TcpSettings> settings,
      Consumer<String> lines) {
    if (times < 1 || times > MOST_TIMES) {
      throw new IllegalArgumentException(
          "times = " + times + " is refused: the range is 1 to " + MOST_TIMES);
    }
    this.ground = ground;
    stack = connection.stack();
    ground.checkStack(stack);
    TcpConnectionInfo info = connection.id() == 0 ? null : ConnectionWatch.find(ground, connection);
    checkCanCome(info, message);
    experiment =
        new Experiment(
            message, times, settings, id -> ConnectionWatch.ask(ground, stack, id), lines);
    tap = new LossTap(connection, info, message, times);
    watch = new ConnectionWatch(ground, connection, experiment, tap);
  }

  private static void checkCanCome(TcpConnectionInfo info, LostMessage message) {
    boolean opening =
        message == LostMessage.SYN || message == LostMessage.SYN_ACK || message == LostMessage.ACK;
    if (info != null && opening && info.state().isSynchronized()) {
      throw new IllegalArgumentException(
          "connection "
              + info.id()
              + " is "
              + info.state().label()
              + ": its "
              + message.word()
              + " has passed; name the next connection with --peer or --local instead");
    }
  }

  /** Takes in what has happened; says whether anything had. */
  public boolean step() {
    return watch.look();
  }

  /** Whether it is over. */
  public boolean isOver() {
    return !experiment.ending().isEmpty();
  }

  /** It ends for a reason of its surroundings. */
  public void end(String why) {
    experiment.end(why);
  }

  /** What it has shown so far. */
  public LossReport report() {
    return experiment.report();
  }

  @Override
  public void close() {
    ground.taps().detach(stack, tap);
    watch.close();
  }
}
