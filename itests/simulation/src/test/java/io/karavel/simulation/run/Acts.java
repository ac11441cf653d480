package io.karavel.simulation.run;

import io.karavel.testkit.PacketBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a stranger does, drawn by lot: opens, acknowledges wholly, partly, selectively or not at
 * all, sends its stream in order and out of order, again and beyond the window, moves the window to
 * and fro, lets go of what it had, ends. What only an attacker does is in {@link Forgeries}.
 */
final class Acts {
  private static final int LARGEST_BURST = 6;
  private static final int MANY_ISLANDS = 1040;

  private final Stranger s;
  private final SplittableRandom random;
  private final Forgeries forgeries;
  private final long mostText;

  /** How likely what it does is a forgery, in percent. */
  private final int malice;

  private boolean reneges;

  /** Whether it answers no SYN. */
  private final boolean mute;

  /** Whether its first SYNs have the option of Fast Open. */
  private boolean fastOpens;

  Acts(Stranger s, SplittableRandom random) {
    this.s = s;
    this.random = random;
    forgeries = new Forgeries(s, random.split());
    mostText = random.nextInt(3) == 0 ? random.nextInt(20) : random.nextInt(60_000);
    malice = random.nextInt(3) == 0 ? 0 : random.nextInt(30);
    reneges = random.nextInt(5) == 0;
    mute = random.nextInt(10) == 0;
    fastOpens = random.nextInt(3) == 0;
  }

  /** Does something. */
  void act() {
    if (random.nextInt(100) < malice) {
      forgeries.forge();
    } else if (!s.opened) {
      open();
    } else {
      goOn();
    }
  }

  /** Does what brings the connection to an end in order. */
  void beGood() {
    if (!s.heardSyn || s.heardReset) {
      return;
    }
    s.window = 65535;
    if (!s.opened) {
      s.opened = true;
      s.send(s.active || s.heardSynAck ? s.packet(Stranger.ACK, s.base(), 1) : s.syn(1));
      return;
    }
    long from = s.base();
    long to = Math.min(s.finAt >= 0 ? s.finAt : s.nxt, Math.min(from + s.most(), s.edge));
    long end = s.finAt >= 0 ? s.finAt : s.nxt;
    if (from <= end) {
      s.send(to >= end ? s.fin(from, Math.max(from, end)) : s.text(from, Math.max(from, to), 0));
    } else {
      s.send(s.packet(Stranger.ACK, s.nxt, s.rcvNxt));
    }
  }

  // ---- opening ----

  private void open() {
    if (s.active) {
      openActively();
    } else if (s.heardSynAck) {
      // a simultaneous opening
      s.opened = true;
      s.send(random.nextBoolean() ? s.packet(Stranger.ACK, 1, 1) : s.syn(1));
    } else if (s.heardSyn && !mute) {
      openPassively();
    }
  }

  private void openActively() {
    if (!s.heardSynAck) {
      s.send(fastOpens ? fastOpenSyn() : s.syn(-1));
      fastOpens &= random.nextInt(3) == 0;
      return;
    }
    switch (random.nextInt(12)) {
      case 0 -> s.send(s.syn(-1));
      case 1 -> s.send(s.packet(Stranger.ACK, 1, random.nextInt(-1, 4)));
      case 2 -> {}
      case 3, 4 -> {
        s.opened = true;
        sendText(1);
      }
      default -> {
        s.opened = true;
        s.send(s.packet(Stranger.ACK, s.base(), random.nextBoolean() ? 1 : s.rcvNxt));
      }
    }
  }

  private PacketBuilder fastOpenSyn() {
    String cookie = s.cookies.getOrDefault(s.own.address(), "");
    if (random.nextInt(5) == 0) {
      cookie = cookie.isEmpty() ? "0123456789abcdef" : "";
    } else if (random.nextInt(8) == 0) {
      cookie = HexFormat.of().toHexDigits(random.nextLong());
    }
    return s.fastOpenSyn(cookie, random.nextInt(4) == 0 ? 0 : random.nextInt(s.most()));
  }

  /** With a cookie or without, and not for all that came with the SYN. */
  private PacketBuilder fastOpenAnswer() {
    long ack =
        switch (random.nextInt(4)) {
          case 0 -> 1;
          case 1 -> 1 + random.nextLong(s.rcvNxt);
          default -> s.rcvNxt;
        };
    boolean gives = random.nextInt(3) != 0;
    HexFormat hex = HexFormat.of();
    String cookie = hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    return s.fastOpenAnswer(ack, gives ? cookie.substring(0, 8 + 4 * random.nextInt(7)) : null);
  }

  private void openPassively() {
    switch (random.nextInt(12)) {
      case 0 -> s.send(s.syn(-1));
      case 1 -> s.send(s.syn(random.nextInt(0, 4)));
      case 2 -> {}
      case 3 -> {
        s.opened = true;
        PacketBuilder answer = s.syn(1);
        int length = random.nextInt(Math.min(100, s.most()));
        byte[] bytes = new byte[length];
        s.stream().from(0, length).get(bytes);
        s.nxt = Math.max(s.nxt, 1 + length);
        s.send(answer.payload(bytes));
      }
      default -> {
        s.opened = true;
        s.send(s.asksForCookie ? fastOpenAnswer() : s.syn(1));
      }
    }
  }

  // ---- open ----

  private void goOn() {
    s.base();
    switch (random.nextInt(24)) {
      case 0, 1, 2, 3 -> acknowledge(s.rcvNxt);
      case 4, 5 -> acknowledge(Math.max(1, s.rcvNxt - random.nextInt(3000)));
      case 6, 7 -> selective();
      case 8, 9, 10, 11 -> burst();
      case 12 -> again();
      case 13 -> ahead();
      case 14 -> beyond();
      case 15, 16 -> moveWindow();
      case 17 -> end();
      case 18 -> urgent();
      case 19 -> duplicates();
      case 20 -> lateDuplicate();
      case 21 -> islands();
      case 22 -> creep();
      default -> {}
    }
  }

