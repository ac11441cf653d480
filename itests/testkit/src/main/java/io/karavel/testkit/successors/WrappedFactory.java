package io.karavel.testkit.successors;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;

/** A factory as it is, but for what a test does otherwise. */
public abstract class WrappedFactory implements ModuleFactory {
  /** What it wraps. */
  protected final ModuleFactory usual;

  /** By itself the same as {@code usual}. */
  protected WrappedFactory(ModuleFactory usual) {
    this.usual = usual;
  }

  @Override
  public String slot() {
    return usual.slot();
  }

  @Override
  public StateVersions stateVersions() {
    return usual.stateVersions();
  }

  @Override
  public Module create(LaneContext context) {
    return usual.create(context);
  }
}
