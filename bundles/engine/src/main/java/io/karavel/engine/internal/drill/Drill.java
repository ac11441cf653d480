package io.karavel.engine.internal.drill;

import io.karavel.address.IpEndpoint;
import io.karavel.engine.internal.lane.ModuleSource;
import io.karavel.engine.internal.lane.StagedSwap;
import io.karavel.tcp.TcpException;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;

/**
 * A newcomer carries a short exchange with the modules at work: it takes connections over in the
 * middle of transfers and gives them back, and in between lives through everything that a watch of
 * some seconds may not meet. Every byte is checked, and every segment by the rules of the watch.
 * What misbehaves on the wire alone is found here, before anything is touched. The caller's thread;
 * bounded by the work that is done, some tenths of a second of it.
 */
public final class Drill {
  private static final int LOSS_EVERY = 29;
  private static final int BYTES = 200_000;
  private static final int MUCH = 20_000_000;
  private static final int WORDS = 3_000;
  private static final int KEEPALIVE_SECONDS = 2;
  private static final int MINUTE = 60;
  private static final int STEPS_PER_LOOK = 50;
  private static final long MILLISECOND = 1_000_000;
  private static final long SECOND = 1_000 * MILLISECOND;

  private final DrillStacks stacks;
  private final List<DrillTransfer> transfers = new ArrayList<>();
  private String doing = "opening connections";
  private int port = 1000;
  private int looks;

  /**
   * Of a candidate among the modules at work.
   *
   * @param atWork where the modules of a stack come from, the candidate's predecessor among them
   */
  public Drill(List<ModuleSource> atWork, ModuleSource candidate) {
    stacks = new DrillStacks(atWork, candidate);
  }

  /** Both ends of a connection, and the transfers both ways. */
  private record Pair(TcpSocket near, TcpSocket far, DrillTransfer there, DrillTransfer back) {}

  /** Something does not come about in its time, or is not as it must be. */
  private static final class FailedException extends Exception {
    private static final long serialVersionUID = 1;

    FailedException(String what) {
      super(what, null, false, false);
    }
  }

  /** What is wrong, or null. */
  public String problem() {
    try {
      run();
      return null;
    } catch (FailedException e) {
      return doing + ": " + e.getMessage();
    } catch (TcpException | RuntimeException | LinkageError e) {
      return doing + ": " + e;
    } finally {
      stacks.close();
    }
  }

  private void run() throws FailedException, TcpException {
    Pair first = opened(true);
    Pair second = opened(false);
    takesOverInTheMiddle(first, second);
    Pair third = opened(true);
    Pair fourth = opened(false);
    carriesBytes(third, fourth);
    sendsTheLastSegmentAgain(third);
    sendsTheLastSegmentAgain(fourth);
    waitsAtAShutWindow(third);
    closesInOneMoment(third, false);
    closesInOneMoment(fourth, true);
    closesOneAfterTheOther(second);
    Pair fifth = opened(true);
    looksWhetherThePeerIsThere(fifth);
    givesBackInTheMiddle(first);
    leavesNothing(first);
  }

  // ---- what the newcomer lives through ----

  private void takesOverInTheMiddle(Pair one, Pair other) throws FailedException, TcpException {
    doing = "taking over in the middle of a transfer";
    stacks.cable().lossEvery(LOSS_EVERY);
    add(one, BYTES);
    add(other, BYTES);
    await("half of it", MINUTE, () -> transfers.stream().allMatch(DrillTransfer::isHalfDone));
    await(stacks.swap());
    stacks.watch();
    awaitTransfers();
  }

  private void carriesBytes(Pair one, Pair other) throws FailedException, TcpException {
    doing = "carrying bytes while some are lost";
    add(one, BYTES);
    add(other, BYTES);
    awaitTransfers();
    stacks.cable().lossEvery(0);
  }

  private void sendsTheLastSegmentAgain(Pair pair) throws FailedException, TcpException {
    doing = "sending again what was lost at the end";
    pause(SECOND);
    stacks.cable().cut(true);
    add(pair, WORDS);
    pause(100 * MILLISECOND);
    stacks.cable().cut(false);
    awaitTransfers();
  }

  private void waitsAtAShutWindow(Pair pair) throws FailedException, TcpException {
    doing = "waiting for a shut window to open";
    pair.there().reads(false);
    pair.back().reads(false);
    add(pair, MUCH);
    pause(5 * SECOND);
    pair.there().stopWriting();
    pair.back().stopWriting();
    // what opens the window is lost: only a probe of the sender finds out
    stacks.cable().cut(true);
    pair.there().reads(true);
    pair.back().reads(true);
    pause(100 * MILLISECOND);
    stacks.cable().cut(false);
    awaitTransfers();
  }

  private void closesInOneMoment(Pair pair, boolean lost) throws FailedException, TcpException {
    doing = "closing in the same moment as the peer";
    pause(SECOND);
    stacks.cable().cut(lost);
    over(pair);
    pair.near().close();
    pair.far().close();
    pause(100 * MILLISECOND);
    stacks.cable().cut(false);
    awaitEnds(pair);
  }

  private void closesOneAfterTheOther(Pair pair) throws FailedException, TcpException {
    doing = "closing one direction after the other";
    pair.near().shutdownOutput();
    pause(SECOND);
    if (pair.near().state() != TcpState.FIN_WAIT_2 || pair.far().state() != TcpState.CLOSE_WAIT) {
      throw ends(pair);
    }
    pair.back().add(BYTES);
    awaitTransfers();
    over(pair);
    pair.far().close();
    pair.near().close();
    awaitEnds(pair);
  }

