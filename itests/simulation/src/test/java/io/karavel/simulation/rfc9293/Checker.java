package io.karavel.simulation.rfc9293;

import io.karavel.simulation.rfc9293.End.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToIntFunction;
import java.util.function.ToLongFunction;

/**
 * The checker of a run. It is told what is on the wires, when each moment is over, and what
 * applications and operators do; it throws {@link Violation}. Sockets are named by tokens that the
 * run chooses. Times are nanoseconds of one clock. Test's thread.
 */
public final class Checker {
  private final Map<String, Host> hosts = new HashMap<>();

  /** A checker that knows no stack yet. */
  public Checker() {}

  private Host host(String stack) {
    return hosts.computeIfAbsent(stack, Host::new);
  }

  /** A stack is switched off: nothing is asked of it any more. */
  public void forget(String stack) {
    hosts.remove(stack);
  }

  // ---- wires ----

  /**
   * A stack has sent a frame.
   *
   * @param network where its IP header begins
   * @param segmentSize payload of each segment of a super-segment, else 0
   */
  public void sent(String stack, byte[] frame, int network, int segmentSize, long now) {
    if (Neighbours.isArp(frame, network)) {
      host(stack).neighbours.sent(frame);
      return;
    }
    Seg s = Seg.read(frame, network);
    if (s != null && s.isTcp) {
      host(stack).send(s, segmentSize, now);
    }
  }

  /**
   * A frame reaches a stack.
   *
   * @param verified whether its device vouches for the checksum
   */
  public void arriving(
      String stack, byte[] frame, int network, int segmentSize, boolean verified, long now) {
    if (Neighbours.isArp(frame, network)) {
      Host host = host(stack);
      host.soon(now, time -> host.heardOf(host.neighbours.heard(frame), time));
      return;
    }
    Seg s = Seg.read(frame, network);
    if (s == null || !s.sumsAreRight && !verified) {
      return;
    }
    Host host = host(stack);
    // what came before at this moment has been dealt with: a harness takes one frame after the
    // other
    host.settled(now);
    if (s.isTcp) {
      s.segmentSize = segmentSize;
      host.soon(now, time -> host.arrive(s, time));
    } else if (s.isIcmp) {
      host.soon(now, time -> IcmpRules.on(host, s, time));
    }
  }

  /** Everything that happens at this moment has happened. */
  public void settled(long now) {
    for (Host host : hosts.values()) {
      host.settled(now);
    }
  }

  // ---- operators ----

  /** A key of a stack's configuration has a new value. */
  public void setting(String stack, String key, Object value, long now) {
    Host host = host(stack);
    host.settings.set(key, value);
    SettingRules.changed(host, key, now);
  }

  /** The MTU of the way from a stack to an address. */
  public void mtu(String stack, int remote, int bytes) {
    host(stack).mtu(remote, bytes);
  }

  /** A stack resolves addresses before it can send. */
  public void ethernet(String stack) {
    host(stack).ethernet = true;
  }

  /** A congestion control that no RFC has, and that paces, comes to a stack, or leaves. */
  public void congestionControl(String stack, String name, boolean there) {
    host(stack).congestionControl(name, there);
  }

  /**
   * A module of a stack leaves, or is there again.
   *
   * @param deaf whether what arrives meanwhile waits; else only timers do
   */
  public void away(String stack, boolean isAway, boolean deaf, long now) {
    host(stack).away(isAway, deaf, now);
  }

  /** A module of a stack, which was away, has been given up with all connections. */
  public void lost(String stack) {
    host(stack).lost();
  }

  // ---- what can be told ----

  /** The ends of a stack that there are. */
  public List<Watched> ends(String stack) {
    return new ArrayList<>(host(stack).ends.values());
  }

  /** The end that an application holds, over or not; null if there is none yet. */
  public Watched endOf(String stack, Object token) {
    return host(stack).byToken.get(token);
  }

