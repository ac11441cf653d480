package io.karavel.ip.internal;

import io.karavel.engine.Counter;
import io.karavel.engine.Counters;

/** The counters of IP, ICMP and ARP, under Linux's MIB names where Linux has them (RFC 4293). */
final class IpCounters {
  /** Packets received, bad ones included. */
  final Counter inReceives;

  /** Packets dropped for an error in the header. */
  final Counter inHdrErrors;

  /** Packets dropped for their addresses. */
  final Counter inAddrErrors;

  /** Packets of a protocol that nobody handles. */
  final Counter inUnknownProtos;

  /** Packets handed to a transport or to ICMP. */
  final Counter inDelivers;

  /** Good packets dropped for want of something. */
  final Counter inDiscards;

  /** Packets received, by the two ECN bits (RFC 3168). */
  final Counter[] inByEcn;

  /** Packets that transports and ICMP sent. */
  final Counter outRequests;

  /** Good packets not sent for want of something. */
  final Counter outDiscards;

  /** Packets without a route. */
  final Counter outNoRoutes;

  /** Fragments received. */
  final Counter reasmReqds;

  /** Packets put together from fragments. */
  final Counter reasmOKs;

  /** Failures to put packets together. */
  final Counter reasmFails;

  /** Packets whose fragments did not all come in time. */
  final Counter reasmTimeout;

  /** Packets dropped because fragments overlapped. */
  final Counter reasmOverlaps;

  /** Packets in parts that gave way to newer ones. */
  final Counter reasmEvicted;

  /** Packets cut into fragments. */
  final Counter fragOKs;

  /** Packets that might not be cut. */
  final Counter fragFails;

  /** Fragments made. */
  final Counter fragCreates;

  /** Super-segments cut in software. */
  final Counter outSegmented;

  /** Segments that came of them. */
  final Counter outSegments;

  /** Checksums completed in software. */
  final Counter outChecksummed;

  /** ICMP messages received. */
  final Counter icmpInMsgs;

  /** ICMP messages with an error of their own. */
  final Counter icmpInErrors;

  /** Of these, wrong checksums. */
  final Counter icmpInCsumErrors;

  /** Destination unreachable received. */
  final Counter icmpInDestUnreachs;

  /** Time exceeded received. */
  final Counter icmpInTimeExcds;

  /** Parameter problem received. */
  final Counter icmpInParmProbs;

  /** Redirects received; they are ignored. */
  final Counter icmpInRedirects;

  /** Echo requests received. */
  final Counter icmpInEchos;

  /** Echo replies received. */
  final Counter icmpInEchoReps;

  /** ICMP messages sent. */
  final Counter icmpOutMsgs;

  /** Destination unreachable sent. */
  final Counter icmpOutDestUnreachs;

  /** Time exceeded sent. */
  final Counter icmpOutTimeExcds;

  /** Echo requests sent. */
  final Counter icmpOutEchos;

  /** Echo replies sent. */
  final Counter icmpOutEchoReps;

  /** ICMP errors that the rate limit kept back. */
  final Counter icmpRateLimited;

  /** Errors of our own packets that found no room to be told. */
  final Counter localErrorsLost;

  /** ARP requests received. */
  final Counter arpInRequests;

  /** ARP replies received. */
  final Counter arpInReplies;

  /** ARP requests sent. */
  final Counter arpOutRequests;

  /** ARP replies sent. */
  final Counter arpOutReplies;

  /** ARP probes sent (RFC 5227). */
  final Counter arpOutProbes;

  /** ARP announcements sent (RFC 5227). */
  final Counter arpOutAnnouncements;

  /** Stations seen that use our address. */
  final Counter arpConflicts;

  /** Announcements that defended our address. */
  final Counter arpDefences;

  /** Neighbours known now. */
  final Counter neighbours;

  /** Neighbours that gave way to newer ones. */
  final Counter neighboursEvicted;

  /** Neighbours that did not answer. */
  final Counter neighboursFailed;

  IpCounters(Counters c) {
    inReceives = c.counter("Ip.InReceives");
    inHdrErrors = c.counter("Ip.InHdrErrors");
    inAddrErrors = c.counter("Ip.InAddrErrors");
    inUnknownProtos = c.counter("Ip.InUnknownProtos");
    inDelivers = c.counter("Ip.InDelivers");
    inDiscards = c.counter("Ip.InDiscards");
    inByEcn =
        new Counter[] {
          c.counter("IpExt.InNoECTPkts"),
          c.counter("IpExt.InECT1Pkts"),
          c.counter("IpExt.InECT0Pkts"),
          c.counter("IpExt.InCEPkts")
        };
    outRequests = c.counter("Ip.OutRequests");
    outDiscards = c.counter("Ip.OutDiscards");
    outNoRoutes = c.counter("Ip.OutNoRoutes");
    reasmReqds = c.counter("Ip.ReasmReqds");
    reasmOKs = c.counter("Ip.ReasmOKs");
    reasmFails = c.counter("Ip.ReasmFails");
    reasmTimeout = c.counter("Ip.ReasmTimeout");
    reasmOverlaps = c.counter("IpExt.ReasmOverlaps");
    reasmEvicted = c.counter("IpExt.ReasmEvicted");
    fragOKs = c.counter("Ip.FragOKs");
    fragFails = c.counter("Ip.FragFails");
    fragCreates = c.counter("Ip.FragCreates");
    outSegmented = c.counter("IpExt.OutSegmented");
    outSegments = c.counter("IpExt.OutSegments");
    outChecksummed = c.counter("IpExt.OutChecksummed");
    icmpInMsgs = c.counter("Icmp.InMsgs");
    icmpInErrors = c.counter("Icmp.InErrors");
    icmpInCsumErrors = c.counter("Icmp.InCsumErrors");
    icmpInDestUnreachs = c.counter("Icmp.InDestUnreachs");
    icmpInTimeExcds = c.counter("Icmp.InTimeExcds");
    icmpInParmProbs = c.counter("Icmp.InParmProbs");
    icmpInRedirects = c.counter("Icmp.InRedirects");
    icmpInEchos = c.counter("Icmp.InEchos");
    icmpInEchoReps = c.counter("Icmp.InEchoReps");
    icmpOutMsgs = c.counter("Icmp.OutMsgs");
    icmpOutDestUnreachs = c.counter("Icmp.OutDestUnreachs");
    icmpOutTimeExcds = c.counter("Icmp.OutTimeExcds");
    icmpOutEchos = c.counter("Icmp.OutEchos");
    icmpOutEchoReps = c.counter("Icmp.OutEchoReps");
    icmpRateLimited = c.counter("Icmp.OutRateLimitGlobal");
    localErrorsLost = c.counter("IpExt.LocalErrorsLost");
    arpInRequests = c.counter("Arp.InRequests");
    arpInReplies = c.counter("Arp.InReplies");
    arpOutRequests = c.counter("Arp.OutRequests");
    arpOutReplies = c.counter("Arp.OutReplies");
    arpOutProbes = c.counter("Arp.OutProbes");
    arpOutAnnouncements = c.counter("Arp.OutAnnouncements");
    arpConflicts = c.counter("Arp.Conflicts");
    arpDefences = c.counter("Arp.Defences");
    neighbours = c.level("Neighbour.Entries");
    neighboursEvicted = c.counter("Neighbour.Evicted");
    neighboursFailed = c.counter("Neighbour.Failed");
  }
}
