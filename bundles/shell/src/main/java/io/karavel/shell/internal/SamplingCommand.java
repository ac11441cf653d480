package io.karavel.shell.internal;

import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** A list that counts twice to show rates. */
abstract class SamplingCommand extends ListCommand {
  @Option(
      name = "--sample",
      description = "Milliseconds between two counts for the rates, 0 to 60000; 0 shows no rates",
      valueToShowInHelp = "300")
  @Completion(
      value = StringsCompleter.class,
      values = {"0", "300", "1000", "10000"})
  int sampleMillis = 300;

  Rates.Pause pause = Thread::sleep;
  LongSupplier nanoClock = System::nanoTime;

  /** Counts twice. */
  final <K> Rates<K> sample(Supplier<Map<K, Long>> counts) throws Exception {
    checkRange("--sample", sampleMillis, 0, 60000);
    return Rates.sample(counts, sampleMillis, pause, nanoClock);
  }
}