  /** What is to be said of an end now; null if nobody can tell from outside. */
  public Expected expected(Watched end, long now) {
    End e = (End) end;
    boolean replaced = e.state != State.CLOSED && e.host.ends.get(e.tuple) != e;
    return replaced
            || TimerRules.mayBeGivenUp(e, now)
            || e.isVague()
            || OpeningRules.mayBeOver(e)
            || e.takenBack
            || e.early && !e.active && e.isHalfOpen()
            || e.host.isAway()
            || e.host.isLenient(now)
        ? null
        : Expectations.of(e, now);
  }

  /**
   * What an operator is shown of an end, by the names of docs/commands.md.
   *
   * @param asked the moment that the times among it count from
   */
  public void shown(Watched end, Map<String, Object> figures, long asked, long now) {
    End e = (End) end;
    if (ShownRules.canBeJudged(e, now)) {
      ShownRules.check(e, figures, asked);
    }
  }

  /** What a stack counts, by the names of docs/metrics.md, is held against what was seen. */
  public void counters(String stack, ToLongFunction<String> counters, long now) {
    Host host = host(stack);
    if (Counts.canBeJudged(host, now)) {
      host.counts.check(stack, counters);
    }
  }

  /** The run is over: no connection may be left. */
  public void finished(String stack, long now) {
    host(stack).settled(now);
    for (End e : host(stack).ends.values()) {
      if (e.isHalfOpen() && e.isBlurred()) {
        continue; // when it ended cannot be told
      }
      e.fail("end", "the connection should be over by now");
    }
  }

  // ---- applications ----

  /** An application listens. */
  public void listen(String stack, Object token, int port, int backlog) {
    Host host = host(stack);
    Listening there = host.listeners.get(port);
    if (there != null && there.token == token) {
      there.backlog = backlog;
    } else {
      host.listeners.put(port, new Listening(token, port, backlog, host.settings));
    }
  }

  /** An option is set on a listener: what it accepts from now on has it. */
  public void listenerOption(String stack, int port, String name, Object value) {
    host(stack).cookies.blur();
    host(stack).listeners.get(port).settings.option(name, value);
  }

  /** A listener is closed: embryos, and what was not accepted, are reset. */
  public void closeListener(String stack, int port) {
    Calls.closeListener(host(stack), port);
  }

  /**
   * A connection is accepted.
   *
   * @param content the bytes that the application is going to write, by position
   */
  public void accepted(
      String stack,
      Object token,
      int local,
      int localPort,
      int remote,
      int remotePort,
      LongToIntFunction content) {
    Host host = host(stack);
    Listening listening = host.listeners.get(localPort);
    Tuple tuple = new Tuple(local, localPort, remote, remotePort);
    End e = null;
    for (End waiting : listening.waiting) {
      if (waiting.tuple.equals(tuple)) {
        e = waiting;
        break;
      }
    }
    if (e == null && host.isVague(tuple, host.now())) {
      return; // it was complete before that could be told
    }
    if (e == null) {
      throw new Violation(tuple + ": accept: no connection of this name was complete");
    }
    // it may be over already: then its application is told
    listening.waiting.remove(e);
    e.accepted = true;
    e.content = content;
    host.byToken.put(token, e);
  }

  /**
   * An application connects.
   *
   * @param localPort the port it has bound, or 0
   */
  public void connect(
      String stack,
      Object token,
      int localPort,
      int remote,
      int remotePort,
      LongToIntFunction content) {
    Host host = host(stack);
    End wish = new End(host, new Tuple(0, localPort, remote, remotePort));
    wish.content = content;
    host.connecting.put(token, wish);
  }

  /**
   * An application that connects gives bytes which may go with the SYN; to be told before the SYN
   * is seen.
   */
  public void early(String stack, Object token, int count) {
    End wish = host(stack).connecting.get(token);
    wish.early = true;
    wish.written += count;
  }

