package io.karavel.scripts.restarted;

import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpSocket;
import io.karavel.testkit.ByteStream;
import io.karavel.testkit.StackHarness;
import java.nio.file.Path;

/**
 * A stack with connections full of unread bytes that is saved to a file over and over, until
 * somebody kills it. It prints a line when it begins and one after each save.
 */
final class SavingProcess {
  /** Connections it has. */
  static final int CONNECTIONS = 40;

  /** Unread bytes of each. */
  static final int BYTES = 50_000;

  private SavingProcess() {}

  /** With the path of the file. */
  public static void main(String[] words) throws Exception {
    Path file = Path.of(words[0]);
    StackHarness kept = StackHarness.builder().seed(1).addresses("10.0.0.1/24").build();
    StackHarness peer = StackHarness.builder().seed(2).addresses("10.0.0.2/24").build();
    Cable cable = new Cable(kept, peer);
    kept.tcp().listen(IpEndpoint.parse("*:80"), CONNECTIONS);
    for (int i = 0; i < CONNECTIONS; i++) {
      TcpSocket socket = peer.tcp().connect(IpEndpoint.of("10.0.0.1", 80));
      cable.exchange();
      socket.write(new ByteStream(i).from(0, BYTES));
      cable.exchange();
    }
    System.out.println("begins");
    while (true) {
      kept.save(file);
      System.out.println("saved");
      kept.stack().thaw();
    }
  }
}
