package io.karavel.ip.internal;

import io.karavel.address.IpAddress;
import io.karavel.address.MacAddress;
import io.karavel.engine.Timer;
import io.karavel.ip.ArpReply;
import io.karavel.ip.PingReply;
import io.karavel.wire.EthernetHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * ARP requests of the operator that wait for an answer, whatever the neighbour table knows. They
 * end with the module: whoever asked is told. Lane's thread.
 */
final class ArpQuestions {
  /** One request; the timer of its end. */
  private final class ArpQuestion extends Timer {
    private final LinkInterface link;
    private final int target;
    private final CompletableFuture<ArpReply> future = new CompletableFuture<>();
    private final long sentAtNanos;

    ArpQuestion(LinkInterface link, int target, long sentAtNanos) {
      this.link = link;
      this.target = target;
      this.sentAtNanos = sentAtNanos;
    }

    @Override
    public String kind() {
      return "arping";
    }

    @Override
    public void onExpiry(long nowNanos) {
      finish(this, PingReply.TIMEOUT, Optional.empty());
    }
  }

  private final IpLane lane;
  private final Interfaces interfaces;
  private final Routes routes;
  private final ArpOutput output;
  private final List<ArpQuestion> waiting = new ArrayList<>();

  ArpQuestions(IpLane lane, Interfaces interfaces, Routes routes, ArpOutput output) {
    this.lane = lane;
    this.interfaces = interfaces;
    this.routes = routes;
    this.output = output;
  }

  /** See {@link io.karavel.ip.spi.IpControl#arping}. */
  CompletableFuture<ArpReply> send(
      Optional<String> interfaceName, IpAddress target, long timeoutNanos) {
    if (!target.isUnicast() || interfaces.isLocal(target.ipv4Bits())) {
      throw new IllegalArgumentException(
          target + " cannot be asked for: name the address of another station");
    }
    if (timeoutNanos <= 0) {
      throw new IllegalArgumentException("the time to wait is to be above 0");
    }
    LinkInterface link = link(interfaceName, target);
    if (link.bareIp) {
      throw new IllegalArgumentException(
          "interface " + link.name() + " carries bare IP packets and knows no ARP");
    }
    if (!link.enabled()) {
      throw new IllegalArgumentException(
          "interface " + link.name() + " is down: nic:show " + link.settings.device());
    }
    if (waiting.size() >= lane.settings().pingsMaximum()) {
      throw new IllegalArgumentException(
          waiting.size() + " ARP requests wait already, pingsMaximum of io.karavel.ip: wait");
    }
    ArpQuestion question =
        new ArpQuestion(link, target.ipv4Bits(), lane.context.clock().nanoTime());
    waiting.add(question);
    lane.timers.arm(question, lane.now() + timeoutNanos);
    output.request(link, question.target, EthernetHeader.BROADCAST);
    return question.future;
  }

  private LinkInterface link(Optional<String> interfaceName, IpAddress target) {
    if (interfaceName.isPresent()) {
      return interfaces.byName(interfaceName.get());
    }
    Route route = routes.lookup(target.ipv4Bits());
    if (route == null || route.nextHop(target.ipv4Bits()) != target.ipv4Bits()) {
      throw new IllegalArgumentException(
          target
              + " is not on a link of ours, and ARP reaches no farther: name a neighbour, or the"
              + " interface with -I");
    }
    return route.link();
  }

  /** Somebody answered a request, ours or the neighbour table's. */
  void onReply(LinkInterface link, int sender, long senderMac) {
    for (int i = waiting.size() - 1; i >= 0; i--) {
      ArpQuestion question = waiting.get(i);
      if (question.target == sender && question.link == link) {
        finish(question, PingReply.REPLY, Optional.of(MacAddress.of(senderMac)));
      }
    }
  }

  private void finish(ArpQuestion question, String outcome, Optional<MacAddress> mac) {
    lane.timers.cancel(question);
    waiting.remove(question);
    question.future.complete(
        new ArpReply(outcome, mac, lane.context.clock().nanoTime() - question.sentAtNanos));
  }

  /** The module leaves. */
  void end() {
    for (ArpQuestion question : List.copyOf(waiting)) {
      finish(question, "the ip module was replaced", Optional.empty());
    }
  }
}