  /** The port that a socket has which connects; what it sends may be seen later. */
  public void bound(String stack, Object token, int port) {
    if (port != 0 && host(stack).connecting.containsKey(token)) {
      host(stack).bound.put(token, port);
    }
  }

  /** An option is set on a socket. */
  public void option(String stack, Object token, String name, Object value, long now) {
    End e = end(stack, token);
    if (e != null) {
      e.settings.option(name, value);
      SettingRules.optionChanged(e, name, now);
    }
  }

  private End end(String stack, Object token) {
    Host host = host(stack);
    End wish = host.connecting.get(token);
    End e = wish != null ? wish : host.byToken.get(token);
    if (e != null) {
      e.touches++;
    }
    return e;
  }

  /** An application has written bytes. */
  public void wrote(String stack, Object token, long count, long now) {
    End e = end(stack, token);
    if (e != null) {
      Calls.noteWork(e, now);
      e.written += count;
      e.model.onUse(now);
    }
  }

  /** An application has written bytes, of which all up to the last are urgent. */
  public void wroteUrgent(String stack, Object token, long count, long now) {
    End e = end(stack, token);
    if (e != null) {
      Calls.noteWork(e, now);
      e.written += count;
      e.model.onUse(now);
      UrgentRules.wrote(e);
    }
  }

  /** How many urgent bytes a socket that is open tells of when a moment is over. */
  public void observeUrgent(String stack, Object token, long available, long now) {
    End e = host(stack).byToken.get(token);
    if (e != null && !host(stack).isAway() && !host(stack).isLenient(now) && !e.isVague()) {
      UrgentRules.observe(e, available);
    }
  }

  /** An application has read bytes. */
  public void read(String stack, Object token, long count, long now) {
    End e = end(stack, token);
    if (e != null) {
      e.read += count;
      if (e.unread() == 0) {
        e.model.onUse(now);
      }
    }
  }

  /** An application shuts its output down. */
  public void shutdownOutput(String stack, Object token, long now) {
    End e = end(stack, token);
    if (e != null) {
      Calls.shutdownOutput(e, "SHUTDOWN_OUTPUT", now);
    }
  }

  /** An application shuts its input down. */
  public void shutdownInput(String stack, Object token) {
    End e = end(stack, token);
    if (e != null && !e.inputShut) {
      e.inputShut = true;
      e.receivedBeforeShut = e.received();
      e.ahead.clear();
      e.receiver.sack.forget();
      e.lastArrivedFrom = -1;
    }
  }

  /** An application closes. */
  public void close(String stack, Object token, long now) {
    Host host = host(stack);
    End e = end(stack, token);
    if (e != null) {
      Calls.close(host, token, e, "CLOSE", now);
    }
  }

  /** An application aborts. */
  public void abort(String stack, Object token, long now) {
    Host host = host(stack);
    End e = end(stack, token);
    if (e != null) {
      Calls.abort(host, token, e, "ABORT", null, now);
    }
  }

  /** An operator ends a connection: as its application would, or with a reset that it is told. */
  public void kill(String stack, Object token, boolean reset, long now) {
    End e = end(stack, token);
    if (e != null && reset) {
      Calls.abort(host(stack), token, e, "KILL", "CONNECTION_ABORTED", now);
    } else if (e != null) {
      Calls.close(host(stack), token, e, "KILL", now);
    }
  }

  /**
   * What a socket that is open shows when a moment is over.
   *
   * @param state its state, spelled with underscores
   * @param failure what failed, or null
   */
  public void observe(String stack, Object token, String state, String failure, long now) {
    Host host = host(stack);
    End e = host.byToken.get(token);
    if (e == null && failure != null) {
      host.connecting.remove(token); // it has sent no SYN, and will not
    }
    if (e != null && !host.isAway()) {
      Calls.observe(host, e, state, failure, now);
    }
  }
}
