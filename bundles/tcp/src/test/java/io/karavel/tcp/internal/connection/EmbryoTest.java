package io.karavel.tcp.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.Counters;
import io.karavel.tcp.TcpOption;
import io.karavel.tcp.internal.connection.Embryo.Verdict;
import io.karavel.wire.TcpHeader;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A connection that is being opened from outside: RFC 9293 §3.10.7.4 in SYN-RECEIVED, RFC 5961. */
class EmbryoTest {
  private static final int ISS = 0x7fff_fff0;
  private static final int IRS = -10;
  private static final int OFFSET = 2000;

  private final Counters counters = new Counters();
  private long now = Wire.SECOND;

  private ConnectionContext context(Object... settings) {
    return new ConnectionContext(Peer.settings(settings), counters);
  }

  private static Segment syn() {
    Segment s = new Segment();
    s.flags = TcpHeader.SYN;
    s.sequence = IRS;
    s.windowField = 1000;
    s.maximumSegmentSize = 1200;
    return s;
  }

  private static Segment fullSyn() {
    Segment s = syn();
    s.windowScale = 3;
    s.sackPermitted = true;
    s.timestampsPresent = true;
    s.timestampValue = 500;
    return s;
  }

  private Embryo of(Segment syn, Object... settings) {
    return new Embryo(context(settings), ConnectionOptions.NONE, syn, ISS, OFFSET, 1460, now);
  }

  private static Segment segment(int flags, int sequence, int length, int ack) {
    Segment s = new Segment();
    s.flags = flags;
    s.sequence = IRS + sequence;
    s.acknowledgment = ISS + ack;
    s.payload(java.nio.ByteBuffer.allocate(length), 0, length);
    return s;
  }

  private long count(String name) {
    return counters.counter(name).value();
  }

  private TransmitSegment synAck(Embryo embryo) {
    TransmitSegment out = new TransmitSegment();
    embryo.synAck(out, now);
    return out;
  }

  // ---- what is agreed: RFC 7323, 2018, 6691 ----

  @Test
  void theSynAckOffersWhatTheSynAskedFor() {
    TransmitSegment out = synAck(of(fullSyn(), "receiveBufferMax", 6_291_456));
    assertThat(out.sequence).isEqualTo(ISS);
    assertThat(out.acknowledgment).isEqualTo(IRS + 1);
    assertThat(out.flags).isEqualTo(TcpHeader.SYN | TcpHeader.ACK);
    assertThat(out.maximumSegmentSize).isEqualTo(1460);
    assertThat(out.windowScale).isEqualTo(7);
    assertThat(out.sackPermitted).isTrue();
    assertThat(out.timestampsPresent).isTrue();
    assertThat(out.timestampEcho).isEqualTo(500);
    assertThat(out.timestampValue).isEqualTo(1000 + OFFSET);
    assertThat(out.windowField).isEqualTo(65_535);
    assertThat(out.retransmission).isFalse();
  }

  @Test
  void theSynAckOffersNothingThatTheSynDidNot() {
    TransmitSegment out = synAck(of(syn()));
    assertThat(out.windowScale).isEqualTo(-1);
    assertThat(out.sackPermitted).isFalse();
    assertThat(out.timestampsPresent).isFalse();
  }

  @Test
  void theSynAckOffersNothingThatIsTurnedOff() {
    Object[] off = {"windowScaling", false, "sack", false, "timestamps", false};
    TransmitSegment out = synAck(of(fullSyn(), off));
    assertThat(out.windowScale).isEqualTo(-1);
    assertThat(out.sackPermitted).isFalse();
    assertThat(out.timestampsPresent).isFalse();
  }

  @Test
  void aScaleOfZeroIsAScale() {
    Segment syn = syn();
    syn.windowScale = 0;
    Embryo embryo = of(syn);
    assertThat(synAck(embryo).windowScale).isEqualTo(7);
    assertThat(grown(embryo).windowScaling).isTrue();
    assertThat(grown(embryo).sndWindShift).isZero();
    assertThat(grown(of(syn())).windowScaling).isFalse();
  }

