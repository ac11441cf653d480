package io.karavel.nic.memory.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * The Metatype definition of factory PID {@code io.karavel.nic.memory}; a test holds it equal to
 * {@link io.karavel.nic.MemoryCableSettings}, which says what each key means.
 */
@ObjectClassDefinition(
    name = "Karavel cable",
    description = "A virtual cable between two devices in this JVM.")
@interface MemoryCableConfiguration {

  @AttributeDefinition(
      name = "leftDevice",
      description = "Name of the device at one end; empty takes the cable's name with -left.",
      required = false,
      defaultValue = "")
  String leftDevice();

  @AttributeDefinition(
      name = "rightDevice",
      description =
          "Name of the device at the other end; empty takes the cable's name with -right.",
      required = false,
      defaultValue = "")
  String rightDevice();

  @AttributeDefinition(
      name = "mode",
      description = "Carries Ethernet frames, or bare IP packets point to point.",
      required = false,
      defaultValue = "ethernet",
      options = {@Option("ethernet"), @Option("ip")})
  String mode();

  @AttributeDefinition(
      name = "mtu (bytes)",
      description = "Largest IP packet.",
      required = false,
      defaultValue = "1500",
      min = "68",
      max = "65535")
  long mtu();

  @AttributeDefinition(
      name = "offloads",
      description =
          "Pass partial checksums and super-segments of up to 64 KiB untouched, as one frame; off to have every segment meet its own fate.",
      required = false,
      defaultValue = "true")
  boolean offloads();

  @AttributeDefinition(
      name = "inFlightBytes (bytes)",
      description =
          "Bytes on their way in each direction at most; more are dropped. The memory grows with use.",
      required = false,
      defaultValue = "16777216",
      min = "262144",
      max = "1073741824")
  long inFlightBytes();

  @AttributeDefinition(
      name = "delayMs (ms)",
      description = "Time on the wire, one way.",
      required = false,
      defaultValue = "0.0",
      min = "0.0",
      max = "60000.0")
  double delayMs();

  @AttributeDefinition(
      name = "jitterMs (ms)",
      description =
          "The delay varies by at most this, up and down, without frames being overtaken.",
      required = false,
      defaultValue = "0.0",
      min = "0.0",
      max = "60000.0")
  double jitterMs();

  @AttributeDefinition(
      name = "lossPercent (%)",
      description = "Frames that are lost.",
      required = false,
      defaultValue = "0.0",
      min = "0.0",
      max = "100.0")
  double lossPercent();

  @AttributeDefinition(
      name = "reorderPercent (%)",
      description = "Frames that are held back, so that later ones overtake them.",
      required = false,
      defaultValue = "0.0",
      min = "0.0",
      max = "100.0")
  double reorderPercent();

  @AttributeDefinition(
      name = "reorderDelayMs (ms)",
      description = "How much longer a frame takes that is held back.",
      required = false,
      defaultValue = "1.0",
      min = "0.0",
      max = "60000.0")
  double reorderDelayMs();

  @AttributeDefinition(
      name = "duplicatePercent (%)",
      description = "Frames that arrive twice.",
      required = false,
      defaultValue = "0.0",
      min = "0.0",
      max = "100.0")
  double duplicatePercent();

  @AttributeDefinition(
      name = "corruptPercent (%)",
      description = "Frames in which one bit is turned over.",
      required = false,
      defaultValue = "0.0",
      min = "0.0",
      max = "100.0")
  double corruptPercent();

  @AttributeDefinition(
      name = "rateBitsPerSecond (bit/s)",
      description = "Speed of the wire in each direction; 0 has no limit.",
      required = false,
      defaultValue = "0",
      min = "0",
      max = "1000000000000")
  long rateBitsPerSecond();

  @AttributeDefinition(
      name = "queueFrames (count)",
      description =
          "Frames that wait for the wire at most when its speed is limited; more are dropped.",
      required = false,
      defaultValue = "1000",
      min = "1",
      max = "1000000")
  long queueFrames();

  @AttributeDefinition(
      name = "seed",
      description =
          "Source of all chance: same seed, same fate of the n-th frame; a change counts anew.",
      required = false,
      defaultValue = "1",
      min = "0",
      max = "9223372036854775807")
  long seed();
}
