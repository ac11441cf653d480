package io.karavel.control.internal.configuration;

import io.karavel.control.Configurations;
import io.karavel.control.KeyChange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** Changes keys of two PIDs again and again, each time to the same number, until it is killed. */
final class ChangingProcess {
  static final int LIMIT = 40;
  static final String TCP = "io.karavel.tcp";
  static final String IP = "io.karavel.ip";

  private ChangingProcess() {}

  static Transactions start(EtcStore store, Path directory) throws IOException {
    Transactions transactions =
        new Transactions(
            store,
            (pid, stored, applies) -> new ModuleReports.Answer(true, 0, null),
            new FileDisk(),
            directory,
            () -> LIMIT,
            Clock.systemUTC(),
            System::nanoTime);
    transactions.recover();
    return transactions;
  }

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    EtcStore store = new EtcStore(directory.resolve("etc"));
    Transactions transactions = start(store, directory.resolve("data"));
    System.out.println("started");
    for (long n = Long.parseLong(arguments[1]); ; n++) {
      String value = Long.toString(n);
      transactions.change(
          List.of(
              new KeyChange(TCP, "maxOrphans", null, value),
              new KeyChange(IP, "neighbourStaleMs", null, value),
              new KeyChange(TCP, "maxTimeWait", null, value)),
          0,
          new Configurations.Author("process", "shell"),
          value);
      System.out.println(value);
    }
  }
}