  @Test
  void withoutAnMssOptionThePeerTakes536() {
    Segment syn = syn();
    syn.maximumSegmentSize = -1;
    assertThat(grown(of(syn)).peerSegmentBytes).isEqualTo(536);
    assertThat(grown(of(syn())).peerSegmentBytes).isEqualTo(1200);
  }

  private ControlBlock grown(Embryo embryo) {
    Peer peer = new Peer(Peer.settings(), ISS);
    return TcpConnection.accept(
        peer.context,
        ConnectionOptions.NONE,
        KeepaliveTimes.OFF,
        peer.receiveRing,
        peer.sendRing,
        embryo,
        now);
  }

  @Test
  void theConnectionStartsWithTheRetransmissionTimeOfItsOpening() {
    Embryo embryo = of(syn(), "rtoInitialMillis", 1700);
    assertThat(grown(embryo).rtt.initialNanos()).isEqualTo(1_700 * Wire.MILLI);
  }

  @Test
  void itKnowsWhenItBegan() {
    Embryo embryo = of(syn());
    now += Wire.SECOND;
    embryo.onDeadline(now);
    assertThat(embryo.firstSentNanos()).isEqualTo(Wire.SECOND);
    assertThat(embryo.retries()).isEqualTo(1);
  }

  // ---- from a cookie ----

  private Embryo fromCookie(int peerScale, int ownScale, boolean timestamps) {
    Segment ack = segment(TcpHeader.ACK, 1, 0, 1);
    ack.timestampsPresent = timestamps;
    ack.timestampValue = 900;
    return new Embryo(
        context(),
        ConnectionOptions.NONE,
        ack,
        OFFSET,
        1460,
        1300,
        peerScale,
        ownScale,
        true,
        false,
        now);
  }

  @Test
  void aCookieGivesBackWhatTheSynAckOffered() {
    ControlBlock c = grown(fromCookie(2, 7, true));
    assertThat(c.iss).isEqualTo(ISS);
    assertThat(c.irs).isEqualTo(IRS);
    assertThat(c.sndWindShift).isEqualTo((byte) 2);
    assertThat(c.rcvWindShift).isEqualTo((byte) 7);
    assertThat(c.windowScaling).isTrue();
    assertThat(c.timestamps).isTrue();
    assertThat(c.tsRecent).isEqualTo(900);
    assertThat(c.sack).isTrue();
    assertThat(c.peerSegmentBytes).isEqualTo(1300);
    assertThat(c.synAmbiguous).isTrue();
    c = grown(fromCookie(0, 7, false));
    assertThat(c.rcvWindShift).isEqualTo((byte) 7);
    assertThat(c.timestamps).isFalse();
    c = grown(fromCookie(-1, 7, false));
    assertThat(c.rcvWindShift).isZero();
    assertThat(c.sndWindShift).isZero();
    assertThat(c.windowScaling).isFalse();
  }

  // ---- segments ----

  @Test
  void theFinalAcknowledgementOpensAndAWrongOneIsReset() {
    assertThat(of(syn()).onSegment(segment(TcpHeader.ACK, 1, 0, 1), now)).isEqualTo(Verdict.OPEN);
    assertThat(of(syn()).onSegment(segment(TcpHeader.ACK, 1, 0, 2), now)).isEqualTo(Verdict.RESET);
    assertThat(of(syn()).onSegment(segment(TcpHeader.ACK, 1, 0, 0), now)).isEqualTo(Verdict.RESET);
    assertThat(of(syn()).onSegment(segment(0, 1, 0, 1), now)).isEqualTo(Verdict.IGNORE);
  }

