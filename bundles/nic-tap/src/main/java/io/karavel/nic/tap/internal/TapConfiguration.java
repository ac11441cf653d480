package io.karavel.nic.tap.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * The Metatype definition of factory PID {@code io.karavel.nic.tap}; a test holds it equal to
 * {@link io.karavel.nic.TapSettings}, which says what each key means.
 */
@ObjectClassDefinition(name = "Karavel TAP", description = "A Linux TAP or TUN device.")
@interface TapConfiguration {

  @AttributeDefinition(
      name = "mode",
      description =
          "TAP with Ethernet frames, or TUN with bare IP packets; a change opens the device anew.",
      required = false,
      defaultValue = "tap",
      options = {@Option("tap"), @Option("tun")})
  String mode();

  @AttributeDefinition(
      name = "interfaceName",
      description =
          "Name of the interface in Linux; empty takes the first 15 letters of the device's. A change opens it anew.",
      required = false,
      defaultValue = "")
  String interfaceName();

  @AttributeDefinition(
      name = "hostAddress",
      description =
          "Address with prefix length of the Linux side, as in 10.77.0.1/24; empty leaves it as it is.",
      required = false,
      defaultValue = "")
  String hostAddress();

  @AttributeDefinition(
      name = "mtu (bytes)",
      description = "Largest IP packet, on both sides.",
      required = false,
      defaultValue = "1500",
      min = "68",
      max = "65521")
  long mtu();

  @AttributeDefinition(
      name = "txQueueLength (count)",
      description = "Frames (or super-segments) that Linux queues for us at most.",
      required = false,
      defaultValue = "1000",
      min = "1",
      max = "100000")
  long txQueueLength();

  @AttributeDefinition(
      name = "offloads",
      description =
          "Ask Linux for partial checksums and TCP super-segments; plain frames when it refuses.",
      required = false,
      defaultValue = "true")
  boolean offloads();

  @AttributeDefinition(
      name = "persistent",
      description = "Leave the interface in Linux when the appliance stops.",
      required = false,
      defaultValue = "false")
  boolean persistent();

  @AttributeDefinition(
      name = "queueFrames (count)",
      description = "Frames that wait at most while Linux takes none; more are dropped.",
      required = false,
      defaultValue = "512",
      min = "1",
      max = "65536")
  long queueFrames();

  @AttributeDefinition(
      name = "retryMs (ms)",
      description = "Time until frames that Linux did not take are offered again.",
      required = false,
      defaultValue = "1",
      min = "1",
      max = "1000")
  long retryMs();

  @AttributeDefinition(
      name = "reopenMinMs (ms)",
      description =
          "Time until the first try to open a device that failed or vanished; it doubles.",
      required = false,
      defaultValue = "100",
      min = "10",
      max = "3600000")
  long reopenMinMs();

  @AttributeDefinition(
      name = "reopenMaxMs (ms)",
      description = "Longest time between two tries to open a device.",
      required = false,
      defaultValue = "30000",
      min = "10",
      max = "3600000")
  long reopenMaxMs();
}
