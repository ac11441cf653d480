package io.karavel.diagnostics.internal.trace;

import io.karavel.control.ConnectionChoice;
import io.karavel.control.ConnectionTraces;
import io.karavel.diagnostics.internal.Ground;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Draws connections for those who ask. Any thread. */
public final class TraceDesk implements ConnectionTraces {
  private static final int LOOK_MILLIS = 10;

  private final Ground ground;

  /** Over a ground. */
  public TraceDesk(Ground ground) {
    this.ground = ground;
  }

  @Override
  public void trace(
      ConnectionChoice connection, long segments, long millis, Consumer<String> lines) {
    ground.begin();
    SequenceDiagram diagram = new SequenceDiagram(lines);
    try (ConnectionWatch watch = new ConnectionWatch(ground, connection, diagram)) {
      long begun = ground.clock().nanoTime();
      while (!diagram.isOver()
          && (segments == 0 || diagram.segments() < segments)
          && (millis == 0 || ground.clock().nanoTime() - begun < millis * 1_000_000L)) {
        if (!watch.look()) {
          TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
      }
      watch.look();
      if (watch.missed() > 0) {
        lines.accept(watch.missed() + " segments passed too quickly to be drawn");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ground.end();
    }
  }
}
