package io.karavel.diagnostics.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.control.CaptureRequest;
import io.karavel.control.DiagnosticsSettings;
import io.karavel.engine.SettingsException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The keys of {@code io.karavel.diagnostics}, changed while something runs. */
class LiveSettingsTest {
  private final Map<String, Object> raw = new HashMap<>();
  private DiagnosticsSettings settings = DiagnosticsSettings.defaults();
  private final Ground ground = Ground.of(null, null, () -> 0, Clock.systemUTC(), () -> settings);

  private void set(String key, Object value) throws SettingsException {
    raw.put(key, value);
    settings = DiagnosticsSettings.parse(raw);
  }

  private static CaptureRequest asked(int snapLength, long bytes, long millis) {
    return new CaptureRequest("main", "", "", snapLength, 0, bytes, millis);
  }

  @Test
  void maxCapturesHoldsForWhatRunsAlready() throws Exception {
    set("maxCaptures", 2);
    ground.begin();
    ground.begin();
    assertThatThrownBy(ground::begin)
        .hasMessageContaining("2 captures")
        .hasMessageContaining("stop");
    set("maxCaptures", 3);
    ground.begin();
    set("maxCaptures", 1);
    ground.end();
    ground.end();
    assertThatThrownBy(ground::begin).as("one is still running").hasMessageContaining("1 captures");
    ground.end();
    ground.begin();
  }

  @Test
  void theBoundsOfACaptureAreThoseInForceWhenItBeginsUnlessItSaysOthers() throws Exception {
    int unsaid = CaptureRequest.CONFIGURED;
    CaptureRequest before = asked(unsaid, unsaid, unsaid).with(settings);
    set("captureSnapLength", 96);
    set("captureMaxBytes", 5_000);
    set("captureMaxSeconds", 7);
    CaptureRequest after = asked(unsaid, unsaid, unsaid).with(settings);
    assertThat(before).isEqualTo(asked(65_535, 104_857_600, 3_600_000));
    assertThat(after).isEqualTo(asked(96, 5_000, 7_000));
    assertThat(asked(64, 10, 20).with(settings)).isEqualTo(asked(64, 10, 20));
  }
}
