package io.karavel.scripts.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpEndpoint;
import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.ConfigurationResult;
import io.karavel.control.Configurations;
import io.karavel.control.ControlSettings;
import io.karavel.control.KeyChange;
import io.karavel.control.internal.configuration.Assignments;
import io.karavel.control.internal.configuration.ConfigurationStore;
import io.karavel.control.internal.configuration.FileDisk;
import io.karavel.control.internal.configuration.KnownPids;
import io.karavel.control.internal.configuration.ModuleReports;
import io.karavel.control.internal.configuration.Transactions;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.LiveSettings;
import io.karavel.engine.Setting;
import io.karavel.engine.TakesSettings;
import io.karavel.engine.TimerSettings;
import io.karavel.ip.IpSettings;
import io.karavel.nic.ImpairmentSettings;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.VirtualNetwork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Random changes, right and wrong ones, while connections run: {@code -Dkaravel.changes} of them
 * (10,000), {@code -Dkaravel.seed} another order.
 */
class RandomChangesTest {
  private static final int CHANGES = Integer.getInteger("karavel.changes", 10_000);
  private static final long SEED = Long.getLong("karavel.seed", 1);
  private static final int REMEMBERED = ControlSettings.defaults().configurationEntries();
  private static final int CONNECTIONS = 4;
  private static final Configurations.Author TEST = new Configurations.Author("test", "shell");
  private static final List<String> PIDS =
      List.of(TcpSettings.PID, IpSettings.PID, TimerSettings.PID, KeepaliveSettings.PID);

  /** Values that would rightly end a connection are not drawn. */
  private static final Map<String, Long> AT_LEAST =
      Map.of("retries2", 8L, "userTimeoutMillis", 60_000L, "timeSeconds", 10L, "probes", 3L);

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final VirtualNetwork network = new VirtualNetwork();
  private final StackHarness client = network.builder("client").addresses("10.0.0.1/24").build();
  private final StackHarness server = network.builder("server").addresses("10.0.0.2/24").build();
  private final Map<String, Map<String, String>> stored = new TreeMap<>();
  private final Map<String, LiveSettings<?>> live = new TreeMap<>();
  private final List<TcpSocket> sockets = new ArrayList<>();
  private final List<TcpSocket> accepted = new ArrayList<>();
  private final long[] sent = new long[CONNECTIONS];
  private final long[] received = new long[CONNECTIONS];
  private final ByteBuffer buffer = ByteBuffer.allocate(4096);
  private Path directory;

  @AfterEach
  void forget() throws IOException {
    for (String file : List.of("journal", "to-confirm", "history.tsv")) {
      Files.deleteIfExists(directory.resolve(file));
    }
    Files.deleteIfExists(directory);
  }

  /** Stores in memory: what the journal is for is shown elsewhere. */
  private final class Store implements ConfigurationStore {
    @Override
    public List<String> instances() {
      return List.of();
    }

    @Override
    public Map<String, String> read(String pid) {
      return new TreeMap<>(stored.getOrDefault(pid, Map.of()));
    }

    @Override
    public Map<String, String> inFile(String pid) {
      return null;
    }

    @Override
    public void write(String pid, Map<String, String> changes) {
      Map<String, String> values = stored.computeIfAbsent(pid, p -> new TreeMap<>());
      changes.forEach(
          (key, value) -> {
            if (value == null) {
              values.remove(key);
            } else {
              values.put(key, value);
            }
          });
    }

    @Override
    public void settle(List<String> pids) {}
  }

  /** What a component and the modules of a lane make of it. */
  private ModuleReports.Answer take(
      String pid, Map<String, String> values, Setting.Applies applies) {
    if (!live.get(pid).update(values)) {
      return new ModuleReports.Answer(true, 0, live.get(pid).problem());
    }
    Map<String, Object> all = new LinkedHashMap<>();
    for (Setting<?> setting : KnownPids.schema(pid).settings()) {
      String value = values.get(setting.key());
      all.put(setting.key(), value == null ? setting.defaultValue() : value);
    }
    client.set(pid, all);
    String slot = pid.substring(pid.lastIndexOf('.') + 1);
    Object settings = live.get(pid).inForce();
    int taken = client.ask(slot, TakesSettings.class, module -> module.takenBy(settings));
    return new ModuleReports.Answer(
        true, taken, taken == TakesSettings.NOT_YET ? pid + " was not taken" : null);
  }

