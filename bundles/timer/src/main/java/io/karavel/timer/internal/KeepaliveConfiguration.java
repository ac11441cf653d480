package io.karavel.timer.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The Metatype definition of PID {@code io.karavel.keepalive}; a test holds it equal to {@link
 * io.karavel.engine.KeepaliveSettings}, which says what each key means.
 */
@ObjectClassDefinition(
    name = "Karavel keepalive",
    description = "Whether and how idle connections are probed.")
@interface KeepaliveConfiguration {

  @AttributeDefinition(
      name = "enabledByDefault",
      description = "Whether connections are kept alive that do not say so themselves.",
      required = false,
      defaultValue = "false")
  boolean enabledByDefault();

  @AttributeDefinition(
      name = "timeSeconds (s)",
      description = "Idle time before the first probe.",
      required = false,
      defaultValue = "7200",
      min = "1",
      max = "32767")
  long timeSeconds();

  @AttributeDefinition(
      name = "intervalSeconds (s)",
      description = "Time between unanswered probes.",
      required = false,
      defaultValue = "75",
      min = "1",
      max = "32767")
  long intervalSeconds();

  @AttributeDefinition(
      name = "probes (count)",
      description = "Unanswered probes after which the connection is given up.",
      required = false,
      defaultValue = "10",
      min = "1",
      max = "127")
  long probes();
}
