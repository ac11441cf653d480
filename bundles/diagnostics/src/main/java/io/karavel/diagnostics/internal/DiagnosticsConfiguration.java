package io.karavel.diagnostics.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The Metatype definition of PID {@code io.karavel.diagnostics}; a test holds it equal to {@link
 * io.karavel.control.DiagnosticsSettings}, which says what each key means.
 */
@ObjectClassDefinition(
    name = "Karavel diagnostics",
    description = "Captures, connection traces and the loss laboratory.")
@interface DiagnosticsConfiguration {

  @AttributeDefinition(
      name = "maxCaptures (count)",
      description = "Captures, traces and experiments that may run at once.",
      required = false,
      defaultValue = "8",
      min = "1",
      max = "64")
  long maxCaptures();

  @AttributeDefinition(
      name = "captureRingBytes (bytes)",
      description =
          "Memory between the lane and the file; what finds no room there is lost to the capture.",
      required = false,
      defaultValue = "4194304",
      min = "65536",
      max = "268435456")
  long captureRingBytes();

  @AttributeDefinition(
      name = "captureSnapLength (bytes)",
      description = "Bytes kept of a frame unless the command says otherwise.",
      required = false,
      defaultValue = "65535",
      min = "16",
      max = "65535")
  long captureSnapLength();

  @AttributeDefinition(
      name = "captureMaxBytes (bytes)",
      description =
          "Bytes after which a capture ends unless the command says otherwise; 0 is no limit.",
      required = false,
      defaultValue = "104857600",
      min = "0",
      max = "1099511627776")
  long captureMaxBytes();

  @AttributeDefinition(
      name = "captureMaxSeconds (s)",
      description =
          "Time after which a capture ends unless the command says otherwise; 0 is no limit.",
      required = false,
      defaultValue = "3600",
      min = "0",
      max = "2000000")
  long captureMaxSeconds();
}
