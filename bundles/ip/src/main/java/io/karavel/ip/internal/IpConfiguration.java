package io.karavel.ip.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * The Metatype definition of PID {@code io.karavel.ip}; a test holds it equal to {@link
 * io.karavel.ip.IpSettings}, which says what each key means.
 */
@ObjectClassDefinition(
    name = "Karavel IP",
    description = "Neighbours, addresses, IPv4, fragments and ICMP.")
@interface IpConfiguration {

  @AttributeDefinition(
      name = "defaultTtl (count)",
      description = "TTL of datagrams whose sender does not choose one.",
      required = false,
      defaultValue = "64",
      min = "1",
      max = "255")
  long defaultTtl();

  @AttributeDefinition(
      name = "acceptSourceRoute",
      description = "Accept datagrams that carry a source route option.",
      required = false,
      defaultValue = "false")
  boolean acceptSourceRoute();

  @AttributeDefinition(
      name = "reversePathFilter",
      description =
          "Drop datagrams without a route to their source (loose), or whose "
              + "route leaves by another interface (strict).",
      required = false,
      defaultValue = "off",
      options = {@Option("off"), @Option("loose"), @Option("strict")})
  String reversePathFilter();

  @AttributeDefinition(
      name = "routesMaximum (count)",
      description = "Routes there can be, connected ones included.",
      required = false,
      defaultValue = "1024",
      min = "16",
      max = "65536")
  long routesMaximum();

  @AttributeDefinition(
      name = "loopbackMtuBytes (bytes)",
      description = "MTU towards our own addresses.",
      required = false,
      defaultValue = "65535",
      min = "68",
      max = "65535")
  long loopbackMtuBytes();

  @AttributeDefinition(
      name = "loopbackQueuePackets (count)",
      description = "Packets to our own addresses that wait at most.",
      required = false,
      defaultValue = "1024",
      min = "1",
      max = "65536")
  long loopbackQueuePackets();

  @AttributeDefinition(
      name = "loopbackQueueBytes (bytes)",
      description = "Bytes of packets to our own addresses that wait at most.",
      required = false,
      defaultValue = "16777216",
      min = "65536",
      max = "1073741824")
  long loopbackQueueBytes();

  @AttributeDefinition(
      name = "neighbourReachableMs (ms)",
      description =
          "How long a neighbour counts as reachable after a confirmation; "
              + "half to one and a half times this, at random.",
      required = false,
      defaultValue = "30000",
      min = "100",
      max = "3600000")
  long neighbourReachableMs();

  @AttributeDefinition(
      name = "neighbourProbeDelayMs (ms)",
      description =
          "How long a stale neighbour in use may be confirmed by traffic " + "before it is probed.",
      required = false,
      defaultValue = "5000",
      min = "0",
      max = "3600000")
  long neighbourProbeDelayMs();

  @AttributeDefinition(
      name = "neighbourRetransmitMs (ms)",
      description = "Time between ARP requests.",
      required = false,
      defaultValue = "1000",
      min = "10",
      max = "60000")
  long neighbourRetransmitMs();

  @AttributeDefinition(
      name = "neighbourBroadcastProbes (count)",
      description = "ARP requests that go unanswered before an unknown neighbour is " + "given up.",
      required = false,
      defaultValue = "3",
      min = "1",
      max = "100")
  long neighbourBroadcastProbes();

  @AttributeDefinition(
      name = "neighbourUnicastProbes (count)",
      description = "ARP requests that go unanswered before a known neighbour is given " + "up.",
      required = false,
      defaultValue = "3",
      min = "1",
      max = "100")
  long neighbourUnicastProbes();

  @AttributeDefinition(
      name = "neighbourStaleMs (ms)",
      description = "How long a neighbour that is not used, or has failed, is " + "remembered.",
      required = false,
      defaultValue = "60000",
      min = "1000",
      max = "86400000")
  long neighbourStaleMs();

  @AttributeDefinition(
      name = "neighbourQueuePackets (count)",
      description =
          "Packets that wait for one neighbour's address at most; the oldest " + "gives way.",
      required = false,
      defaultValue = "101",
      min = "1",
      max = "10000")
  long neighbourQueuePackets();

  @AttributeDefinition(
      name = "neighbourQueueBytes (bytes)",
      description =
          "Bytes that wait for one neighbour's address at most; the oldest " + "gives way.",
      required = false,
      defaultValue = "262144",
      min = "1500",
      max = "67108864")
  long neighbourQueueBytes();

  @AttributeDefinition(
      name = "neighboursMaximum (count)",
      description = "Neighbours there can be; at the limit one that is not in use " + "gives way.",
      required = false,
      defaultValue = "4096",
      min = "16",
      max = "1048576")
  long neighboursMaximum();

  @AttributeDefinition(
      name = "conflictDetection",
      description =
          "Probe a new address: not at all, while it is used already, or " + "before it is used.",
      required = false,
      defaultValue = "optimistic",
      options = {@Option("off"), @Option("optimistic"), @Option("strict")})
  String conflictDetection();

  @AttributeDefinition(
      name = "conflictDefence",
      description =
          "When another station claims our address: give it up, defend it " + "once, or keep it.",
      required = false,
      defaultValue = "always",
      options = {@Option("never"), @Option("once"), @Option("always")})
  String conflictDefence();

