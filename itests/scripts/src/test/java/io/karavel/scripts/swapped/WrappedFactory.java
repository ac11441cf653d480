package io.karavel.scripts.swapped;

import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;

/** A factory as it is, but for what a test does otherwise. */
abstract class WrappedFactory implements ModuleFactory {
  /** What it wraps. */
  final ModuleFactory usual;

  WrappedFactory(ModuleFactory usual) {
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
