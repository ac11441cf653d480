package io.karavel.diagnostics.internal.laboratory;

import io.karavel.control.ConnectionChoice;
import io.karavel.control.LossLaboratory;
import io.karavel.control.LossReport;
import io.karavel.control.LostMessage;
import io.karavel.diagnostics.internal.Ground;
import io.karavel.tcp.TcpSettings;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** Runs experiments for those who ask. Any thread. */
public final class Laboratory implements LossLaboratory {
  private static final int LOOK_MILLIS = 5;

  private final Ground ground;
  private final Function<String, TcpSettings> settings;

  /**
   * Over a ground.
   *
   * @param settings TCP's settings in force in a stack
   */
  public Laboratory(Ground ground, Function<String, TcpSettings> settings) {
    this.ground = ground;
    this.settings = settings;
  }

  @Override
  public LossReport lose(
      ConnectionChoice connection,
      LostMessage message,
      int times,
      long millis,
      Consumer<String> lines) {
    ground.begin();
    String stack = connection.stack();
    try (LossRun run =
        new LossRun(ground, connection, message, times, () -> settings.apply(stack), lines)) {
      long begun = ground.clock().nanoTime();
      while (!run.isOver()) {
        if (run.step()) {
          continue;
        }
        if (ground.clock().nanoTime() - begun >= millis * 1_000_000L) {
          run.end("time");
        } else {
          pause(run);
        }
      }
      return run.report();
    } finally {
      ground.end();
    }
  }

  private static void pause(LossRun run) {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      run.end("interrupted");
    }
  }
}