  @AttributeDefinition(
      name = "arpProbeWaitMs (ms)",
      description = "Longest random wait before the first probe, with strict detection.",
      required = false,
      defaultValue = "1000",
      min = "0",
      max = "60000")
  long arpProbeWaitMs();

  @AttributeDefinition(
      name = "arpProbeCount (count)",
      description = "Probes sent for a new address.",
      required = false,
      defaultValue = "3",
      min = "1",
      max = "20")
  long arpProbeCount();

  @AttributeDefinition(
      name = "arpProbeMinimumMs (ms)",
      description = "Shortest time between probes.",
      required = false,
      defaultValue = "1000",
      min = "10",
      max = "60000")
  long arpProbeMinimumMs();

  @AttributeDefinition(
      name = "arpProbeMaximumMs (ms)",
      description = "Longest time between probes.",
      required = false,
      defaultValue = "2000",
      min = "10",
      max = "60000")
  long arpProbeMaximumMs();

  @AttributeDefinition(
      name = "arpAnnounceWaitMs (ms)",
      description = "Time from the last probe to the announcement.",
      required = false,
      defaultValue = "2000",
      min = "10",
      max = "60000")
  long arpAnnounceWaitMs();

  @AttributeDefinition(
      name = "arpAnnounceCount (count)",
      description = "Announcements (gratuitous ARP) of a new address.",
      required = false,
      defaultValue = "2",
      min = "0",
      max = "20")
  long arpAnnounceCount();

  @AttributeDefinition(
      name = "arpAnnounceIntervalMs (ms)",
      description = "Time between announcements.",
      required = false,
      defaultValue = "2000",
      min = "10",
      max = "60000")
  long arpAnnounceIntervalMs();

  @AttributeDefinition(
      name = "arpDefendIntervalMs (ms)",
      description = "Shortest time between two defences of an address.",
      required = false,
      defaultValue = "10000",
      min = "10",
      max = "3600000")
  long arpDefendIntervalMs();

  @AttributeDefinition(
      name = "conflictRetryMs (ms)",
      description = "When an address that was given up is probed again; 0 is never.",
      required = false,
      defaultValue = "60000",
      min = "0",
      max = "86400000")
  long conflictRetryMs();

  @AttributeDefinition(
      name = "reassemblyTimeoutMs (ms)",
      description = "How long the fragments of a datagram wait for the missing ones.",
      required = false,
      defaultValue = "30000",
      min = "100",
      max = "255000")
  long reassemblyTimeoutMs();

  @AttributeDefinition(
      name = "reassemblyDatagrams (count)",
      description = "Datagrams in reassembly at most; the oldest gives way.",
      required = false,
      defaultValue = "64",
      min = "1",
      max = "65536")
  long reassemblyDatagrams();

  @AttributeDefinition(
      name = "reassemblyBytes (bytes)",
      description = "Memory held by datagrams in reassembly at most; the oldest gives " + "way.",
      required = false,
      defaultValue = "8388608",
      min = "131072",
      max = "1073741824")
  long reassemblyBytes();

  @AttributeDefinition(
      name = "icmpErrorsPerSecond (count)",
      description = "ICMP errors sent per second at most.",
      required = false,
      defaultValue = "1000",
      min = "0",
      max = "1000000")
  long icmpErrorsPerSecond();

  @AttributeDefinition(
      name = "icmpErrorBurst (count)",
      description = "ICMP errors sent at once at most.",
      required = false,
      defaultValue = "50",
      min = "1",
      max = "1000000")
  long icmpErrorBurst();

  @AttributeDefinition(
      name = "icmpErrorQuoteBytes (bytes)",
      description = "Bytes of the offending datagram that an ICMP error quotes at most.",
      required = false,
      defaultValue = "548",
      min = "68",
      max = "1480")
  long icmpErrorQuoteBytes();

  @AttributeDefinition(
      name = "icmpEchoRepliesPerSecond (count)",
      description = "Echo replies per second at most.",
      required = false,
      defaultValue = "10000",
      min = "0",
      max = "10000000")
  long icmpEchoRepliesPerSecond();

  @AttributeDefinition(
      name = "icmpEchoBurst (count)",
      description = "Echo replies sent at once at most.",
      required = false,
      defaultValue = "1000",
      min = "1",
      max = "1000000")
  long icmpEchoBurst();

  @AttributeDefinition(
      name = "icmpEchoIgnoreBroadcast",
      description = "Ignore echo requests to broadcast and multicast addresses.",
      required = false,
      defaultValue = "true")
  boolean icmpEchoIgnoreBroadcast();

  @AttributeDefinition(
      name = "localErrorsMaximum (count)",
      description = "Errors about our own datagrams that wait to be reported at most.",
      required = false,
      defaultValue = "64",
      min = "1",
      max = "4096")
  long localErrorsMaximum();

  @AttributeDefinition(
      name = "pingsMaximum (count)",
      description = "Echo requests that wait for an answer at most.",
      required = false,
      defaultValue = "1024",
      min = "1",
      max = "65536")
  long pingsMaximum();
}
