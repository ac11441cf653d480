package io.karavel.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RecordMethodsTest {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** A record of a module: what it is made of has a type of the module too. */
  public record Part(Part next) {}

  /** Defines its own copy of the record, as the loader of a bundle does. */
  private static final class ModuleLoader extends ClassLoader {
    ModuleLoader() {
      super(RecordMethodsTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.equals(Part.class.getName())) {
        return super.loadClass(name, resolve);
      }
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  /** Compares records of a module that nothing here holds afterwards. */
  private static WeakReference<ClassLoader> comparedRecords() throws Exception {
    ClassLoader loader = new ModuleLoader();
    Class<?> part = loader.loadClass(Part.class.getName());
    var constructor = part.getConstructor(part);
    Object one = constructor.newInstance(new Object[] {null});
    Object other = constructor.newInstance(new Object[] {null});
    assertEquals(one, other);
    assertEquals(one.hashCode(), other.hashCode());
    return new WeakReference<>(loader);
  }

  @Test
  void aModuleWhoseRecordsWereComparedLastCanBeCollected() throws Exception {
    WeakReference<ClassLoader> module = comparedRecords();
    RecordMethods.forget();
    long begin = System.nanoTime();
    while (module.get() != null && System.nanoTime() - begin < PATIENCE_NANOS) {
      System.gc();
    }
    assertNull(module.get());
  }
}
