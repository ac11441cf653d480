package io.karavel.simulation.rfc9293;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongToIntFunction;

/** What is known of one end of a connection from its packets and from what its application did. */
final class End implements Watched {
  static final long NEVER = Long.MAX_VALUE;

  /** A moment that cannot be told. */
  static final long UNKNOWN = -1;

  /** The states of RFC 9293 §3.3.2 that one connection can be in. */
  enum State {
    CLOSED,
    SYN_SENT,
    SYN_RECEIVED,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    CLOSE_WAIT,
    CLOSING,
    LAST_ACK,
    TIME_WAIT;

    boolean isSynchronized() {
      return compareTo(ESTABLISHED) >= 0;
    }
  }

  /** Size to which the sender has cut what is in flight, else more than there can be. */
  int cutBytes = Integer.MAX_VALUE;

  final SenderModel model = new SenderModel(this);
  final ReceiverModel receiver = new ReceiverModel(this);
  final KeepaliveModel keepalive = new KeepaliveModel(this);
  final Host host;
  final Tuple tuple;
  final Settings settings;
  State state = State.CLOSED;

  /** The state before, what may have led to this one, and when. */
  String from = "CLOSED";

  Set<String> causes = Set.of();
  long sinceNanos;

  /** When a parameter or an option was changed last. */
  long changedNanos = -1;

  /** Counts what comes to it from outside, and what it sends. */
  long touches;

  long sends;

  /** What queued the FIN. */
  String finCause;

  boolean active;

  /** Who let go of it. */
  String closedBy = "CLOSE";

  /** There were too many in TIME-WAIT already. */
  boolean oneTooMany;

  /** Made from a cookie or answered with one: there is no embryo. */
  boolean cookie;

  /** Its timestamp was further back than the clock, for the options in it. */
  boolean cookieStamped;

  boolean accepted;

  /** The peer has acknowledged the SYN-ACK of an embryo that waits for data. */
  boolean deferred;

  // ---- Fast Open ----
  /** Of a client: bytes were to be written with the SYN. Of a server: the SYN has opened it. */
  boolean early;

  /** The SYN has the option. */
  boolean fastOpen;

  /** Bytes on the SYN. */
  int synData;

  boolean fastOpenProven;

  /** The SYN-ACK must bring a cookie, or may. */
  boolean cookieOwed;

  boolean cookieMay;

  /** The SYN that may have opened it: the SYN-ACK tells. */
  Seg maybeEarly;

  /** Whose SYN-RECEIVED it is; null of a client. */
  Listening listening;

  /** What its application is to be told when it is over; null if nothing. */
  String error;

  // ---- sending; numbers count from the initial sequence number ----
  int rawIss;
  long una;
  long nxt;
  long edge;
  long window;
  long largestWindow;
  long wl1 = -1;
  long wl2 = -1;
  int sendShift;
  int peerMss = 536;
  int ownMss;
  int pathMtu;

  /** Another connection was told of the way: this one knows when it sends next. */
  boolean pathStale;

  /** Text came before it knew: how much of the peer's segments counts cannot be told. */
  boolean segmentVague;

  /** The longest segment with options that has arrived. */
  long proven;

  /** The same of what was sent once. */
  long provenWhole;

  /** What a router says that contradicts that, and of which segment; 0 if none does. */
  int claimedMtu;

  long claimedAt;

  /** Segments may be smaller than they could be, because the path's MTU is searched. */
  boolean mayBeSearched;

  /** Its packets seem to be too large for a way that carries hardly anything. */
  boolean mayFragment;

  Ranges peerHas = new Ranges();

  /** Some of that are parts of segments. */
  boolean peerHasParts;

  final List<Sent> flight = new ArrayList<>();
  long finSentAt = -1;

  /** Since when the head is known to be lost, and which it is. */
  long lossShownNanos = NEVER;

  long lossShownAt;
  int duplicateAcks;

  /** When the retransmission timer may have been started last: since the last advance. */
  final Set<Long> restarts = new LinkedHashSet<>();

  /** How often the retransmission timer has expired. */
  int timeouts;

  // ---- since an operator was shown it last ----
  int advances;
  long ackedBytes;
  final List<Long> roundTrips = new ArrayList<>();
  boolean mustMeasure;

  /** Whether it has ever probed a closed window. */
  boolean hasProbed;

