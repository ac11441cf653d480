package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The device itself: how it is opened, what is agreed on, and what happens when it goes. */
@Requires("ping")
class TapIT {
  private NetworkNamespace namespace;
  private StackProcess stack;

  @BeforeEach
  void makeNamespace() {
    namespace = NetworkNamespace.create();
  }

  @AfterEach
  void removeNamespace() {
    if (stack != null) {
      stack.close();
    }
    namespace.close();
  }

  private void assertPingsBothWays() {
    Pings.assertNoneLost(namespace, 3, "-i", "0.05", "-W", "2");
    assertThat(stack.values("ping 10.77.0.1 3")).containsEntry("replies", "3");
  }

  @Test
  void aTapIsOpenedWithAddressMtuAndQueueAndCarriesFramesBothWays() {
    stack = StackProcess.start(namespace, "mtu=1400", "txQueueLength=777");
    assertThat(stack.values("nic"))
        .containsEntry("driver", "tap")
        .containsEntry("up", "true")
        .containsEntry("status", "up")
        .containsEntry("mtu", "1400");
    assertThat(namespace.run("ip", "-d", "address", "show", "tap0").orFail())
        .contains("mtu 1400", "qlen 777", "tun type tap", "vnet_hdr on", "inet 10.77.0.1/24");
    assertPingsBothWays();
    Map<String, String> nic = stack.values("nic");
    assertThat(Long.parseLong(nic.get("rxPackets"))).isGreaterThanOrEqualTo(7);
    assertThat(Long.parseLong(nic.get("txPackets"))).isGreaterThanOrEqualTo(7);
    assertThat(nic).containsEntry("rxErrors", "0").containsEntry("txErrors", "0");
  }

  @Test
  void aTunCarriesBarePacketsBothWays() {
    stack = StackProcess.start(namespace, "mode=tun");
    assertThat(stack.values("nic")).containsEntry("driver", "tun").containsEntry("bareIp", "true");
    assertThat(namespace.run("ip", "-d", "link", "show", "tap0").orFail()).contains("tun type tun");
    assertPingsBothWays();
  }

  @Test
  void offloadsAreAgreedOnAndTakenBackLive() {
    stack = StackProcess.start(namespace);
    assertThat(stack.values("nic"))
        .containsEntry("transmitChecksum", "true")
        .containsEntry("segmentationBytes", "65535");
    assertPingsBothWays();
    stack.ask("set offloads=false");
    assertThat(stack.values("nic"))
        .containsEntry("transmitChecksum", "false")
        .containsEntry("segmentationBytes", "0");
    assertPingsBothWays();
    stack.ask("set offloads=true");
    assertThat(stack.values("nic")).containsEntry("transmitChecksum", "true");
    assertPingsBothWays();
  }

  @Test
  void offloadsThatAPredecessorLeftOnAPersistentInterfaceAreTakenBack() throws Exception {
    namespace.run("ip", "tuntap", "add", "dev", "tap0", "mode", "tap", "vnet_hdr").orFail();
    stack = StackProcess.start(namespace);
    assertThat(stack.values("nic")).containsEntry("transmitChecksum", "true");
    stack.close();
    stack = StackProcess.start(namespace, "offloads=false");
    assertPingsBothWays();
    assertThat(namespace.run("ethtool", "-k", "tap0").orFail())
        .contains("tx-checksum-ip-generic: off", "tx-tcp-segmentation: off");
  }

  @Test
  void mtuQueueAndAddressFollowTheSettingsLive() {
    stack = StackProcess.start(namespace);
    stack.ask("set mtu=1280 txQueueLength=50 hostAddress=10.77.0.9/24");
    assertThat(namespace.run("ip", "address", "show", "tap0").orFail())
        .contains("mtu 1280", "qlen 50", "inet 10.77.0.9/24")
        .doesNotContain("10.77.0.1/24");
    assertThat(stack.values("nic")).containsEntry("mtu", "1280").containsEntry("status", "up");
    assertThat(stack.values("ping 10.77.0.9 3")).containsEntry("replies", "3");
  }