  private void acknowledge(long ack) {
    s.send(s.packet(Stranger.ACK, s.nxt, ack));
  }

  private void selective() {
    if (reneges && random.nextInt(8) == 0) {
      s.renege();
    }
    List<long[]> blocks = new ArrayList<>(s.blocks());
    if (random.nextInt(3) == 0) {
      Collections.reverse(blocks);
    }
    s.send(s.selective(s.rcvNxt, blocks));
  }

  /** The same acknowledgement a few times, as behind a loss. */
  private void duplicates() {
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      s.send(s.selective(s.rcvNxt, s.blocks()));
    }
  }

  /** Where the stream may end at present. */
  private long end() {
    if (s.finAt < 0 && random.nextInt(3) == 0) {
      s.send(s.fin(s.nxt, s.nxt));
    } else if (s.finAt >= 0) {
      s.send(s.fin(s.finAt, s.finAt));
    }
    return s.finAt;
  }

  private long limit() {
    long most = s.finAt >= 0 ? s.finAt : 1 + mostText;
    return Math.min(most, s.edge);
  }

  private boolean sendText(long from) {
    long to = Math.min(limit(), from + 1 + random.nextInt(s.most()));
    if (to <= from) {
      acknowledge(s.rcvNxt);
      return false;
    }
    s.send(s.text(from, to, random.nextBoolean() ? Stranger.PSH : 0));
    return true;
  }

  private void burst() {
    for (int i = 1 + random.nextInt(LARGEST_BURST); i > 0; i--) {
      if (!sendText(s.finAt >= 0 ? Math.min(s.base(), s.finAt) : s.nxt)) {
        return;
      }
    }
  }

  /** From what is not acknowledged, or a little before. */
  private void again() {
    long from = Math.max(1, s.base() - random.nextInt(2) * random.nextInt(2000));
    long to = Math.min(s.written() + 1, from + 1 + random.nextInt(s.most()));
    if (to > from) {
      s.send(random.nextBoolean() ? s.otherText(from, to) : s.text(from, to, 0));
    }
  }

  /** With a gap before it. */
  private void ahead() {
    long from = s.una + 1 + random.nextInt(8000);
    long to = Math.min(limit(), from + 1 + random.nextInt(s.most()));
    if (to > from) {
      s.send(random.nextBoolean() ? s.otherText(from, to) : s.text(from, to, 0));
    }
  }

  /** An older part of what waits out of order at the stack, or of what it has taken. */
  private void lateDuplicate() {
    long known = s.written() + 1;
    if (known > 2) {
      long from = 1 + random.nextLong(known - 1);
      long to = Math.min(known, from + 1 + random.nextInt(s.most()));
      s.send(s.text(from, to, 0));
    }
  }

  /** Small pieces with gaps between them, in any order. */
  private void islands() {
    if (random.nextInt(20) == 0) {
      archipelago();
    }
    for (int i = 2 + random.nextInt(7); i > 0; i--) {
      long from = s.una + 1 + random.nextInt(6000);
      long to = Math.min(limit(), from + 1 + random.nextInt(200));
      if (to > from) {
        s.send(s.text(from, to, 0));
      }
    }
  }

  /** More pieces than any receiver keeps account of. */
  private void archipelago() {
    long from = s.una + 2;
    for (int i = 0; i < MANY_ISLANDS && from + 1 <= limit(); i++) {
      s.send(s.text(from, from + 1, 0));
      from += 2;
    }
  }

  /** Acknowledges step by step, as if of each flight a part were lost. */
  private void creep() {
    long ack = Math.max(1, s.told);
    long left = ack + 1;
    for (int i = 2 + random.nextInt(6); i > 0; i--) {
      if (ack >= left - 1) {
        left = ack + 1 + (s.rcvNxt - ack) / 2;
      }
      for (int again = random.nextInt(5); again > 0; again--) {
        s.send(random.nextBoolean() ? s.packet(Stranger.ACK, s.nxt, ack) : s.behind(ack, left));
      }
      if (random.nextBoolean()) {
        s.pause();
      }
      long next = ack + 1 + random.nextInt(4000);
      ack = next < left ? next : s.rcvNxt;
      acknowledge(ack);
    }
  }

  /** More than the window takes. */
  private void beyond() {
    long from = Math.max(s.una, s.edge - random.nextInt(1500));
    long most = s.finAt >= 0 ? s.finAt : 1 + mostText;
    long to = Math.min(most, s.edge + 1 + random.nextInt(1000));
    to = Math.min(to, from + s.most());
    if (to > from && from >= 1) {
      s.send(s.text(from, to, 0));
    }
  }

  private void urgent() {
    long from = s.finAt >= 0 ? Math.min(s.base(), s.finAt) : s.nxt;
    long to = Math.min(limit(), from + 1 + random.nextInt(s.most()));
    if (to > from) {
      s.send(s.text(from, to, Stranger.URG).urgent(random.nextInt(2000)));
    }
  }

  private void moveWindow() {
    s.window =
        switch (random.nextInt(8)) {
          case 0, 1 -> 0;
          case 2 -> random.nextInt(3);
          case 3 -> random.nextInt(3000);
          case 4 -> Math.max(0, s.window - random.nextInt(4000));
          case 5 -> 1L << random.nextInt(30);
          default -> 65535;
        };
    acknowledge(s.rcvNxt);
  }
}
