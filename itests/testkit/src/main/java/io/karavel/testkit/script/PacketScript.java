package io.karavel.testkit.script;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.tcp.TcpConnectionInfo;
import io.karavel.tcp.TcpError;
import io.karavel.tcp.TcpListener;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.TcpSocket;
import io.karavel.tcp.TcpState;
import io.karavel.testkit.Durations;
import io.karavel.testkit.StackHarness;
import io.karavel.testkit.WirePacket;
import java.util.List;
import java.util.function.Consumer;

/**
 * A test told as packets on virtual time:
 *
 * <pre>
 * PacketScript.create()
 *     .connect()
 *     .expect("S 0:0(0)")
 *     .after("10ms").inject("S. 0:0(0) ack 1 win 65535 &lt;mss 1460&gt;")
 *     .expect(". 1:1(0) ack 1")
 *     .expectState(TcpState.ESTABLISHED)
 *     .write(1000).expect("P. 1:1001(1000) ack 1")
 *     .at("210ms").expect(". 1:1001(1000) ack 1")
 *     .end();
 * </pre>
 *
 * <p>Times are exact unless {@link #tolerance} says otherwise. What is sent and not expected fails
 * the script at the next step in time, at {@link #expectNothing()} or at {@link #end()}; nothing is
 * passed over. Packets are written as {@link Notation} says; what {@link #expect} does not write of
 * window, acknowledgment, options and IP fields is not compared. The payload of the stack is always
 * compared with what was written, and what is read with what the peer sent. The peer's initial
 * sequence number is such that numbers wrap around in most scripts.
 *
 * <p>Steps act on the current {@link #flow}. A failure is an {@link AssertionError} that shows what
 * was expected, what was sent, where they differ, and everything so far.
 */
public final class PacketScript {
  private static final int LOCAL_PORT = 80;
  private static final int PEER_PORT = 40_000;

  private final ScriptEngine engine;
  private final ScriptSockets sockets;

  private PacketScript(StackHarness harness) {
    Flow first =
        new Flow(
            "main",
            new IpEndpoint(StackHarness.LOCAL, LOCAL_PORT),
            new IpEndpoint(StackHarness.PEER, PEER_PORT));
    engine = new ScriptEngine(harness, first);
    sockets = new ScriptSockets(engine);
  }

  /** A script on a fresh harness of the default. */
  public static PacketScript create() {
    return on(StackHarness.create());
  }

  /** A script on a harness whose interface has {@link StackHarness#LOCAL} and bare IP. */
  public static PacketScript on(StackHarness harness) {
    return new PacketScript(harness);
  }

  /**
   * From now on the module of a slot is replaced by a fresh one after every step: each packet that
   * arrives, each timer that fires, each call. The script must not notice.
   */
  public PacketScript replaceAfterEachStep(String slot) {
    engine.afterStep(() -> engine.harness().replace(slot));
    return this;
  }

  /** Like {@link #replaceAfterEachStep}, by a swap within one turn. */
  public PacketScript swapAfterEachStep(String slot) {
    engine.afterStep(() -> swap(slot));
    return this;
  }

  /** The same, the module going on until the other one has taken over. */
  public PacketScript succeedAfterEachStep(String slot) {
    engine.afterStep(() -> engine.harness().unplug(slot, true).plug(slot));
    return this;
  }

  /** From now on something is done after every step; the script must not notice. */
  public PacketScript afterEachStep(Runnable action) {
    engine.afterStep(action);
    return this;
  }

  /** The stack. */
  public StackHarness harness() {
    return engine.harness();
  }

  // ---- time ----

  /** Goes on to a time since the beginning, or since {@link #mark()}. */
  public PacketScript at(String time) {
    engine.at(Durations.nanos(time));
    return this;
  }

  /** Goes on by a time. */
  public PacketScript after(String time) {
    engine.after(Durations.nanos(time));
    return this;
  }

  /** The times of {@link #at} count from here on. */
  public PacketScript mark() {
    engine.mark();
    return this;
  }

  /** How far packets may be from their time from now on; exactly on it at first. */
  public PacketScript tolerance(String time) {
    engine.tolerance(Durations.nanos(time));
    return this;
  }

  // ---- packets ----

  /** Packets arrive one after the other, each with its effects, at this moment. */
  public PacketScript inject(String... packets) {
    engine.inject(packets);
    return this;
  }

  /** Packets arrive in one burst. */
  public PacketScript injectTogether(String... packets) {
    engine.injectTogether(packets);
    return this;
  }

  /** An IP datagram arrives as it is. */
  public PacketScript injectRaw(byte[] datagram) {
    engine.injectRaw(datagram);
    return this;
  }

  /** The stack sends these next, at this moment. */
  public PacketScript expect(String... packets) {
    engine.expect(packets);
    return this;
  }

  /** The stack sends this at each of the times and nothing in between. */
  public PacketScript expectEach(String packet, String... times) {
    for (String time : times) {
      at(time).expect(packet);
    }
    return this;
  }