  /** RFC 9293 §3.10.7.4, table 6: at either end of the window. */
  @Test
  void whatIsOutsideTheWindowIsChallenged() {
    int window = synAck(of(syn(), "receiveBufferInitial", 5000)).windowField;
    assertThat(window).isEqualTo(5000);
    assertInWindow(0, 0, false);
    assertInWindow(1, 0, true);
    assertInWindow(window, 0, true);
    assertInWindow(window + 1, 0, false);
    assertInWindow(window, 1, true);
    assertInWindow(window, 1000, true);
    assertInWindow(window + 1, 1, false);
    assertInWindow(-9, 10, false);
    assertInWindow(-9, 11, true);
    assertInWindow(0, 2, true);
    assertInWindow(0, 1, false);
  }

  private void assertInWindow(int sequence, int length, boolean in) {
    Embryo embryo = of(syn(), "receiveBufferInitial", 5000);
    assertThat(embryo.onSegment(segment(TcpHeader.ACK, sequence, length, 1), now))
        .as("%s(%s)", sequence, length)
        .isEqualTo(in ? Verdict.OPEN : Verdict.CHALLENGE_ACK);
  }

  @Test
  void aResetCountsExactlyAtTheNextNumberAndIsChallengedInTheWindow() {
    assertThat(of(syn()).onSegment(segment(TcpHeader.RST, 1, 0, 0), now)).isEqualTo(Verdict.REMOVE);
    assertThat(count("Tcp.AttemptFails")).isEqualTo(1);
    assertThat(of(syn()).onSegment(segment(TcpHeader.RST, 2, 0, 0), now))
        .isEqualTo(Verdict.CHALLENGE_ACK);
    assertThat(of(syn()).onSegment(segment(TcpHeader.RST, 0, 0, 0), now)).isEqualTo(Verdict.IGNORE);
  }

  @Test
  void theSynAgainIsAnsweredAgainAndItsTimeIsNotMeasured() {
    Embryo embryo = of(fullSyn());
    now += 300 * Wire.MILLI;
    Segment again = fullSyn();
    again.timestampValue = 800;
    assertThat(embryo.onSegment(again, now)).isEqualTo(Verdict.SYN_ACK);
    assertThat(synAck(embryo).timestampEcho).isEqualTo(800);
    assertThat(grown(embryo).synAmbiguous).isTrue();
    assertThat(grown(of(fullSyn())).synAmbiguous).isFalse();
    // the timer begins anew
    assertThat(embryo.nextDeadlineNanos()).isEqualTo(now + Wire.SECOND);
    Segment bare = syn();
    assertThat(of(syn()).onSegment(bare, now)).isEqualTo(Verdict.SYN_ACK);
  }

  @Test
  void anOlderSynOrOneWithoutItsTimestampIsChallenged() {
    Segment older = fullSyn();
    older.timestampValue = 499;
    assertThat(of(fullSyn()).onSegment(older, now)).isEqualTo(Verdict.CHALLENGE_ACK);
    assertThat(of(fullSyn()).onSegment(syn(), now)).isEqualTo(Verdict.CHALLENGE_ACK);
    Segment other = syn();
    other.sequence++;
    assertThat(of(syn()).onSegment(other, now)).isEqualTo(Verdict.CHALLENGE_ACK);
  }

  @Test
  void anOldTimestampIsRefusedButOfAResetItMayBeMissing() {
    Embryo embryo = of(fullSyn());
    Segment s = segment(TcpHeader.ACK, 1, 0, 1);
    assertThat(embryo.isTimestampOld(s)).isTrue();
    s.flags = TcpHeader.RST;
    assertThat(embryo.isTimestampOld(s)).isFalse();
    s.timestampsPresent = true;
    s.timestampValue = 499;
    assertThat(embryo.isTimestampOld(s)).isTrue();
    s.timestampValue = 500;
    assertThat(embryo.isTimestampOld(s)).isFalse();
    assertThat(of(syn()).isTimestampOld(segment(TcpHeader.ACK, 1, 0, 1))).isFalse();
  }

