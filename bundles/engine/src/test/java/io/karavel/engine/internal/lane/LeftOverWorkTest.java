package io.karavel.engine.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.StateVersions;
import io.karavel.packet.PacketBuffer;
import io.karavel.packet.PacketQueue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a module leaves over for the next turn, and what a state that nobody wants holds. */
class LeftOverWorkTest {
  private final LaneFixture f = new LaneFixture();

  private static ModuleFactory factory(Module module) {
    return new ModuleFactory() {
      @Override
      public String slot() {
        return "extra";
      }

      @Override
      public StateVersions stateVersions() {
        return new StateVersions(1, 1);
      }

      @Override
      public Module create(LaneContext context) {
        if (module instanceof LeftOver leftOver) {
          leftOver.context = context;
        }
        return module;
      }
    };
  }

  /** Needs three flushes to finish what it began in one. */
  private static final class LeftOver implements Module {
    LaneContext context;
    int left;
    int flushes;

    @Override
    public void open(Handover kept) {
      left = 3;
    }

    @Override
    public Handover export() {
      return Handover.empty("extra");
    }

    @Override
    public void close(CloseReason reason) {}

    @Override
    public void flush() {
      flushes++;
      if (left > 0) {
        left--;
        context.again();
      }
    }
  }

  @Test
  void flushesAgainWhenAModuleAskedForAnotherTurnFromItsFlush() {
    LeftOver module = new LeftOver();
    f.stack.arrive(factory(module));
    f.run();
    assertThat(module.left).isZero();
    int flushes = module.flushes;
    f.run();
    assertThat(module.flushes).as("and then rests").isEqualTo(flushes);
  }

  /** Leaves packets and somebody who waits. */
  private static final class Holder implements Module {
    final PacketQueue queue = new PacketQueue();
    final CompletableFuture<String> future = new CompletableFuture<>();
    PacketBuffer single;

    @Override
    public void open(Handover kept) {}

    @Override
    public Handover export() {
      return new HandoverWriter("extra", 1)
          .putAttachment(1, queue)
          .putAttachment(2, single)
          .putAttachment(3, future)
          .finish();
    }

    @Override
    public void close(CloseReason reason) {}
  }

  @Test
  void givesPacketsBackAndTellsTheWaitingWhenKeptStateIsDisposedOf() {
    Holder module = new Holder();
    module.queue.add(f.packet(1));
    module.queue.add(f.packet(2));
    module.single = f.packet(3);
    ModuleSource source = f.stack.arrive(factory(module));
    f.run();
    f.stack.leave(source);
    f.run();
    assertThat(f.lane.packets().outstanding()).isEqualTo(3);
    assertThat(f.lane.modules().drop("extra")).isTrue();
    assertThat(f.lane.packets().outstanding()).isZero();
    assertThat(module.future).isCancelled();
  }
}