  /** The next thing the stack sends, within a time, is this; the script goes on from there. */
  public PacketScript expectWithin(String time, String packet) {
    engine.expectWithin(Durations.nanos(time), packet);
    return this;
  }

  /** Nothing else was sent up to this moment. */
  public PacketScript expectNothing() {
    engine.expectNothing();
    return this;
  }

  /** Goes on to a time, and nothing is sent until then, nor at it. */
  public PacketScript expectNothingUntil(String time) {
    return at(time).expectNothing();
  }

  /** Goes on by a time, and nothing is sent until then, nor at it. */
  public PacketScript expectNothingFor(String time) {
    return after(time).expectNothing();
  }

  /** Passes over what was sent at this moment. */
  public PacketScript discardSent() {
    engine.discardSent();
    return this;
  }

  /** Takes out what was sent at this moment, to be looked at by the test. */
  public List<WirePacket> takeSent() {
    return engine.takeSent();
  }

  // ---- flows ----

  /** Goes on with the connection of that name, from that port of the peer to port 80. */
  public PacketScript flow(String name, int peerPort) {
    return flow(name, LOCAL_PORT, new IpEndpoint(StackHarness.PEER, peerPort));
  }

  /** Goes on with the connection of that name; local port 0 is learnt from the stack's SYN. */
  public PacketScript flow(String name, int localPort, IpEndpoint remote) {
    engine.flow(name, new IpEndpoint(StackHarness.LOCAL, localPort), remote);
    return this;
  }

  /** Sets the peer's initial sequence number: it has restarted, or it is to wrap elsewhere. */
  public PacketScript peerIsn(long isn) {
    engine.flow().peerIsn((int) isn);
    return this;
  }

  /** The stack's next SYN begins a new connection with an initial sequence number of its own. */
  public PacketScript forgetLocalIsn() {
    engine.flow().forgetLocal();
    return this;
  }

  /** The window field of injected segments that write none; 65535 at first. */
  public PacketScript peerWindow(int field) {
    engine.flow().peerWindow(field);
    return this;
  }

  /** The stack's initial sequence number, once its SYN was seen. */
  public int localIsn() {
    return engine.flow().localIsn();
  }

  /** The peer's initial sequence number. */
  public int peerIsn() {
    return engine.flow().peerIsn();
  }

  // ---- sockets ----

  /** The next socket call must fail so. */
  public PacketScript nextFails(TcpError error) {
    sockets.nextFails(error);
    return this;
  }

  /** Listens on the flow's local port with a backlog of 8. */
  public PacketScript listen() {
    return listen(8);
  }

  /** Listens on the flow's local port, or changes the backlog. */
  public PacketScript listen(int backlog) {
    sockets.listen(backlog);
    return this;
  }

  /** Accepts the connection of this flow. */
  public PacketScript accept() {
    sockets.accept();
    return this;
  }

  /** Nothing waits to be accepted. */
  public PacketScript acceptNothing() {
    sockets.acceptNothing();
    return this;
  }

  /** Connects to the peer from an ephemeral port, which the script learns from the SYN. */
  public PacketScript connect() {
    engine.flow().local(new IpEndpoint(StackHarness.LOCAL, 0));
    sockets.connect(null);
    return this;
  }

  /** Connects to the peer and hands over the first bytes at once, for Fast Open. */
  public PacketScript connectWith(int length) {
    engine.flow().local(new IpEndpoint(StackHarness.LOCAL, 0));
    sockets.connectWith(Content.bytes(0, length));
    return this;
  }

  /** Connects to the peer from a port. */
  public PacketScript connectFrom(int port) {
    IpEndpoint local = new IpEndpoint(StackHarness.LOCAL, port);
    engine.flow().local(local);
    sockets.connect(new IpEndpoint(IpAddress.ANY, port));
    return this;
  }

  /** Writes so many bytes, of a content that is checked on the wire. */
  public PacketScript write(int length) {
    sockets.write(engine.flow().nextToWrite(length));
    return this;
  }

  /** Writes bytes. */
  public PacketScript write(byte[] bytes) {
    sockets.write(bytes.clone());
    return this;
  }

  /** Reads so many bytes, which must be there, and be what the peer sent. */
  public PacketScript read(int length) {
    sockets.read(length);
    return this;
  }

  /** Reads the end of the peer's data. */
  public PacketScript readEnd() {
    sockets.readEnd();
    return this;
  }

  /** Closes the sending side. */
  public PacketScript shutdownOutput() {
    TcpSocket socket = sockets.socket();
    return run(
        "shutdown output",
        () -> {
          socket.shutdownOutput();
          return socket;
        });
  }

  /** Closes the receiving side. */
  public PacketScript shutdownInput() {
    TcpSocket socket = sockets.socket();
    return run(
        "shutdown input",
        () -> {
          socket.shutdownInput();
          return socket;
        });
  }

  /** Closes the socket. */
  public PacketScript close() {
    TcpSocket socket = sockets.socket();
    return run(
        "close",
        () -> {
          socket.close();
          return socket;
        });
  }