  boolean repeatedSince;
  boolean optionsChanged;

  /** SND.NXT when a round trip was seen to be measured last. */
  long measuredAt = NEVER;

  /** What an operator was shown last; null if nothing. */
  Map<String, Object> shown;

  /** Behind the last urgent byte that is written, and that is announced; 0 if there is none. */
  long urgentSend;

  long urgentReceive;

  // ---- marks of congestion ----
  boolean ecn;
  boolean ecnEchoing;

  /** What was sent when something was sent again last. */
  long repeatedUpTo;

  /** Where the new data began that went as the last loss probe, as far as can be told. */
  long lossProbeAt;

  /** SND.NXT when the peer's echo was obeyed last. */
  long reducedAt;

  boolean reducedAllowed;
  boolean reducedOwed;

  /** The peer has let go of what it had told by SACK. */
  boolean reneged;

  boolean probing;

  /** The window has opened, and what was sent as a probe is to be sent anew with what follows. */
  boolean takenBack;

  // ---- receiving; numbers count from the peer's initial sequence number ----
  int rawIrs;
  long rcvNxt;
  long advertised;
  long lastAckSent;
  int receiveShift;
  Ranges ahead = new Ranges();
  long lastArrivedFrom = -1;
  long[] duplicate;
  long peerFinAt = -1;
  boolean inputEnded;
  int fullSegment = 536;
  boolean pruned;

  // ---- options ----
  boolean offeredTimestamps;
  boolean offeredSack;
  int offeredScale = -1;
  boolean timestamps;
  boolean sack;
  boolean scaling;
  int tsRecent;
  long tsRecentNanos;
  int lastTsVal;

  /** When the MAC address that segments waited for became known; they are older than that. */
  long resolvedNanos = UNKNOWN;

  long lastTsNanos = -1;

  // ---- the application ----
  long written;
  long read;
  long finQueuedAt = -1;
  boolean orphan;
  boolean inputShut;
  long receivedBeforeShut;
  LongToIntFunction content;

  // ---- what is owed and allowed ----
  String ackOwed;
  int acksAllowed;
  long ackBy = NEVER;
  long ackSince;
  String synOwed;
  String resetOwed;
  long lastChallengeNanos = Long.MIN_VALUE / 2;

  /** Challenges in the second that began then. */
  int challenges;

  long challengeSecondNanos;
  long lastAnswerNanos = Long.MIN_VALUE / 2;

  /** The segment that has come last. */
  Seg arriving;

  /** The segment that is being judged; null if none is. */
  Seg judged;

  // ---- time ----
  long lastArrivalNanos;
  long lastProgressNanos;
  long largestRttNanos;
  int timerRetransmissions;

  /** Since when the peer has had something to acknowledge, or a window to open, and has not. */
  long waitsSinceNanos;

  /** The last interval of the retransmission or persist timer; 0 if it has not expired. */
  long backedOffNanos;

  long lastTimerNanos;

  final List<Long> headTimes = new ArrayList<>();
  final List<Long> probeTimes = new ArrayList<>();
  final List<Long> synTimes = new ArrayList<>();
  int synsSent;
  int synWindow;
  long synInitialNanos;

  /** Parameters have changed on the way: the timetable of the SYN is not told exactly any more. */
  boolean blurred;

  boolean synRepeatedAtOnce;
  boolean synRetransmitted;

  /** Its SYN or SYN-ACK was repeated by the timer. */
  boolean synTimedOut;

  /** Its SYN or SYN-ACK was repeated for another reason. */
  boolean synAmbiguous;

  /** Both ends opened at once. */
  boolean simultaneous;

  /** initialWindow when it was opened. */
  long initialWindow;

  long openedNanos;
  long keepaliveBaseNanos;
  int keepaliveProbes;
  long lastKeepaliveNanos;
  long timeWaitNanos;
  long finWaitNanos = NEVER;
  long finWaitBaseNanos;
  long windowClosedNanos = NEVER;
  String softError;

  End(Host host, Tuple tuple) {
    this.host = host;
    this.tuple = tuple;
    settings = new Settings(host.settings);
    content = position -> -1;
  }

  @Override
  public long touches() {
    return touches;
  }

  @Override
  public long sends() {
    return sends;
  }

  @Override
  public boolean isVague() {
    return host.isVague(tuple, host.now());
  }

