package io.karavel.engine.internal.lane;

/** A task that a module posted; void once that module has left its slot. */
final class ModuleTask {
  private final ModuleContext context;
  private final Runnable task;

  ModuleTask(ModuleContext context, Runnable task) {
    this.context = context;
    this.task = task;
  }

  boolean isStale() {
    return context.isOver();
  }

  SlotHolder slot() {
    return context.holder();
  }

  ModuleTimers timers() {
    return context.timers();
  }

  void run() {
    task.run();
  }
}
