package io.karavel.control.internal.configuration;

import io.karavel.control.Appliance;
import io.karavel.control.ConfigurationException;
import io.karavel.control.ConfigurationPlan;
import io.karavel.control.ConfigurationRecord;
import io.karavel.control.ConfigurationResult;
import io.karavel.control.ConfigurationValue;
import io.karavel.control.Configurations;
import io.karavel.control.ControlSettings;
import io.karavel.control.KeyChange;
import io.karavel.control.internal.ControlComponent;
import io.karavel.engine.LiveSettings;
import io.karavel.engine.Setting;
import io.karavel.engine.SettingsException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service {@link Configurations}, its MBean, and the ear at the other doors. */
@Component(service = Configurations.class, immediate = true)
public final class ConfigurationsComponent implements Configurations {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigurationsComponent.class);
  private static final int LONGEST_CONFIRM_SECONDS = 86_400;
  private static final int LAST_CHANGE_SECONDS = 3;

  private final BundleContext context;
  private final ConfigurationAdmin admin;
  private final ConfigAdminStore store;
  private final Transactions transactions;
  private final CountDownLatch recovered = new CountDownLatch(1);
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "karavel-configuration");
            thread.setDaemon(true);
            return thread;
          });
  private final ConfigurationBean bean = new ConfigurationBean(this);
  private Future<?> looking;
  private ServiceRegistration<?> listener;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile ControlComponent control;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile Appliance appliance;

  /** Keeps its files below Karaf's data directory. */
  @Activate
  public ConfigurationsComponent(BundleContext context, @Reference ConfigurationAdmin admin) {
    this.context = context;
    this.admin = admin;
    Disk disk = new FileDisk();
    store = new ConfigAdminStore(admin, disk);
    String data = context.getProperty("karaf.data");
    transactions =
        new Transactions(
            store,
            new RunningModules(this::live, () -> appliance),
            disk,
            Path.of(data == null ? "data" : data, "karavel", "configuration"),
            () -> settings().configurationEntries(),
            Clock.systemUTC(),
            System::nanoTime);
  }

  @Activate
  void activate() {
    bean.register();
    executor.execute(this::begin);
    looking = executor.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  @Deactivate
  synchronized void deactivate() {
    bean.unregister();
    looking.cancel(false);
    executor.shutdown();
    try {
      if (!executor.awaitTermination(LAST_CHANGE_SECONDS, TimeUnit.SECONDS)) {
        executor.shutdownNow(); // the next start ends what it is in the middle of
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
    if (listener != null) {
      listener.unregister();
    }
  }

  private void begin() {
    try {
      transactions.recover();
    } catch (IOException | RuntimeException e) {
      LOG.error("What was interrupted of the configuration could not be ended", e);
    }
    synchronized (this) {
      if (!executor.isShutdown()) {
        listener =
            context.registerService(
                SynchronousConfigurationListener.class,
                new OtherDoors(admin, transactions, executor),
                null);
      }
    }
    recovered.countDown();
  }

  private void look() {
    try {
      transactions.lookAtTime();
    } catch (RuntimeException e) {
      LOG.error("Confirmations were not looked at", e); // the schedule must go on
    }
  }

  private ControlSettings settings() {
    ControlComponent current = control;
    return current == null ? ControlSettings.defaults() : current.settings();
  }

  private LiveSettings<?> live(String pid) {
    try {
      for (ServiceReference<?> reference : context.getServiceReferences(LiveSettings.class, null)) {
        LiveSettings<?> live = (LiveSettings<?>) context.getService(reference);
        if (live != null && live.pid().equals(pid)) {
          return live;
        }
      }
      return null;
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("no filter was given", e);
    }
  }

  /** Nobody changes anything before what was interrupted is ended. */
  private Transactions ready() throws ConfigurationException {
    try {
      if (recovered.await(30, TimeUnit.SECONDS)) {
        return transactions;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new ConfigurationException("an interrupted change is being ended; try again");
  }

  private interface Change<T> {
    T make(Transactions transactions) throws ConfigurationException;
  }

  /** In a thread of its own, so that a session that is killed leaves nothing half done. */
  private <T> T whole(Change<T> change) throws ConfigurationException {
    Transactions ready = ready();
    try {
      return executor.submit(() -> change.make(ready)).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ConfigurationException refused) {
        throw refused;
      }
      throw new IllegalStateException(e.getCause());
    } catch (RejectedExecutionException e) {
      throw new ConfigurationException("the bundle control is being stopped; nothing was changed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConfigurationException(
          "it was not waited for; net:config-history says what has become of it");
    }
  }

  private List<String> instances() throws ConfigurationException {
    try {
      return store.instances();
    } catch (IOException e) {
      throw new ConfigurationException("the configuration cannot be read: " + e);
    }
  }

  @Override
  public List<ConfigurationValue> values() {
    try {
      List<ConfigurationValue> all = new ArrayList<>();
      Map<String, ConfigurationRecord> last = transactions.history().lastByKey();
      List<String> pids = new ArrayList<>(KnownPids.singletons());
      pids.addAll(store.instances());
      for (String pid : pids) {
        Map<String, String> stored = store.read(pid);
        LiveSettings<?> live = live(pid);
        for (Setting<?> setting : KnownPids.schema(pid).settings()) {
          all.add(value(pid, setting, stored, live, last.get(pid + "." + setting.key())));
        }
      }
      return all;
    } catch (IOException e) {
      throw new IllegalArgumentException("the configuration cannot be read: " + e, e);
    }
  }

  private static ConfigurationValue value(
      String pid,
      Setting<?> setting,
      Map<String, String> stored,
      LiveSettings<?> live,
      ConfigurationRecord last) {
    String its = stored == null ? null : stored.get(setting.key());
    Object applied = live == null ? null : live.applied().get(setting.key());
    String inForce =
        live == null || live.inForce() == null
            ? null
            : String.valueOf(applied == null ? setting.defaultValue() : applied);
    String wanted = its == null ? String.valueOf(setting.defaultValue()) : its;
    String source;
    if (live == null) {
      source = "not running";
    } else if (live.problem() != null && !wanted.equals(inForce)) {
      source = "refused";
    } else {
      source = its == null ? "default" : "configured";
    }
    return new ConfigurationValue(
        pid,
        setting,
        its,
        inForce,
        source,
        last == null ? 0 : last.id(),
        last == null ? "" : last.user());
  }

  @Override
  public List<ConfigurationValue> values(String name) throws ConfigurationException {
    List<Assignments.Name> names = Assignments.names(name, instances());
    return values().stream()
        .filter(value -> names.contains(new Assignments.Name(value.pid(), value.setting().key())))
        .toList();
  }

  @Override
  public ConfigurationPlan plan(List<String> assignments) throws ConfigurationException {
    return effects(Assignments.parse(assignments, instances()));
  }

  private ConfigurationPlan effects(List<KeyChange> wanted) throws ConfigurationException {
    try {
      return new Effects(store, appliance).of(ready().check(wanted));
    } catch (IOException | SettingsException e) {
      throw new ConfigurationException("the configuration cannot be read: " + e);
    }
  }

  @Override
  public ConfigurationResult set(List<String> assignments, int confirmSeconds, Author author)
      throws ConfigurationException {
    if (confirmSeconds < 0 || confirmSeconds > LONGEST_CONFIRM_SECONDS) {
      throw new ConfigurationException(
          "the time to confirm = " + confirmSeconds + " s is refused: the range is 0 to 86400 s");
    }
    List<KeyChange> changes = Assignments.parse(assignments, instances());
    return whole(t -> t.change(changes, confirmSeconds, author, ""));
  }

  @Override
  public ConfigurationPlan planRollback(long id, boolean force) throws ConfigurationException {
    return effects(ready().wayBack(id, force));
  }

  @Override
  public ConfigurationResult rollback(long id, boolean force, Author author)
      throws ConfigurationException {
    return whole(t -> t.rollback(id, force, author));
  }

  @Override
  public ConfigurationRecord confirm(Author author) throws ConfigurationException {
    return whole(t -> t.confirm(author));
  }

  @Override
  public Pending pending() {
    return transactions.pending();
  }

  @Override
  public List<ConfigurationRecord> history() {
    return transactions.history().all();
  }
}