  // ---- challenges: RFC 5961 §7 ----

  @Test
  void challengesAreRationed() {
    Embryo embryo = of(syn(), "challengeAckPerSecond", 10);
    Segment wrong = segment(TcpHeader.ACK, 0, 0, 1);
    assertThat(embryo.onSegment(wrong, now)).isEqualTo(Verdict.CHALLENGE_ACK);
    assertThat(embryo.onSegment(wrong, now + 100 * Wire.MILLI - 1)).isEqualTo(Verdict.IGNORE);
    assertThat(embryo.onSegment(wrong, now + 100 * Wire.MILLI)).isEqualTo(Verdict.CHALLENGE_ACK);
    assertThat(embryo.onSegment(wrong, now + 150 * Wire.MILLI)).isEqualTo(Verdict.IGNORE);
    assertThat(count("TcpExt.TCPChallengeACK")).isEqualTo(2);
    assertThat(count("TcpExt.TCPACKSkippedSeq")).isEqualTo(2);
  }

  @Test
  void aChallengeTellsTheScaledWindow() {
    TransmitSegment out = new TransmitSegment();
    of(fullSyn(), "receiveBufferInitial", 64_000).challengeAck(out, now);
    assertThat(out.sequence).isEqualTo(ISS + 1);
    assertThat(out.acknowledgment).isEqualTo(IRS + 1);
    assertThat(out.flags).isEqualTo(TcpHeader.ACK);
    assertThat(out.windowField).isEqualTo(56_000 >> 7);
    assertThat(out.timestampsPresent).isTrue();
    assertThat(out.timestampValue).isEqualTo(1000 + OFFSET);
    assertThat(out.timestampEcho).isEqualTo(500);
    of(syn(), "receiveBufferInitial", 5000).challengeAck(out, now);
    assertThat(out.windowField).isEqualTo(5000);
    assertThat(out.timestampsPresent).isFalse();
  }

  // ---- the timetable ----

  @Test
  void theSynAckIsRepeatedWithBackOffUntilTheRetriesAreOver() {
    Embryo embryo = of(syn(), "synAckRetries", 2);
    assertThat(embryo.onDeadline(now + Wire.SECOND - 1)).isEqualTo(Verdict.IGNORE);
    now += Wire.SECOND;
    assertThat(embryo.onDeadline(now)).isEqualTo(Verdict.SYN_ACK);
    assertThat(synAck(embryo).retransmission).isTrue();
    assertThat(embryo.nextDeadlineNanos()).isEqualTo(now + 2 * Wire.SECOND);
    now += 2 * Wire.SECOND;
    assertThat(embryo.onDeadline(now)).isEqualTo(Verdict.SYN_ACK);
    assertThat(count("Tcp.AttemptFails")).isZero();
    now += 4 * Wire.SECOND;
    assertThat(embryo.onDeadline(now)).isEqualTo(Verdict.GIVE_UP);
    assertThat(count("Tcp.AttemptFails")).isEqualTo(1);
    assertThat(count("TcpExt.TCPTimeouts")).isEqualTo(2);
    assertThat(count("TcpExt.TCPSynRetrans")).isEqualTo(2);
    assertThat(count("Tcp.RetransSegs")).isEqualTo(2);
    assertThat(grown(embryo).synRetransmitted).isTrue();
  }

  @Test
  void fewerRetriesEndItOnlyWhenTheyAreExceeded() {
    ConnectionContext context = context("synAckRetries", 5);
    Embryo embryo = new Embryo(context, ConnectionOptions.NONE, syn(), ISS, OFFSET, 1460, now);
    now += Wire.SECOND;
    embryo.onDeadline(now);
    now += 2 * Wire.SECOND;
    embryo.onDeadline(now);
    context.settings(Peer.settings("synAckRetries", 2));
    assertThat(embryo.isOver()).isFalse();
    assertThat(embryo.onSettingsChanged(now)).isEqualTo(Verdict.IGNORE);
    assertThat(count("Tcp.AttemptFails")).isZero();
    context.settings(Peer.settings("synAckRetries", 1));
    assertThat(embryo.isOver()).isTrue();
    assertThat(embryo.onSettingsChanged(now)).isEqualTo(Verdict.GIVE_UP);
    assertThat(count("Tcp.AttemptFails")).isEqualTo(1);
  }