  @Test
  void anInterfaceThatIsDeletedIsMadeAgainAndTrafficGoesOn() {
    stack = StackProcess.start(namespace, "reopenMinMs=50");
    assertPingsBothWays();
    namespace.run("ip", "link", "delete", "tap0").orFail();
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(stack.ask("events"))
                    .anyMatch(event -> event.contains("interface tap0 vanished"))
                    .last()
                    .asString()
                    .contains("up"));
    await().atMost(Duration.ofSeconds(20)).untilAsserted(this::assertPingsBothWays);
  }

  @Test
  void anInterfaceThatIsSetDownIsReportedAndComesBackByItself() {
    stack = StackProcess.start(namespace);
    assertPingsBothWays();
    namespace.run("ip", "link", "set", "tap0", "down").orFail();
    assertThat(stack.values("ping 10.77.0.1 1")).containsEntry("replies", "0");
    assertThat(stack.values("nic"))
        .containsEntry("up", "false")
        .containsEntry("status", "Linux has set interface tap0 down");
    assertThat(stack.values("drops")).containsKey("DEVICE_DOWN");
    namespace.run("ip", "link", "set", "tap0", "up").orFail();
    await().atMost(Duration.ofSeconds(20)).untilAsserted(this::assertPingsBothWays);
  }

  @Test
  void aNameThatIsTakenIsSaidAndTheDeviceOpensWhenItIsFree() {
    namespace.run("ip", "tuntap", "add", "dev", "tap0", "mode", "tun").orFail();
    stack = StackProcess.start(namespace, "reopenMinMs=50", "reopenMaxMs=100");
    assertThat(stack.values("nic"))
        .containsEntry("up", "false")
        .hasEntrySatisfying(
            "status",
            status ->
                assertThat(status)
                    .startsWith(
                        "TUNSETIFF tap0: EINVAL, invalid argument; the name belongs to an"
                            + " interface of another kind"));
    namespace.run("ip", "tuntap", "delete", "dev", "tap0", "mode", "tun").orFail();
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(stack.values("nic")).containsEntry("up", "true"));
    assertPingsBothWays();
  }

  @Test
  void anotherNameOpensAnotherInterfaceLive() {
    stack = StackProcess.start(namespace);
    stack.ask("set interfaceName=other7");
    assertThat(namespace.run("ip", "-br", "link").orFail())
        .contains("other7")
        .doesNotContain("tap0");
    await().atMost(Duration.ofSeconds(20)).untilAsserted(this::assertPingsBothWays);
  }

  @Test
  void theSuccessorGoesOnWithTheOpenDescriptorAndNoPingIsLost() throws Exception {
    stack = StackProcess.start(namespace);
    assertPingsBothWays();
    String before = namespace.run("cat", "/sys/class/net/tap0/ifindex").orFail();
    Pings counted = new Pings(namespace);
    Process pings =
        namespace.start(
            new ProcessBuilder("ping", "-q", "-c", "400", "-i", "0.005", "-W", "5", "10.77.0.2")
                .redirectErrorStream(true));
    for (int i = 0; i < 20; i++) {
      stack.ask("swap nic");
      stack.ask("leave nic");
      stack.ask("arrive nic");
    }
    counted.assertNoneLost(
        400, new String(pings.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    assertThat(namespace.run("cat", "/sys/class/net/tap0/ifindex").orFail()).isEqualTo(before);
    assertThat(stack.values("nic")).containsEntry("status", "up");
  }

  @Test
  void thePersistentInterfaceStaysAndTheOtherGoes() {
    stack = StackProcess.start(namespace, "persistent=true");
    stack.close();
    assertThat(namespace.run("ip", "-br", "link").orFail()).contains("tap0");
    stack = StackProcess.start(namespace);
    assertPingsBothWays();
    stack.ask("set persistent=true");
    stack.ask("set persistent=false");
    stack.close();
    assertThat(namespace.run("ip", "-br", "link").orFail()).doesNotContain("tap0");
  }

  @Test
  void oneThousandPingsNoneLost() {
    stack = StackProcess.start(namespace);
    Pings.assertNoneLost(namespace, 1000, "-i", "0.002", "-W", "5");
    assertThat(stack.values("ping 10.77.0.1 1000"))
        .containsEntry("replies", "1000")
        .containsEntry("lost", "0");
  }

  @Test
  void fragmentedPingsOfEightKilobytesGoBothWays() {
    for (String mode : new String[] {"mode=tap", "mode=tun"}) {
      stack = StackProcess.start(namespace, mode);
      Pings.assertNoneLost(namespace, 50, "-i", "0.01", "-s", "8192", "-W", "5");
      assertThat(stack.values("ping 10.77.0.1 50 8192")).containsEntry("replies", "50");
      stack.close();
    }
  }
}