  @Test
  void wrongOnesAreAllRefusedNoConnectionIsLostAndTheHistoryIsComplete() throws Exception {
    Path memory = Path.of("/dev/shm");
    directory =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "changes")
            : Files.createTempDirectory("changes");
    for (String pid : PIDS) {
      live.put(pid, new LiveSettings<>(pid, raw -> KnownPids.parse(pid, raw)));
    }
    Transactions transactions = start();
    connect();
    List<String> expected = new ArrayList<>();
    int unknown = 0;
    int applied = 0;
    for (int i = 0; i < CHANGES; i++) {
      boolean wrong = random.nextBoolean();
      List<String> assignments = assignments(wrong);
      Map<String, Object> before = inForce();
      List<KeyChange> changes = List.of();
      try {
        changes = Assignments.parse(assignments, List.of());
        ConfigurationResult result = transactions.change(changes, 0, TEST, Integer.toString(i));
        assertThat(wrong).as("%s was taken", assignments).isFalse();
        if (!result.record().changes().isEmpty()) {
          applied++;
          expected.add(line(ConfigurationRecord.APPLIED, result.record().changes()));
          boolean tcp =
              result.record().changes().stream().anyMatch(c -> c.pid().equals(TcpSettings.PID));
          if (tcp) {
            assertThat(result.connections()).as("connections reached").isEqualTo(CONNECTIONS);
          }
        }
      } catch (ConfigurationException e) {
        if (changes.isEmpty()) {
          unknown++; // there is no such key: nothing that a history could name
        } else {
          expected.add(line(ConfigurationRecord.REFUSED, changes));
        }
        assertThat(inForce()).as("after %s was refused", assignments).isEqualTo(before);
      }
      talk();
    }
    int refused = expected.size() - applied + unknown;
    System.out.printf(
        "%,d changes: %,d applied, %,d refused; %,d bytes on %d connections meanwhile%n",
        CHANGES, applied, refused, LongStream.of(sent).sum(), CONNECTIONS);
    assertThat(refused).isGreaterThanOrEqualTo(CHANGES / 3);
    assertThat(applied).isGreaterThan(CHANGES / 5);
    history(transactions, expected);
    history(start(), expected);
    afterwards();
  }

  private Transactions start() throws IOException {
    Transactions transactions =
        new Transactions(
            new Store(),
            this::take,
            new FileDisk(),
            directory,
            () -> REMEMBERED,
            Clock.systemUTC(),
            System::nanoTime);
    transactions.recover();
    return transactions;
  }

  private void connect() throws Exception {
    network.connect(client, server, ImpairmentSettings.NONE.withDelay(500_000, 0));
    TcpListener listener = server.tcp().listen(IpEndpoint.of("10.0.0.2", 80), CONNECTIONS);
    for (int i = 0; i < CONNECTIONS; i++) {
      sockets.add(client.tcp().connect(IpEndpoint.of("10.0.0.2", 80)));
      assertThat(network.advanceUntil(() -> listener.acceptQueue() > 0, Duration.ofMinutes(1)))
          .isTrue();
      accepted.add(listener.accept());
    }
  }

  private Map<String, Object> inForce() {
    Map<String, Object> all = new TreeMap<>();
    live.forEach((pid, settings) -> all.put(pid, settings.inForce()));
    all.put("tcp in the module", client.tcpSettings());
    return all;
  }

  /** One to five keys, with a value out of range, of a wrong kind or without a key among them. */
  private List<String> assignments(boolean wrong) {
    int count = random.nextInt(1, 6);
    int wrongOne = wrong ? random.nextInt(count) : -1;
    Map<String, String> all = new LinkedHashMap<>();
    for (int i = 0; i < count || all.size() < count; i++) {
      String pid = PIDS.get(random.nextInt(PIDS.size()));
      List<Setting<?>> settings = KnownPids.schema(pid).settings();
      Setting<?> setting = settings.get(random.nextInt(settings.size()));
      String name = pid + "." + setting.key();
      if (i == wrongOne && !all.containsKey(name)) {
        all.put(random.nextInt(8) == 0 ? pid + ".noSuchKey" : name, wrong(setting));
        wrongOne = -1;
      } else if (wrongOne < 0 || i < wrongOne) {
        all.putIfAbsent(name, right(setting));
      } else {
        wrongOne = i + 1;
      }
    }
    List<String> list = new ArrayList<>();
    all.forEach((name, value) -> list.add(name + "=" + value));
    return list;
  }

  private String wrong(Setting<?> setting) {
    if (setting.type() == String.class && setting.choices().isEmpty()) {
      return setting.key().equals("ephemeralPorts") ? "60000-50000" : "No Such Thing!";
    }
    if (setting.type() == Long.class && random.nextBoolean()) {
      return Long.toString(
          random.nextBoolean()
              ? (long) setting.maximum() + 1 + random.nextInt(1000)
              : (long) setting.minimum() - 1 - random.nextInt(1000));
    }
    return "nonsense";
  }

  private String right(Setting<?> setting) {
    if (random.nextInt(4) == 0) {
      return ""; // its default
    }
    if (setting.type() == Boolean.class) {
      return Boolean.toString(random.nextBoolean());
    }
    if (setting.type() == Long.class) {
      long least = Math.max((long) setting.minimum(), AT_LEAST.getOrDefault(setting.key(), 0L));
      long most = Math.min((long) setting.maximum(), Math.max(least, 1) * 1000);
      return Long.toString(random.nextLong(least, most + 1));
    }
    if (!setting.choices().isEmpty()) {
      return setting.choices().get(random.nextInt(setting.choices().size()));
    }
    return String.valueOf(setting.defaultValue());
  }

  /** Something is said on every connection, and some time passes. */
  private void talk() throws Exception {
    for (int i = 0; i < CONNECTIONS; i++) {
      buffer.clear().limit(random.nextInt(1, 200));
      for (int at = 0; at < buffer.limit(); at++) {
        buffer.put(at, (byte) (sent[i] + at));
      }
      sent[i] += sockets.get(i).write(buffer);
    }
    network.advance(Duration.ofMillis(random.nextInt(0, 40)));
    hear();
  }

  private void hear() throws Exception {
    for (int i = 0; i < CONNECTIONS; i++) {
      for (int count = accepted.get(i).read(buffer.clear());
          count > 0;
          count = accepted.get(i).read(buffer.clear())) {
        for (int at = 0; at < count; at++) {
          assertThat(buffer.get(at)).as("byte " + received[i]).isEqualTo((byte) received[i]);
          received[i]++;
        }
      }
    }
  }

  private static String line(String result, List<KeyChange> changes) {
    return result + " " + changes;
  }

  /** Complete: the latest changes up to the limit, whole, in their order, refused ones too. */
  private static void history(Transactions transactions, List<String> expected) {
    List<ConfigurationRecord> latest =
        transactions.changes().subList(0, Math.min(REMEMBERED, expected.size()));
    List<String> kept = new ArrayList<>();
    for (ConfigurationRecord record : latest) {
      assertThat(record.user()).isEqualTo("test");
      kept.add(0, line(record.result(), record.changes()));
    }
    assertThat(kept).isEqualTo(expected.subList(expected.size() - kept.size(), expected.size()));
  }

  /** All that was said has arrived, on the connections of the beginning. */
  private void afterwards() throws Exception {
    network.advance(Duration.ofMinutes(10));
    hear();
    assertThat(received).isEqualTo(sent);
    for (TcpSocket socket : sockets) {
      assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
    }
    assertThat(client.crashes() + server.crashes()).isZero();
  }
}
