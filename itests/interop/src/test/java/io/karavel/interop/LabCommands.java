package io.karavel.interop;

import io.karavel.control.Appliance;
import io.karavel.control.DiagnosticsSettings;
import io.karavel.control.LossLaboratory;
import io.karavel.control.TapPoints;
import io.karavel.diagnostics.internal.Ground;
import io.karavel.diagnostics.internal.laboratory.Laboratory;
import io.karavel.engine.SettingsException;
import io.karavel.nic.FrameTap;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.spi.TransitionTap;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The loss laboratory of a {@link StackMain}, whose experiments run while it is asked on. */
final class LabCommands implements TapPoints {
  private final TapPoints taps;
  private final LossLaboratory laboratory;
  private final Map<String, CompletableFuture<String>> reports = new HashMap<>();
  private volatile CountDownLatch beginning;

  LabCommands(Appliance appliance, TapPoints taps, Supplier<TcpSettings> tcp)
      throws SettingsException {
    this.taps = taps;
    DiagnosticsSettings settings = DiagnosticsSettings.parse(Map.of("maxCaptures", 64));
    Ground ground = Ground.of(appliance, this, System::nanoTime, Clock.systemUTC(), () -> settings);
    laboratory = new Laboratory(ground, stack -> tcp.get());
  }

  LossLaboratory laboratory() {
    return laboratory;
  }

  /** Begins a line of net:lab under a name; when this returns, it sees what comes. */
  void begin(StackShell shell, String name, String line) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    beginning = begun;
    reports.put(
        name,
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return shell.run(line);
              } catch (Exception e) {
                throw new CompletionException(e);
              } finally {
                begun.countDown(); // if it failed
              }
            },
            task -> new Thread(task, name).start()));
    begun.await();
  }

  /** What that line has printed, when it is over; nothing before. */
  void report(String name, Consumer<String> out) {
    reports.get(name).getNow("").lines().forEach(out);
  }

  @Override
  public void attach(String stack, FrameTap... added) {
    taps.attach(stack, added);
    beginning.countDown();
  }

  @Override
  public void detach(String stack, FrameTap tap) {
    taps.detach(stack, tap);
  }

  @Override
  public TransitionTap transitions(String stack) {
    return taps.transitions(stack);
  }
}