  /** Aborts the connection. */
  public PacketScript abort() {
    TcpSocket socket = sockets.socket();
    return run(
        "abort",
        () -> {
          socket.abort();
          return socket;
        });
  }

  /** Closes the listener of the flow's local port. */
  public PacketScript closeListener() {
    TcpListener listener = sockets.listener();
    return run(
        "close the listener",
        () -> {
          listener.close();
          return listener;
        });
  }

  private PacketScript run(String words, ScriptSockets.Call<?> call) {
    sockets.run(words, call);
    return this;
  }

  /** Sets an option of the socket, else of the listener, else of those made later. */
  public <T> PacketScript option(TcpOption<T> option, T value) {
    sockets.option(option, value);
    return this;
  }

  /** The socket of the flow. */
  public TcpSocket socket() {
    return sockets.socket();
  }

  /** The listener of the flow's local port. */
  public TcpListener listener() {
    return sockets.listener();
  }

  /** The stack's record of the connection with all details; null if there is none. */
  public TcpConnectionInfo info() {
    TcpConnectionInfo found = sockets.info();
    TcpConnectionInfo details =
        found == null ? null : engine.harness().tcpControl().info(found.id());
    return details == null ? found : details;
  }

  // ---- handshakes ----

  /** Listens, and opens the connection from the peer with a plain SYN; accepts it. */
  public PacketScript openPassively() {
    return openPassively("S 0:0(0) win 65535 <mss 1460>");
  }

  /** Listens, and opens the connection from the peer with this SYN; accepts it. */
  public PacketScript openPassively(String syn) {
    if (sockets.listener() == null) {
      listen();
    }
    return inject(syn).expect("S. 0:0(0) ack 1").inject(acknowledge(syn)).accept();
  }

  private static String acknowledge(String syn) {
    return syn.contains("TS") ? ". 1:1(0) ack 1 <TS>" : ". 1:1(0) ack 1";
  }

  /** Connects; the peer answers with a plain SYN-ACK at the same moment. */
  public PacketScript openActively() {
    return openActively("S. 0:0(0) ack 1 win 65535 <mss 1460>");
  }

  /** Connects; the peer answers with this SYN-ACK at the same moment. */
  public PacketScript openActively(String synAck) {
    return connect().expect("S 0:0(0)").inject(synAck).expect(". 1:1(0) ack 1");
  }

  // ---- settings and modules ----

  /** Changes a key of {@code io.karavel.tcp} live. */
  public PacketScript tcp(String key, Object value) {
    return set(TcpSettings.PID, key, value);
  }

  /** Changes a key of {@code io.karavel.keepalive} live. */
  public PacketScript keepalive(String key, Object value) {
    return set(KeepaliveSettings.PID, key, value);
  }

  /** Changes a key of a PID live. */
  public PacketScript set(String pid, String key, Object value) {
    engine.note("   " + key + " = " + value);
    engine.harness().set(pid, key, value);
    engine.settle();
    return this;
  }

  /** The module of a slot leaves and one from a fresh factory takes its place. */
  public PacketScript replace(String slot) {
    engine.note("   module " + slot + " is replaced");
    engine.harness().replace(slot);
    engine.settle();
    return this;
  }

  /** The module of a slot leaves; its state is kept. */
  public PacketScript unplug(String slot) {
    engine.note("   module " + slot + " leaves");
    engine.harness().unplug(slot);
    engine.settle();
    return this;
  }

  /** A module comes into an empty slot. */
  public PacketScript plug(String slot) {
    engine.note("   module " + slot + " comes");
    engine.harness().plug(slot);
    engine.settle();
    return this;
  }

  /** Swaps the module of a slot within one turn. */
  public PacketScript swap(String slot) {
    String problem = engine.harness().swap(slot);
    if (problem != null) {
      throw engine.failure("the swap of " + slot + " failed: " + problem);
    }
    engine.settle();
    return this;
  }

  // ---- assertions ----

  /** The state of the connection now; CLOSED if there is no record of it. */
  public PacketScript expectState(TcpState state) {
    sockets.expectState(state);
    return this;
  }

  /** The connection has failed so. */
  public PacketScript expectFailure(TcpError error) {
    sockets.expectFailure(error);
    return this;
  }

  /** Any of the bits of {@link TcpSocket#ready()} hold. */
  public PacketScript expectReady(int bits) {
    sockets.expectReady(bits, true);
    return this;
  }

  /** None of the bits of {@link TcpSocket#ready()} holds. */
  public PacketScript expectNotReady(int bits) {
    sockets.expectReady(bits, false);
    return this;
  }

  /** Anything else, in the middle of the script; its exceptions get the trace. */
  public PacketScript check(Consumer<PacketScript> check) {
    try {
      check.accept(this);
    } catch (AssertionError | RuntimeException e) {
      throw engine.failure(e.toString(), e);
    }
    return this;
  }

  /** Nothing else was sent, and no module failed. Every script ends so. */
  public void end() {
    engine.expectNothing();
    if (engine.moduleErrors() != null) {
      throw engine.failure("a module failed");
    }
  }
}
