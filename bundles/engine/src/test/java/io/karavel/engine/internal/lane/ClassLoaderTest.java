package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.ModuleFactory;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Nothing of a module's class loader stays when the module has left. */
class ClassLoaderTest extends LaneFixture {
  /** Defines the test's module anew, as another version of its bundle would. */
  private static final class BundleLoader extends ClassLoader {
    BundleLoader() {
      super(ClassLoaderTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(LeavingModule.class.getName())) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
          byte[] bytes = in.readAllBytes();
          return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
    }
  }

  private final ReferenceQueue<ClassLoader> collected = new ReferenceQueue<>();

  private ModuleSource newVersion(PhantomReference<?>[] reference) throws Exception {
    return newVersion(LeavingModule.Factory.class, reference);
  }

  private ModuleSource newVersion(Class<?> named, PhantomReference<?>[] reference)
      throws Exception {
    BundleLoader loader = new BundleLoader();
    reference[0] = new PhantomReference<>(loader, collected);
    Class<?> factory = loader.loadClass(named.getName());
    assertThat(factory.getClassLoader()).isSameAs(loader);
    return ModuleSource.of((ModuleFactory) factory.getDeclaredConstructor().newInstance());
  }

  private void assertCollected(PhantomReference<?> reference) throws InterruptedException {
    assertThat(collectedSoon()).as("the class loader is collected").isSameAs(reference);
  }

  private Object collectedSoon() throws InterruptedException {
    // what the compiler still has in its queue holds classes too
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    Reference<?> found = null;
    while (found == null && System.nanoTime() < deadline) {
      System.gc();
      found = collected.remove(100);
    }
    return found;
  }

  @Test
  void afterLeaving() throws Exception {
    plugTimers();
    PhantomReference<?>[] reference = new PhantomReference<?>[1];
    arriveAndLeave(reference);
    run();
    assertCollected(reference[0]);
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.PARKED);
  }

  private void arriveAndLeave(PhantomReference<?>[] reference) throws Exception {
    ModuleSource source = newVersion(reference);
    stack.arrive(source);
    run();
    stack.leave(source);
  }

  @Test
  void afterASwapOnceItsFactoryHasGone() throws Exception {
    plugTimers();
    PhantomReference<?>[] reference = new PhantomReference<?>[1];
    arriveAndSwapAway(reference);
    run();
    assertCollected(reference[0]);
    assertThat(status("tcp").state()).isEqualTo(SlotStatus.RUNNING);
  }

  private void arriveAndSwapAway(PhantomReference<?>[] reference) throws Exception {
    ModuleSource old = newVersion(reference);
    stack.arrive(old);
    run();
    Recorder.Line line = new Recorder.Line("tcp");
    assertThat(stack.swap(line.source("next", 0, 2))).isNull();
    stack.leave(old);
  }

  @Test
  void afterCrashesAndLeaving() throws Exception {
    plugTimers();
    PhantomReference<?>[] reference = new PhantomReference<?>[1];
    crashAndLeave(reference);
    run();
    assertCollected(reference[0]);
    assertThat(status("tcp").crashes()).isEqualTo(1);
  }

  private void crashAndLeave(PhantomReference<?>[] reference) throws Exception {
    ModuleSource source = newVersion(reference);
    stack.arrive(source);
    advanceTo(now + LeavingModule.CRASH_AFTER_NANOS);
    stack.leave(source);
  }

  @Test
  void ofWhatTheLoopOfAThreadWasCompiledWith() throws Exception {
    settings("timerBudget", 1);
    plugTimers();
    LaneLoop loop = new LaneLoop(lane, new ParkWaiter());
    PhantomReference<?>[][] references = new PhantomReference<?>[8][];
    loop.start();
    try {
      for (int version = 0; version < references.length; version++) {
        references[version] = new PhantomReference<?>[1];
        arriveTurnAndLeave(references[version]);
      }
      for (int version = 0; version < references.length; version++) {
        assertThat(collectedSoon()).as((version + 1) + " are collected").isNotNull();
      }
    } finally {
      assertThat(loop.stop(60_000)).isTrue();
    }
  }

  private void arriveTurnAndLeave(PhantomReference<?>[] reference) throws Exception {
    long before = count("Leaving.Ticked");
    ModuleSource source = newVersion(LeavingModule.BusyFactory.class, reference);
    stack.arrive(source);
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (count("Leaving.Ticked") == before) {
      assertThat(System.nanoTime()).as("a turn").isLessThan(deadline);
      Thread.yield();
    }
    stack.leave(source);
  }
}
