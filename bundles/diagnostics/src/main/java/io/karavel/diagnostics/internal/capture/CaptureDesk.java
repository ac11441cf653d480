package io.karavel.diagnostics.internal.capture;

import io.karavel.control.CaptureForm;
import io.karavel.control.CaptureInfo;
import io.karavel.control.CaptureRequest;
import io.karavel.control.Captures;
import io.karavel.diagnostics.internal.Ground;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The captures there are. Any thread. */
public final class CaptureDesk implements Captures {
  private static final int MOST_ENDED = 16;
  private static final int BUFFER_BYTES = 65_536;

  private final Ground ground;
  private final List<RunningCapture> captures = new ArrayList<>();
  private int next = 1;

  /** Without captures. */
  public CaptureDesk(Ground ground) {
    this.ground = ground;
  }

  @Override
  public CaptureInfo start(CaptureRequest asked, Path file) throws IOException {
    CaptureRequest request = asked.with(ground.settings().get());
    FrameFilter filter = check(request);
    ground.begin();
    boolean begun = false;
    try {
      OutputStream out = new BufferedOutputStream(create(file), BUFFER_BYTES);
      FileForm form = new PcapngSink(out, epoch(), request.stack(), request.snapLength());
      RunningCapture capture = add(request, filter, file.toString(), form);
      begin(capture);
      Thread thread =
          new Thread(
              () -> {
                try (out) {
                  capture.read();
                } catch (IOException e) {
                  // what could not be written is told by the capture's ending
                } finally {
                  ground.end();
                }
              },
              "karavel-" + capture.name());
      thread.setDaemon(true);
      thread.start();
      begun = true;
      return capture.info();
    } finally {
      if (!begun) {
        ground.end();
      }
    }
  }

  @Override
  public CaptureInfo run(CaptureRequest asked, CaptureForm form, OutputStream out)
      throws IOException {
    CaptureRequest request = asked.with(ground.settings().get());
    FrameFilter filter = check(request);
    ground.begin();
    try {
      FileForm written =
          switch (form) {
            case TEXT -> new TextForm(out, epoch());
            case PLAIN -> new RowForm(out, epoch(), false);
            case JSON -> new RowForm(out, epoch(), true);
            case PCAPNG -> new PcapngSink(out, epoch(), request.stack(), request.snapLength());
          };
      written.flush();
      RunningCapture capture = add(request, filter, "standard output", written);
      begin(capture);
      capture.read();
      return capture.info();
    } finally {
      ground.end();
    }
  }

  private EpochClock epoch() {
    return new EpochClock(ground.clock(), ground.calendar());
  }

  private FrameFilter check(CaptureRequest request) {
    ground.check(request.stack(), request.interfaceName());
    return FrameFilter.parse(request.filter());
  }

  private static OutputStream create(Path file) throws IOException {
    try {
      return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(
          "file " + file + " exists already; name another one or remove it first", e);
    } catch (NoSuchFileException e) {
      throw new IOException(
          "file " + file + " cannot be made: its directory does not exist; make it first", e);
    }
  }

  private synchronized RunningCapture add(
      CaptureRequest request, FrameFilter filter, String target, FileForm form) {
    long ended = captures.stream().filter(RunningCapture::isOver).count();
    for (int i = 0; i < captures.size() && ended >= MOST_ENDED; i++) {
      if (captures.get(i).isOver()) {
        captures.remove(i--);
        ended--;
      }
    }
    RunningCapture capture =
        new RunningCapture(ground, "capture" + next++, request, filter, target, form);
    captures.add(capture);
    return capture;
  }

  private void begin(RunningCapture capture) {
    try {
      capture.attach();
    } catch (RuntimeException e) {
      synchronized (this) {
        captures.remove(capture);
      }
      throw e;
    }
  }

  @Override
  public List<CaptureInfo> list() {
    return copy().stream().map(RunningCapture::info).toList();
  }

  private synchronized List<RunningCapture> copy() {
    return new ArrayList<>(captures);
  }

  @Override
  public CaptureInfo stop(String name) {
    List<RunningCapture> all = copy();
    for (RunningCapture capture : all) {
      if (capture.name().equals(name)) {
        capture.stop();
        return capture.info();
      }
    }
    String names = all.stream().map(RunningCapture::name).collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        "there is no capture '"
            + name
            + "'; there "
            + (names.isEmpty() ? "is none" : "are " + names));
  }

  /** Ends all of them: the bundle goes. */
  public void close() {
    for (RunningCapture capture : copy()) {
      if (!capture.isOver()) {
        capture.stop();
      }
    }
  }
}
