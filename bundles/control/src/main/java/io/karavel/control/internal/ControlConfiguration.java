package io.karavel.control.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The Metatype definition of PID {@code io.karavel.control}; a test holds it equal to {@link
 * io.karavel.control.ControlSettings}, which says what each key means.
 */
@ObjectClassDefinition(
    name = "Karavel control",
    description = "Module swaps and what else management decides above single modules.")
@interface ControlConfiguration {

  @AttributeDefinition(
      name = "watchSeconds (s)",
      description =
          "How long a swapped module is watched before the swap is committed, unless the command"
              + " says.",
      required = false,
      defaultValue = "30",
      min = "0",
      max = "3600")
  long watchSeconds();

  @AttributeDefinition(
      name = "watchStallMillis (ms)",
      description =
          "How long one turn of a lane may last, or a connection owe its peer an answer, while a"
              + " swap is watched before that undoes it; an acknowledgement may take twice as"
              + " long.",
      required = false,
      defaultValue = "2000",
      min = "100",
      max = "60000")
  long watchStallMillis();

  @AttributeDefinition(
      name = "watchResets (count)",
      description = "Resets of established connections while a swap is watched that undo it.",
      required = false,
      defaultValue = "10",
      min = "1",
      max = "1000000")
  long watchResets();

  @AttributeDefinition(
      name = "watchAgainPercent (%)",
      description =
          "Share of segments with data that are sent again, by us or by peers though they had"
              + " arrived, while a swap is watched, beyond which that undoes it.",
      required = false,
      defaultValue = "50",
      min = "1",
      max = "100")
  long watchAgainPercent();

  @AttributeDefinition(
      name = "historyEntries (count)",
      description = "Swaps remembered for net:module-history.",
      required = false,
      defaultValue = "100",
      min = "1",
      max = "10000")
  long historyEntries();

  @AttributeDefinition(
      name = "configurationEntries (count)",
      description =
          "Changes of the configuration remembered for net:config-history and net:config-rollback.",
      required = false,
      defaultValue = "1000",
      min = "10",
      max = "100000")
  long configurationEntries();
}
