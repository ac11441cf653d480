package io.karavel.engine.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The Metatype definition of factory PID {@code io.karavel.ip.interface}; a test holds it equal to
 * {@link io.karavel.ip.InterfaceSettings}, which says what each key means.
 */
@ObjectClassDefinition(
    name = "Karavel interface",
    description = "Which stack uses which device with which addresses.")
@interface InterfaceConfiguration {

  @AttributeDefinition(
      name = "stack",
      description = "Stack that the interface belongs to.",
      required = false,
      defaultValue = "main")
  String stack();

  @AttributeDefinition(name = "device", description = "Name of the device, as in nic:list.")
  String device();

  @AttributeDefinition(
      name = "addresses",
      description = "Addresses with prefix lengths, separated by commas, as in 10.77.0.2/24.",
      required = false)
  String addresses();

  @AttributeDefinition(
      name = "gateway",
      description = "Gateway of the default route; empty for none.",
      required = false)
  String gateway();

  @AttributeDefinition(
      name = "mac",
      description = "MAC address; empty to derive one from the name.",
      required = false)
  String mac();

  @AttributeDefinition(
      name = "mtu (bytes)",
      description = "Largest IP packet; 0 takes the device's MTU.",
      required = false,
      defaultValue = "0",
      min = "0",
      max = "65535")
  long mtu();

  @AttributeDefinition(
      name = "enabled",
      description = "Whether the interface carries traffic.",
      required = false,
      defaultValue = "true")
  boolean enabled();
}
