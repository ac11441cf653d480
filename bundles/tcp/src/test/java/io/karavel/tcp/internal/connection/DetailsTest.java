package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpState;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What `tcp:show` tells of a connection is what holds at that moment. */
class DetailsTest {
  private static Map<String, Object> of(Scene scene) {
    return scene.connection().details(scene.now);
  }

  @Test
  void numbersAreWithoutSignAndTheFlightIsTold() {
    Scene scene = Scene.selective("initialWindow", 4);
    scene.write(10_000).sent();
    assertThat(of(scene))
        .containsEntry("iss", 0x7fffff00L)
        .containsEntry("irs", 0xffffff00L)
        .containsEntry("sndUna", 0x7fffff01L)
        .containsEntry("sndNxt", 0x7fffff01L + 4000)
        .containsEntry("rcvNxt", 0xffffff01L)
        .containsEntry("unsent", 6000)
        .containsEntry("inFlight", 4000)
        .containsEntry("cwnd", 4000)
        .containsEntry("ssthresh", "infinite")
        .containsEntry("sndWnd", 65_535)
        .containsEntry("rcvWnd", 65_535)
        .containsEntry("sndMss", 1000)
        .containsEntry("pathMtu", 1500)
        .containsEntry("sacked", 0)
        .containsEntry("lost", 0)
        .containsEntry("recovery", "open")
        .containsEntry("congestionControl", "newreno")
        .containsEntry("pacingRate", "unpaced")
        .containsEntry("deliveryRate", "not sampled by newreno")
        .containsEntry("fastOpen", false)
        .containsEntry("softError", "none");
  }

  @Test
  void aLossAndWhatWaitsOutOfOrderAreTold() {
    Scene scene = Scene.selective();
    scene.write(10_000).sent();
    scene.sack(1, 1001, 5001).inject("A", 1001, 500, 1);
    assertThat(of(scene))
        .containsEntry("sacked", 4000)
        .containsEntry("recovery", "recovery")
        .containsEntry("ssthresh", 5000)
        .containsEntry("outOfOrderRanges", 1)
        .containsEntry("outOfOrderBytes", 500);
  }

  @Test
  void timersTellWhatIsLeftOfThem() {
    Scene scene = Scene.plain().in(TcpState.ESTABLISHED);
    assertThat(of(scene).get("retransmitTimer")).isEqualTo("off");
    scene.write(1000).after(50).sent();
    assertThat(of(scene).get("retransmitTimer")).asString().contains("150");
    assertThat(of(scene).get("lastReceived")).asString().contains("50").endsWith("ago");
    scene.inject("A", 1, 0, 1001);
    scene.window = 0;
    scene.inject("A", 1, 0, 1001).write(10).after(20);
    assertThat(of(scene)).containsKey("persistTimer").doesNotContainKey("retransmitTimer");
  }

  @Test
  void aClosedOneHasNothingUnsent() {
    Scene scene = Scene.plain("initialWindow", 4).in(TcpState.ESTABLISHED);
    scene.write(10_000).sent();
    scene.connection().onIcmpError(TcpError.HOST_UNREACHABLE, false, Scene.ISS + 1, scene.now);
    assertThat(of(scene)).containsEntry("softError", TcpError.HOST_UNREACHABLE.meaning());
    scene.connection().abort(TcpError.CONNECTION_ABORTED, scene.now);
    assertThat(of(scene)).containsEntry("unsent", 0);
  }
}