  @Override
  public boolean lacksAddress() {
    return host.neighbours.isMissing(tuple.remote());
  }

  @Override
  public Tuple tuple() {
    return tuple;
  }

  /** The state changes; what may be the cause. */
  void move(State to, long now, String... why) {
    host.counts.moved(state, to, List.of(why));
    from = state.name();
    causes = Set.of(why);
    sinceNanos = now;
    state = to;
  }

  /** Something else may be the cause as well. */
  void unclear(String another) {
    Set<String> all = new HashSet<>(causes);
    all.add(another);
    causes = all;
    from = null;
  }

  /** Takes over what an application did before the first SYN was seen. */
  void takeApplication(End wish) {
    content = wish.content;
    settings.inherit(wish.settings);
    finQueuedAt = wish.finQueuedAt;
    finCause = wish.finCause;
    inputShut = wish.inputShut;
    early = wish.early;
    written = wish.written;
  }

  // ---- own sequence arithmetic ----

  /** The number that a raw one stands for, nearest to a number that is near. */
  private static long near(int raw, int rawOrigin, long close) {
    int difference = raw - rawOrigin - (int) close;
    return close + difference;
  }

  long ours(int raw) {
    return near(raw, rawIss, una);
  }

  long theirs(int raw) {
    return near(raw, rawIrs, rcvNxt);
  }

  int rawOurs(long number) {
    return rawIss + (int) number;
  }

  int rawTheirs(long number) {
    return rawIrs + (int) number;
  }

  // ---- derived ----

  int firstWindow() {
    return synWindow;
  }

  boolean isBlurred() {
    return blurred;
  }

  /** Whether a listener has answered, and no application can know of it yet. */
  boolean isEmbryo() {
    return state == State.SYN_RECEIVED && !active && !early;
  }

  boolean isHalfOpen() {
    return state == State.SYN_SENT || state == State.SYN_RECEIVED;
  }

  /** Sequence space sent and not acknowledged. */
  long outstanding() {
    return nxt - una;
  }

  /** Behind the last byte that the application has written. */
  long writtenEnd() {
    return 1 + written;
  }

  /** Data or FIN that was never sent. */
  boolean hasUnsent() {
    return nxt < writtenEnd() || finQueuedAt >= 0 && finSentAt < 0;
  }

  long received() {
    return (inputEnded ? rcvNxt - 1 : rcvNxt) - 1;
  }

  long unread() {
    return Math.max(0, (inputShut ? receivedBeforeShut : received()) - read);
  }

  long offeredWindow() {
    return advertised - rcvNxt;
  }

  /** Most payload of a segment without options but those of every segment (RFC 6691). */
  int segmentLimit() {
    return segmentLimit(model.search.limit());
  }

  /** The same where the search for the path's MTU allows so much, or anything. */
  int segmentLimit(long searched) {
    int path = pathMtu - 40;
    int most = Math.min(Math.min(peerMss, path), settings.option("maxSegmentBytes", 65535));
    most = (int) Math.min(most, searched);
    most = Math.max(most, Math.min((int) settings.number("minSendMss"), path));
    return Math.max(1, most);
  }

  /** What its application is told when its time is over. */
  String timeOutError() {
    return softError == null ? "TIMED_OUT" : softError;
  }

  /** Whether a segment in flight begins or ends at a number. */
  boolean isEdge(long number) {
    return number == una
        || number == nxt
        || flight.stream().anyMatch(sent -> sent.from == number || sent.to == number);
  }

  Sent head() {
    return flight.isEmpty() ? null : flight.get(0);
  }

  void oweAck(String why) {
    receiver.delay.owed = true;
    if (ackOwed == null) {
      ackOwed = why;
    }
    acksAllowed++;
  }

  void fail(String rule, String what) {
    String sent = judged == null ? "" : "; it sends " + judged;
    String course = model.followed ? "" : "; not followed, for " + model.lostBecause;
    throw new Violation(tuple + " in " + state + ": " + rule + ": " + what + sent + course);
  }

  @Override
  public String toString() {
    return tuple
        + " "
        + state
        + " una "
        + una
        + " nxt "
        + nxt
        + " edge "
        + edge
        + " rcvNxt "
        + rcvNxt
        + " advertised "
        + advertised
        + " written "
        + written
        + " read "
        + read;
  }
}
