package io.karavel.timer.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The Metatype definition of PID {@code io.karavel.timer}; a test holds it equal to {@link
 * io.karavel.engine.TimerSettings}, which says what each key means.
 */
@ObjectClassDefinition(name = "Karavel timer", description = "The timing wheel.")
@interface TimerConfiguration {

  @AttributeDefinition(
      name = "tickMicros (us)",
      description =
          "Width of a slot of the finest wheel; within it timers are sorted when it comes due.",
      required = false,
      defaultValue = "1000",
      min = "10",
      max = "1000000")
  long tickMicros();

  @AttributeDefinition(
      name = "slotTimers (count)",
      description =
          "Timers that a slot of a coarser wheel holds before it is split into a finer wheel.",
      required = false,
      defaultValue = "16",
      min = "1",
      max = "127")
  long slotTimers();

  @AttributeDefinition(
      name = "spareWheels (count)",
      description = "Empty wheels kept for reuse instead of being left to the collector.",
      required = false,
      defaultValue = "256",
      min = "0",
      max = "65536")
  long spareWheels();
}
