package io.karavel.engine.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The Metatype definition of PID {@code io.karavel.engine}; a test holds it equal to {@link
 * io.karavel.engine.EngineSettings}, which says what each key means.
 */
@ObjectClassDefinition(
    name = "Karavel engine",
    description = "Lanes, slots, parking and kept state.")
@interface EngineConfiguration {

  @AttributeDefinition(
      name = "handoverSeconds (s)",
      description =
          "How long the state of a module that left waits for a successor; then it is disposed of.",
      required = false,
      defaultValue = "60",
      min = "1",
      max = "86400")
  long handoverSeconds();

  @AttributeDefinition(
      name = "parkingFrames (count)",
      description = "Packets that wait at a slot without a module at most.",
      required = false,
      defaultValue = "1024",
      min = "0",
      max = "1000000")
  long parkingFrames();

  @AttributeDefinition(
      name = "parkingBytes (bytes)",
      description = "Bytes of packets that wait at a slot without a module at most.",
      required = false,
      defaultValue = "8388608",
      min = "0",
      max = "1073741824")
  long parkingBytes();

  @AttributeDefinition(
      name = "parkingMillis (ms)",
      description = "How long a packet waits at a slot without a module at most.",
      required = false,
      defaultValue = "5000",
      min = "1",
      max = "600000")
  long parkingMillis();

  @AttributeDefinition(
      name = "crashLimit (count)",
      description =
          "The crash within crashWindowSeconds after which a module is not started again.",
      required = false,
      defaultValue = "3",
      min = "1",
      max = "100")
  long crashLimit();

  @AttributeDefinition(
      name = "crashWindowSeconds (s)",
      description = "The time within which crashes are counted towards crashLimit.",
      required = false,
      defaultValue = "60",
      min = "1",
      max = "3600")
  long crashWindowSeconds();

  @AttributeDefinition(
      name = "hangMillis (ms)",
      description =
          "How long one call on a lane may use the processor or be blocked before the lane counts"
              + " as hung: its thread is abandoned and another one goes on; 0 is for ever.",
      required = false,
      defaultValue = "10000",
      min = "0",
      max = "600000")
  long hangMillis();

  @AttributeDefinition(
      name = "pollBudget (count)",
      description = "Frames taken from one device in one turn at most.",
      required = false,
      defaultValue = "256",
      min = "1",
      max = "65536")
  long pollBudget();

  @AttributeDefinition(
      name = "taskBudget (count)",
      description = "Tasks of modules and questions of the shell done in one turn at most.",
      required = false,
      defaultValue = "1024",
      min = "1",
      max = "65536")
  long taskBudget();

  @AttributeDefinition(
      name = "timerBudget (count)",
      description = "Timers that expire in one turn at most; mass expiry is spread over turns.",
      required = false,
      defaultValue = "1024",
      min = "1",
      max = "1000000")
  long timerBudget();

  @AttributeDefinition(
      name = "handlerBudget (count)",
      description = "Calls of application handlers in one turn at most.",
      required = false,
      defaultValue = "256",
      min = "1",
      max = "65536")
  long handlerBudget();

  @AttributeDefinition(
      name = "spinMicros (us)",
      description =
          "How long an idle lane goes on polling before it waits; for machines with a core to"
              + " spare.",
      required = false,
      defaultValue = "0",
      min = "0",
      max = "10000")
  long spinMicros();

  @AttributeDefinition(
      name = "laneNice",
      description =
          "Nice value of the lanes' threads, so that packets do not wait for the collector, the"
              + " compiler or applications; needs CAP_SYS_NICE or a limit on nice that allows it.",
      required = false,
      defaultValue = "-10",
      min = "-20",
      max = "19")
  long laneNice();

  @AttributeDefinition(
      name = "devicePollMicros (us)",
      description = "How often devices are polled that cannot tell by themselves that frames wait.",
      required = false,
      defaultValue = "1000",
      min = "10",
      max = "1000000")
  long devicePollMicros();

  @AttributeDefinition(
      name = "leaveMillis (ms)",
      description = "How long a bundle that stops waits for the lanes to take over its state.",
      required = false,
      defaultValue = "3000",
      min = "100",
      max = "4500")
  long leaveMillis();

  @AttributeDefinition(
      name = "stayMillis (ms)",
      description =
          "How long TCP and IP stay at work after their bundle has stopped, so that the successor"
              + " takes over as in a swap; then, or at once with 0, all that they have is parked.",
      required = false,
      defaultValue = "3000",
      min = "0",
      max = "60000")
  long stayMillis();

  @AttributeDefinition(
      name = "queryMillis (ms)",
      description = "How long a question to a module waits for its answer.",
      required = false,
      defaultValue = "2000",
      min = "100",
      max = "60000")
  long queryMillis();

  @AttributeDefinition(
      name = "taskLimit (count)",
      description = "Tasks that may wait for a lane; more are refused. For stacks created later.",
      required = false,
      defaultValue = "65536",
      min = "64",
      max = "1048576")
  long taskLimit();

  @AttributeDefinition(
      name = "eventRing (count)",
      description = "Events remembered per lane, for net:events. For stacks created later.",
      required = false,
      defaultValue = "4096",
      min = "16",
      max = "1048576")
  long eventRing();

  @AttributeDefinition(
      name = "quarantineReports (count)",
      description =
          "Crash reports kept under data/karavel/quarantine, the oldest go; 0 writes none.",
      required = false,
      defaultValue = "50",
      min = "0",
      max = "10000")
  long quarantineReports();
}
