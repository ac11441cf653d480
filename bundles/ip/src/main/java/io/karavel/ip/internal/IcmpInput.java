package io.karavel.ip.internal;

import io.karavel.engine.DropReason;
import io.karavel.packet.PacketBuffer;
import io.karavel.wire.HeaderVerdict;
import io.karavel.wire.IcmpMessage;
import io.karavel.wire.InternetChecksum;
import io.karavel.wire.Ipv4Header;
import java.nio.ByteBuffer;

/** Takes ICMP messages in (RFC 792, RFC 1122 §3.2.2): answers echo, hands errors on. */
final class IcmpInput {
  /** Common MTUs, for routers that do not say theirs (RFC 1191 §7.1). */
  private static final int[] PLATEAUS = {
    65_535, 32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68
  };

  private final IpLane lane;
  private final Interfaces interfaces;
  private final Ipv4Output output;
  private final Pings pings;
  private final ErrorDispatch dispatch;
  private final TokenBucket echoBucket = new TokenBucket();

  IcmpInput(
      IpLane lane, Interfaces interfaces, Ipv4Output output, Pings pings, ErrorDispatch dispatch) {
    this.lane = lane;
    this.interfaces = interfaces;
    this.output = output;
    this.pings = pings;
    this.dispatch = dispatch;
  }

  /**
   * A message whose linear part begins at its ICMP header.
   *
   * @param group whether it was addressed to more than us
   */
  void onMessage(PacketBuffer message, boolean group) {
    lane.counters.icmpInMsgs.increment();
    ByteBuffer memory = message.memory();
    int at = message.offset();
    int length = message.linearLength();
    if (IcmpMessage.validate(memory, at, length) != HeaderVerdict.OK) {
      lane.counters.icmpInErrors.increment();
      lane.drop(message, DropReason.ICMP_MALFORMED);
      return;
    }
    if (message.checksumState() == PacketBuffer.CHECKSUM_UNKNOWN
        && !IcmpMessage.checksumIsValid(memory, at, length)) {
      lane.counters.icmpInErrors.increment();
      lane.counters.icmpInCsumErrors.increment();
      lane.drop(message, DropReason.ICMP_CHECKSUM);
      return;
    }
    switch (IcmpMessage.type(memory, at)) {
      case IcmpMessage.ECHO_REQUEST -> onEchoRequest(message, group);
      case IcmpMessage.ECHO_REPLY -> onEchoReply(message);
      case IcmpMessage.UNREACHABLE -> {
        lane.counters.icmpInDestUnreachs.increment();
        onError(message);
      }
      case IcmpMessage.TIME_EXCEEDED -> {
        lane.counters.icmpInTimeExcds.increment();
        onError(message);
      }
      case IcmpMessage.PARAMETER_PROBLEM -> {
        lane.counters.icmpInParmProbs.increment();
        onError(message);
      }
      case IcmpMessage.REDIRECT -> {
        lane.counters.icmpInRedirects.increment();
        lane.drop(message, DropReason.ICMP_IGNORED);
      }
      default -> lane.drop(message, DropReason.ICMP_IGNORED);
    }
  }

  private void onEchoRequest(PacketBuffer request, boolean group) {
    lane.counters.icmpInEchos.increment();
    if (group && lane.settings().icmpEchoIgnoreBroadcast()) {
      lane.drop(request, DropReason.ICMP_BROADCAST);
      return;
    }
    int perSecond = lane.settings().icmpEchoRepliesPerSecond();
    if (!echoBucket.take(lane.now(), perSecond, lane.settings().icmpEchoBurst())) {
      lane.counters.icmpRateLimited.increment();
      lane.drop(request, DropReason.ICMP_RATE_LIMIT);
      return;
    }
    PacketBuffer reply = request.isShared() ? copy(request) : request;
    ByteBuffer memory = reply.memory();
    int at = reply.offset();
    int before = IcmpMessage.ECHO_REQUEST << 8 | IcmpMessage.code(memory, at);
    IcmpMessage.type(memory, at, IcmpMessage.ECHO_REPLY);
    int after = IcmpMessage.ECHO_REPLY << 8 | IcmpMessage.code(memory, at);
    int checksum = InternetChecksum.update(IcmpMessage.checksum(memory, at), before, after);
    // RFC 1624 section 3: over nothing but zeros the update gives the wrong one of the two zeros.
    IcmpMessage.checksum(memory, at, checksum == 0 ? 0xFFFF : checksum);
    reply.checksumState(PacketBuffer.CHECKSUM_VERIFIED);
    int asked = reply.destinationIpv4();
    reply.destinationIpv4(reply.sourceIpv4());
    reply.sourceIpv4(group ? 0 : asked);
    reply.timeToLive(0);
    reply.dontFragment(false);
    lane.counters.icmpOutMsgs.increment();
    lane.counters.icmpOutEchoReps.increment();
    output.send(reply);
  }

  private PacketBuffer copy(PacketBuffer message) {
    int length = message.linearLength();
    PacketBuffer copy = lane.packets.allocate(length);
    message.copyTo(0, copy.memory(), copy.append(length), length);
    copy.sourceIpv4(message.sourceIpv4());
    copy.destinationIpv4(message.destinationIpv4());
    copy.protocol(message.protocol());
    copy.trafficClass(message.trafficClass());
    message.release();
    return copy;
  }

  private void onEchoReply(PacketBuffer reply) {
    lane.counters.icmpInEchoReps.increment();
    if (pings.onReply(reply)) {
      reply.release();
    } else {
      lane.drop(reply, DropReason.ICMP_UNMATCHED);
    }
  }

  private void onError(PacketBuffer message) {
    ByteBuffer memory = message.memory();
    int at = message.offset();
    int quote = at + IcmpMessage.LENGTH;
    int quoteLength = message.linearLength() - IcmpMessage.LENGTH;
    if (Ipv4Header.validateEmbedded(memory, quote, quoteLength) != HeaderVerdict.OK
        || Ipv4Header.headerLength(memory, quote) + 8 > quoteLength) {
      lane.counters.icmpInErrors.increment();
      lane.drop(message, DropReason.ICMP_MALFORMED);
      return;
    }
    int source = Ipv4Header.source(memory, quote);
    if (!interfaces.isLocal(source) || Ipv4Header.fragmentOffset(memory, quote) != 0) {
      lane.drop(message, DropReason.ICMP_UNMATCHED);
      return;
    }
    int type = IcmpMessage.type(memory, at);
    int code = IcmpMessage.code(memory, at);
    boolean taken =
        dispatch.dispatch(
            message.sourceIpv4(),
            type,
            code,
            mtu(memory, at, quote, type, code),
            source,
            Ipv4Header.destination(memory, quote),
            Ipv4Header.protocol(memory, quote),
            memory.getLong(quote + Ipv4Header.headerLength(memory, quote)));
    if (taken) {
      message.release();
    } else {
      lane.drop(message, DropReason.ICMP_UNMATCHED);
    }
  }

  private static int mtu(ByteBuffer memory, int at, int quote, int type, int code) {
    if (type != IcmpMessage.UNREACHABLE || code != IcmpMessage.FRAGMENTATION_NEEDED) {
      return 0;
    }
    int mtu = IcmpMessage.nextHopMtu(memory, at);
    if (mtu != 0) {
      return mtu;
    }
    int tried = Ipv4Header.totalLength(memory, quote);
    for (int plateau : PLATEAUS) {
      if (plateau < tried) {
        return plateau;
      }
    }
    return PLATEAUS[PLATEAUS.length - 1];
  }
}
