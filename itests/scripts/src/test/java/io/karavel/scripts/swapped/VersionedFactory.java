package io.karavel.scripts.swapped;

import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.LaneContext;
import io.karavel.engine.LaterForm;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.tcp.spi.SharesConnections;
import io.karavel.testkit.successors.WrappedFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The modules of a factory as another release of them: its state has another form. */
final class VersionedFactory extends WrappedFactory {
  /** Version 2 has other tags at the top than version 1. */
  private static final int SHIFT = 0x1000;

  private final StateVersions versions;
  private final Predicate<String> added;

  /** How many of the fields that it adds were in the states its modules opened, by place. */
  final Map<String, Integer> found = new TreeMap<>();

  private VersionedFactory(ModuleFactory usual, StateVersions versions, Predicate<String> added) {
    super(usual);
    this.versions = versions;
    this.added = added;
  }

  /** Still writes version 1, understands 2. */
  static VersionedFactory readsNext(ModuleFactory usual) {
    return new VersionedFactory(usual, new StateVersions(1, 1, 2), place -> false);
  }

  /** Writes version 2, understands 1. */
  static VersionedFactory writesNext(ModuleFactory usual) {
    return new VersionedFactory(usual, new StateVersions(2, 1), place -> false);
  }

  /** Writes version 1 with more fields in it. */
  static VersionedFactory knowsMore(ModuleFactory usual, Predicate<String> places) {
    return new VersionedFactory(usual, new StateVersions(1, 1), places);
  }

  @Override
  public StateVersions stateVersions() {
    return versions;
  }

  @Override
  public Module create(LaneContext context) {
    Module module = usual.create(context);
    Set<Class<?>> faces = new LinkedHashSet<>();
    for (Class<?> type = module.getClass(); type != null; type = type.getSuperclass()) {
      faces.addAll(Arrays.asList(type.getInterfaces()));
    }
    // two forms of one state cannot be on one lane
    faces.remove(SharesConnections.class);
    return (Module)
        Proxy.newProxyInstance(
            module.getClass().getClassLoader(),
            faces.toArray(Class<?>[]::new),
            (self, method, arguments) -> {
              try {
                switch (method.getName()) {
                  case "open" -> {
                    module.open(read((Handover) arguments[0]));
                    return null;
                  }
                  case "export" -> {
                    return write(module.export());
                  }
                  default -> {
                    return method.invoke(module, arguments);
                  }
                }
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Handover read(Handover kept) throws HandoverException {
    if (kept.isEmpty()) {
      return kept;
    }
    if (!versions.reads(kept.version())) {
      throw new HandoverException("version " + kept.version());
    }
    found.clear();
    return LaterForm.today(kept, kept.version() == 2 ? SHIFT : 0, found);
  }

  private Handover write(Handover today) {
    return LaterForm.later(today, versions.writes(), versions.writes() == 2 ? SHIFT : 0, added);
  }
}
