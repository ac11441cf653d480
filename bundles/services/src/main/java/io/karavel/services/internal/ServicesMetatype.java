package io.karavel.services.internal;

import io.karavel.services.ServicesSettings;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What {@link ServicesSettings} says, for Metatype; a test holds the two equal. */
@ObjectClassDefinition(
    name = "Karavel services",
    description = "The built-in services and the local forwarder")
@interface ServicesMetatype {
  @AttributeDefinition(
      name = "echoEnabled",
      description = "Echo (RFC 862) listens; switched off, open connections go on.")
  boolean echoEnabled() default true;

  @AttributeDefinition(
      name = "echoPort (port)",
      description = "Port of the service echo on the stack main; open connections stay.",
      min = "1",
      max = "65535")
  long echoPort() default 7;

  @AttributeDefinition(
      name = "discardEnabled",
      description = "Discard (RFC 863) listens; switched off, open connections go on.")
  boolean discardEnabled() default true;

  @AttributeDefinition(
      name = "discardPort (port)",
      description = "Port of the service discard on the stack main; open connections stay.",
      min = "1",
      max = "65535")
  long discardPort() default 9;

  @AttributeDefinition(
      name = "daytimeEnabled",
      description = "Daytime (RFC 867) listens; switched off, open connections go on.")
  boolean daytimeEnabled() default true;

  @AttributeDefinition(
      name = "daytimePort (port)",
      description = "Port of the service daytime on the stack main; open connections stay.",
      min = "1",
      max = "65535")
  long daytimePort() default 13;

  @AttributeDefinition(
      name = "chargenEnabled",
      description =
          "The character generator (RFC 864) listens; switched off, open connections go on.")
  boolean chargenEnabled() default true;

  @AttributeDefinition(
      name = "chargenPort (port)",
      description = "Port of the service chargen on the stack main; open connections stay.",
      min = "1",
      max = "65535")
  long chargenPort() default 19;

  @AttributeDefinition(
      name = "httpEnabled",
      description = "The status page listens; switched off, open connections go on.")
  boolean httpEnabled() default true;

  @AttributeDefinition(
      name = "httpPort (port)",
      description = "Port of the service http on the stack main; open connections stay.",
      min = "1",
      max = "65535")
  long httpPort() default 80;

  @AttributeDefinition(
      name = "backlog (count)",
      description = "Connections of one service that may wait to be accepted.",
      min = "1",
      max = "65535")
  long backlog() default 128;

  @AttributeDefinition(
      name = "maxConnections (count)",
      description = "Connections of one service at once; one more is reset and counted.",
      min = "1",
      max = "1000000")
  long maxConnections() default 1000;

  @AttributeDefinition(
      name = "idleTimeoutSeconds (s)",
      description =
          "How long a connection of a service may stand still before it is closed; 0 for ever.",
      min = "0",
      max = "86400")
  long idleTimeoutSeconds() default 600;

  @AttributeDefinition(
      name = "turnBytes (bytes)",
      description = "Bytes that one connection of a service moves before it is another one's turn.",
      min = "4096",
      max = "16777216")
  long turnBytes() default 262144;

  @AttributeDefinition(
      name = "httpHeadBytes (bytes)",
      description = "Longest request line with its headers; a longer one is answered with 431.",
      min = "512",
      max = "65536")
  long httpHeadBytes() default 8192;

  @AttributeDefinition(
      name = "httpRequests (count)",
      description = "Requests on one connection before it is closed.",
      min = "1",
      max = "1000000")
  long httpRequests() default 1000;

  @AttributeDefinition(
      name = "httpSnapshotMillis (ms)",
      description = "How old the figures on the page may be before they are gathered again.",
      min = "0",
      max = "60000")
  long httpSnapshotMillis() default 250;

  @AttributeDefinition(
      name = "retryMillis (ms)",
      description =
          "First pause before a port that could not be had is tried again; it doubles each time.",
      min = "10",
      max = "60000")
  long retryMillis() default 1000;

  @AttributeDefinition(
      name = "retryMaxMillis (ms)",
      description = "Longest pause between two tries to have a port; not below retryMillis.",
      min = "10",
      max = "3600000")
  long retryMaxMillis() default 30000;

  @AttributeDefinition(
      name = "forwarderEnabled",
      description =
          "The local forwarder, which leads kernel connections into a stack, listens; switched off, open connections go on.")
  boolean forwarderEnabled() default true;

  @AttributeDefinition(
      name = "forwarderAddress",
      description = "Address of the machine that the forwarder listens on.")
  String forwarderAddress() default "127.0.0.1";

  @AttributeDefinition(
      name = "forwarderPort (port)",
      description =
          "Port of the machine that the forwarder listens on; 0 takes a free one and logs it.",
      min = "0",
      max = "65535")
  long forwarderPort() default 8077;

  @AttributeDefinition(
      name = "forwarderTarget",
      description =
          "Address and port that the forwarder's connections lead to; for new connections.")
  String forwarderTarget() default "10.77.0.2:80";

  @AttributeDefinition(
      name = "forwarderStack",
      description =
          "Stack that carries the forwarder's connections; it listens while that stack is there.")
  String forwarderStack() default "host";

  @AttributeDefinition(
      name = "forwarderMaxConnections (count)",
      description = "Connections through the forwarder at once; more wait in the kernel's queue.",
      min = "1",
      max = "65535")
  long forwarderMaxConnections() default 256;

  @AttributeDefinition(
      name = "forwarderBufferBytes (bytes)",
      description = "Buffer of a forwarded connection in each direction.",
      min = "1024",
      max = "16777216")
  long forwarderBufferBytes() default 65536;

  @AttributeDefinition(
      name = "forwarderConnectMillis (ms)",
      description =
          "How long the forwarder's target may take to answer before the connection is reset.",
      min = "100",
      max = "600000")
  long forwarderConnectMillis() default 30000;
}
