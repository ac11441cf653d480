package io.karavel.ip.internal;

import io.karavel.engine.Counter;
import io.karavel.engine.Counters;

/** The counters of IP, ICMP and ARP, under Linux's MIB names where Linux has them (RFC 4293). */
final class IpCounters {
  final Counter inReceives;
  final Counter inHdrErrors;
  final Counter inAddrErrors;
  final Counter inUnknownProtos;
  final Counter inDelivers;
  final Counter inDiscards;

  /** Packets received, by the two ECN bits (RFC 3168). */
  final Counter[] inByEcn;

  final Counter outRequests;
  final Counter outDiscards;
  final Counter outNoRoutes;
  final Counter reasmReqds;
  final Counter reasmOKs;
  final Counter reasmFails;
  final Counter reasmTimeout;
  final Counter reasmOverlaps;
  final Counter reasmEvicted;
  final Counter fragOKs;
  final Counter fragFails;
  final Counter fragCreates;
  final Counter outSegmented;
  final Counter outSegments;
  final Counter outChecksummed;
  final Counter icmpInMsgs;
  final Counter icmpInErrors;
  final Counter icmpInCsumErrors;
  final Counter icmpInDestUnreachs;
  final Counter icmpInTimeExcds;
  final Counter icmpInParmProbs;
  final Counter icmpInRedirects;
  final Counter icmpInEchos;
  final Counter icmpInEchoReps;
  final Counter icmpOutMsgs;
  final Counter icmpOutDestUnreachs;
  final Counter icmpOutTimeExcds;
  final Counter icmpOutEchos;
  final Counter icmpOutEchoReps;
  final Counter icmpRateLimited;
  final Counter localErrorsLost;
  final Counter arpInRequests;
  final Counter arpInReplies;
  final Counter arpOutRequests;
  final Counter arpOutReplies;
  final Counter arpOutProbes;
  final Counter arpOutAnnouncements;
  final Counter arpConflicts;
  final Counter arpDefences;
  final Counter neighbours;
  final Counter neighboursEvicted;
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
    neighbours = c.counter("Neighbour.Entries");
    neighboursEvicted = c.counter("Neighbour.Evicted");
    neighboursFailed = c.counter("Neighbour.Failed");
  }
}