  @Test
  void endedByItsListenerItIsReset() {
    TransmitSegment out = new TransmitSegment();
    of(syn()).reset(out);
    assertThat(out.sequence).isEqualTo(ISS + 1);
    assertThat(out.acknowledgment).isEqualTo(IRS + 1);
    assertThat(out.flags).isEqualTo(TcpHeader.RST | TcpHeader.ACK);
    assertThat(count("Tcp.OutRsts")).isEqualTo(1);
    assertThat(count("Tcp.AttemptFails")).isEqualTo(1);
  }

  // ---- TCP_DEFER_ACCEPT ----

  private Embryo deferring(int seconds, Object... settings) {
    return new Embryo(context(settings), ConnectionOptions.NONE, syn(), ISS, OFFSET, 1460, now) {
      @Override
      protected int deferRetries() {
        return retriesWithin(seconds);
      }
    };
  }

  @Test
  void aDeferredOneOpensWithDataAndWaitsWithoutForItsTime() {
    Embryo embryo = deferring(3, "synAckRetries", 1);
    assertThat(embryo.deferRetries()).isEqualTo(2);
    assertThat(deferring(4).deferRetries()).isEqualTo(3);
    assertThat(deferring(0).deferRetries()).isZero();
    assertThat(embryo.onSegment(segment(TcpHeader.ACK, 1, 0, 1), now)).isEqualTo(Verdict.DEFER);
    assertThat(embryo.onSegment(segment(TcpHeader.ACK, 1, 10, 1), now)).isEqualTo(Verdict.OPEN);
    now += Wire.SECOND;
    assertThat(embryo.onDeadline(now)).isEqualTo(Verdict.DEFER);
    assertThat(count("TcpExt.TCPSynRetrans")).isZero();
    assertThat(embryo.isOver()).isFalse();
    now += 2 * Wire.SECOND;
    assertThat(embryo.onDeadline(now)).isEqualTo(Verdict.SYN_ACK);
    assertThat(count("TcpExt.TCPSynRetrans")).isEqualTo(1);
    assertThat(embryo.isOver()).isFalse();
    assertThat(embryo.onSegment(segment(TcpHeader.ACK, 1, 0, 1), now)).isEqualTo(Verdict.OPEN);
    now += 4 * Wire.SECOND;
    assertThat(embryo.onDeadline(now)).isEqualTo(Verdict.GIVE_UP);
  }

  @Test
  void aDeferredOneThatWasNotAcknowledgedIsRepeatedAsAnyOther() {
    Embryo embryo = deferring(10, "synAckRetries", 1);
    now += Wire.SECOND;
    assertThat(embryo.onDeadline(now)).isEqualTo(Verdict.SYN_ACK);
    now += 2 * Wire.SECOND;
    assertThat(embryo.onDeadline(now)).isEqualTo(Verdict.GIVE_UP);
  }

  @Test
  void theListenersOptionsCount() {
    ConnectionOptions options =
        ConnectionOptions.of(
            Map.of(TcpOption.MAX_SEGMENT_BYTES, 700, TcpOption.RECEIVE_BUFFER_BYTES, 9000));
    TransmitSegment out = new TransmitSegment();
    new Embryo(context(), options, syn(), ISS, OFFSET, 1460, now).synAck(out, now);
    assertThat(out.maximumSegmentSize).isEqualTo(700);
    assertThat(out.windowField).isEqualTo(9000);
  }
}
