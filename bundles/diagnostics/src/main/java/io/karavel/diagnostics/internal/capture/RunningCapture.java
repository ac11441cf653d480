package io.karavel.diagnostics.internal.capture;

import io.karavel.control.CaptureInfo;
import io.karavel.control.CaptureRequest;
import io.karavel.diagnostics.internal.Ground;
import io.karavel.nic.FrameTap;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One capture from its first frame to its last: attaches, reads, ends at a bound. */
final class RunningCapture {
  private static final int READ_MILLIS = 10;

  private final Ground ground;
  private final String name;
  private final CaptureRequest request;
  private final String target;
  private final Recorder recorder;
  private final FrameTap tap;
  private final FileForm form;
  private final long begunNanos;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean stopping;
  private volatile String ending = "";
  private volatile long endedNanos;

  RunningCapture(
      Ground ground,
      String name,
      CaptureRequest request,
      FrameFilter filter,
      String target,
      FileForm form) {
    this.ground = ground;
    this.name = name;
    this.request = request;
    this.target = target;
    this.form = form;
    recorder =
        new Recorder(
            filter,
            request.snapLength(),
            request.packets(),
            request.bytes(),
            ground.settings().get().captureRingBytes(),
            true);
    tap = recorder.tap(request.interfaceName(), FrameTap.AT_DEVICE, true, true);
    begunNanos = ground.clock().nanoTime();
  }

  String name() {
    return name;
  }

  boolean isOver() {
    return over.getCount() == 0;
  }

  /** Taps are put in: what passes from now on is recorded. */
  void attach() {
    ground.taps().transitions(request.stack()).add(recorder);
    ground.taps().attach(request.stack(), tap);
  }

  /** Reads until a bound, a stop, an interrupt or the end of whoever takes it. */
  void read() {
    RecordReader reader = new RecordReader(recorder);
    String why = "";
    try {
      while (why.isEmpty()) {
        boolean any = reader.drain(form);
        if (any) {
          form.flush();
        }
        why = boundReached();
        if (why.isEmpty() && !any) {
          TimeUnit.MILLISECONDS.sleep(READ_MILLIS);
        }
      }
      detach();
      reader.drain(form);
      form.finish(ground.clock().nanoTime(), recorder.lost());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      why = finishAfter(reader, "interrupted");
    } catch (IOException e) {
      why = String.valueOf(e.getMessage());
    } finally {
      detach();
      ending = why.isEmpty() ? "failed" : why;
      endedNanos = ground.clock().nanoTime();
      over.countDown();
    }
  }

  private String finishAfter(RecordReader reader, String why) {
    detach();
    try {
      reader.drain(form);
      form.finish(ground.clock().nanoTime(), recorder.lost());
      return why;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private String boundReached() {
    if (stopping) {
      return "stopped";
    }
    if (recorder.isFull()) {
      return request.packets() > 0 && recorder.packets() >= request.packets() ? "packets" : "bytes";
    }
    long age = ground.clock().nanoTime() - begunNanos;
    return request.millis() > 0 && age >= request.millis() * 1_000_000L ? "time" : "";
  }

  private void detach() {
    ground.taps().transitions(request.stack()).remove(recorder);
    ground.taps().detach(request.stack(), tap);
  }

  /** Has it end; returns when what takes it is complete, or after ten seconds. */
  void stop() {
    stopping = true;
    try {
      if (!over.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "capture " + name + " did not end within 10 s; " + target + " takes no data");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  CaptureInfo info() {
    boolean running = !isOver();
    long until = running ? ground.clock().nanoTime() : endedNanos;
    return new CaptureInfo(
        name,
        request,
        target,
        running,
        recorder.packets(),
        recorder.bytes(),
        recorder.lost(),
        until - begunNanos,
        ending);
  }
}