  private void looksWhetherThePeerIsThere(Pair pair) throws FailedException, TcpException {
    doing = "looking whether a silent peer is there";
    pair.near().option(TcpOption.KEEPALIVE_TIME_SECONDS, KEEPALIVE_SECONDS);
    pair.near().option(TcpOption.KEEPALIVE_INTERVAL_SECONDS, 1);
    pair.near().option(TcpOption.KEEPALIVE_PROBES, KEEPALIVE_SECONDS);
    pair.near().option(TcpOption.KEEPALIVE, true);
    pause(MINUTE * SECOND / 4);
    if (pair.near().state() != TcpState.ESTABLISHED) {
      throw new FailedException("it gave up a peer that answers");
    }
    over(pair);
    stacks.cable().cut(true);
    await("it is given up", MINUTE / 4, () -> pair.near().state() == TcpState.CLOSED);
    stacks.cable().cut(false);
    pair.near().close();
    pair.far().abort();
  }

  private void givesBackInTheMiddle(Pair pair) throws FailedException, TcpException {
    doing = "giving back in the middle of a transfer";
    stacks.cable().lossEvery(LOSS_EVERY);
    add(pair, BYTES);
    await("half of it", MINUTE, () -> transfers.stream().allMatch(DrillTransfer::isHalfDone));
    expect(stacks.findings());
    await(stacks.back());
    awaitTransfers();
    stacks.cable().lossEvery(0);
  }

  private void leavesNothing(Pair pair) throws FailedException, TcpException {
    doing = "coming to an end";
    over(pair);
    pair.far().close();
    pair.near().close();
    await("nothing is left", 10 * MINUTE, stacks::isNothingLeft);
  }

  // ---- how ----

  private Pair opened(boolean byNear) throws FailedException, TcpException {
    port++;
    TcpListener listener =
        (byNear ? stacks.far() : stacks.near()).tcp().listen(IpEndpoint.parse("*:" + port), 1);
    IpEndpoint remote = new IpEndpoint(byNear ? DrillStacks.FAR : DrillStacks.NEAR, port);
    TcpSocket opener = (byNear ? stacks.near() : stacks.far()).tcp().connect(remote);
    await("a connection", 20, () -> listener.acceptQueue() > 0 && isOpen(opener));
    TcpSocket accepted = listener.accept();
    listener.close();
    TcpSocket near = byNear ? opener : accepted;
    TcpSocket far = byNear ? accepted : opener;
    Pair pair =
        new Pair(
            near,
            far,
            new DrillTransfer("from it", near, far, port),
            new DrillTransfer("to it", far, near, -port));
    transfers.add(pair.there());
    transfers.add(pair.back());
    return pair;
  }

  /** Its sockets are about to be closed. */
  private void over(Pair pair) {
    transfers.remove(pair.there());
    transfers.remove(pair.back());
  }

  private void awaitEnds(Pair pair) throws FailedException, TcpException {
    pause(20 * SECOND);
    if (!isOver(pair.near()) || !isOver(pair.far())) {
      throw ends(pair);
    }
  }

  private static FailedException ends(Pair pair) {
    return new FailedException(
        "its end is in " + pair.near().state() + ", the other in " + pair.far().state());
  }

  private static boolean isOpen(TcpSocket socket) {
    return socket.state() == TcpState.ESTABLISHED;
  }

  private static boolean isOver(TcpSocket socket) {
    return socket.state() == TcpState.TIME_WAIT || socket.state() == TcpState.CLOSED;
  }

  private static void add(Pair pair, long bytes) {
    pair.there().add(bytes);
    pair.back().add(bytes);
  }

  private void awaitTransfers() throws FailedException, TcpException {
    await("all bytes", 2 * MINUTE, () -> transfers.stream().allMatch(DrillTransfer::isDone));
  }

  private interface Condition {
    boolean holds();
  }

  private void await(String what, int seconds, Condition condition)
      throws FailedException, TcpException {
    long end = stacks.nowNanos() + seconds * SECOND;
    boolean goesOn = true;
    pump();
    while (!condition.holds()) {
      if (!goesOn) {
        expect(stacks.findings());
        throw new FailedException(
            "waited for " + seconds + " s in vain until " + what + unfinished());
      }
      goesOn = stacks.step(end);
      pump();
    }
    expect(stacks.findings());
  }

  private void await(StagedSwap swap) throws FailedException, TcpException {
    await("the swap", MINUTE, () -> swap.over().isDone());
    expect(swap.problem());
  }

  private void pause(long nanos) throws FailedException, TcpException {
    long end = stacks.nowNanos() + nanos;
    pump();
    while (stacks.step(end)) {
      pump();
    }
    expect(stacks.findings());
  }

  private void pump() throws FailedException, TcpException {
    if (++looks % STEPS_PER_LOOK == 0) {
      expect(stacks.findings());
    }
    for (DrillTransfer transfer : transfers) {
      expect(transfer.pump());
    }
  }

  private String unfinished() {
    StringBuilder text = new StringBuilder();
    for (DrillTransfer transfer : transfers) {
      if (!transfer.isDone()) {
        text.append("; ").append(transfer);
      }
    }
    return text.toString();
  }

  private static void expect(String problem) throws FailedException {
    if (problem != null) {
      throw new FailedException(problem);
    }
  }
}
