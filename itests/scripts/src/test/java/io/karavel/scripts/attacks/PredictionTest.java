package io.karavel.scripts.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.address.IpAddress;
import io.karavel.address.IpEndpoint;
import io.karavel.tcp.TcpException;
import io.karavel.testkit.PacketBuilder;
import io.karavel.testkit.Rfc;
import io.karavel.testkit.StackHarness;
import io.karavel.wire.TcpHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What somebody who sees his own connections learns about the numbers of others: nothing. */
class PredictionTest {
  private static final int SAMPLES = 2000;

  private static StackHarness server(long seed) throws TcpException {
    StackHarness stack = StackHarness.builder().addresses("10.77.0.2/8").seed(seed).build();
    stack.tcp().listen(IpEndpoint.parse("*:80"), 4000);
    stack.settle();
    stack.output();
    return stack;
  }

  /** The initial sequence number that answers a SYN. */
  private static int isn(StackHarness stack, int address, int port) {
    stack.deliver(
        new PacketBuilder()
            .from(IpAddress.ipv4(address), port)
            .to(StackHarness.LOCAL, 80)
            .flags(TcpHeader.SYN)
            .sequence(1)
            .tcp());
    int isn = stack.output().get(0).sequenceNumber();
    stack.deliver(
        new PacketBuilder()
            .from(IpAddress.ipv4(address), port)
            .to(StackHarness.LOCAL, 80)
            .flags(TcpHeader.RST)
            .sequence(2)
            .tcp());
    return isn;
  }

  private static final int BASE = IpAddress.parse("10.100.0.0").ipv4Bits();

  @Test
  @Rfc({"6528 3", "9293 MUST-8"})
  void ofOneConnectionTheyGrowByTheClockOfFourMicroseconds() throws TcpException {
    StackHarness stack = server(1);
    int first = isn(stack, BASE, 5000);
    stack.advance(Duration.ofSeconds(1));
    int second = isn(stack, BASE, 5000);
    assertThat(second - first).isEqualTo(250_000);
    stack.replace("tcp");
    stack.output();
    stack.advance(Duration.ofSeconds(1));
    assertThat(isn(stack, BASE, 5000) - second).isEqualTo(250_000);
  }

  /** At one moment, over addresses or ports that follow each other: no bit leans to one side. */
  @Test
  @Rfc({"6528 3", "9293 SHLD-1"})
  void ofDifferentConnectionsTheyHaveNothingToDoWithEachOther() throws TcpException {
    StackHarness stack = server(1);
    List<Integer> byPort = new ArrayList<>();
    List<Integer> byAddress = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      byPort.add(isn(stack, BASE, 1024 + i));
      byAddress.add(isn(stack, BASE + 1 + i, 5000));
    }
    for (List<Integer> numbers : List.of(byPort, byAddress)) {
      assertThat(new HashSet<>(numbers)).hasSizeGreaterThan(SAMPLES - 3);
      assertBitsAreEven(numbers);
      List<Integer> differences = new ArrayList<>();
      for (int i = 1; i < SAMPLES; i++) {
        differences.add(numbers.get(i) - numbers.get(i - 1));
      }
      assertThat(new HashSet<>(differences)).hasSizeGreaterThan(SAMPLES - 4);
      assertBitsAreEven(differences);
    }
  }

  private static void assertBitsAreEven(List<Integer> numbers) {
    for (int bit = 0; bit < 32; bit++) {
      int shift = bit;
      long set = numbers.stream().filter(number -> (number >>> shift & 1) == 1).count();
      // five standard deviations to either side
      assertThat(set).as("bit %d", bit).isBetween(SAMPLES / 2 - 5 * 23L, SAMPLES / 2 + 5 * 23L);
    }
  }

  @Test
  @Rfc("6528 3")
  void anotherSecretMakesOtherNumbers() throws TcpException {
    Set<Integer> seen = new HashSet<>();
    for (int seed = 1; seed <= 50; seed++) {
      seen.add(isn(server(seed), BASE, 5000));
    }
    assertThat(seen).hasSize(50);
  }

  /** The local port of a connect, which is then given up. */
  private static int port(StackHarness stack, int address) throws TcpException {
    stack.tcp().connect(new IpEndpoint(IpAddress.ipv4(address), 80));
    stack.settle();
    return stack.output().get(0).sourcePort();
  }

  @Test
  @Rfc("6056 3.3.4")
  void portsTowardsOnePeerTellNothingOfThoseTowardsAnother() throws TcpException {
    StackHarness stack = StackHarness.builder().addresses("10.77.0.2/8").build();
    List<Integer> ports = new ArrayList<>();
    int neighbours = 0;
    int[] quarters = new int[4];
    for (int i = 0; i < SAMPLES; i++) {
      int port = port(stack, BASE + i);
      assertThat(port).isBetween(32768, 60999);
      quarters[(port - 32768) * 4 / (61000 - 32768)]++;
      if (i > 0 && Math.abs(port - ports.get(i - 1)) < 16) {
        neighbours++;
      }
      ports.add(port);
    }
    assertThat(new HashSet<>(ports)).hasSizeGreaterThan(SAMPLES * 9 / 10);
    assertThat(neighbours).isLessThan(20);
    for (int quarter : quarters) {
      assertThat(quarter).isBetween(SAMPLES / 4 - 100, SAMPLES / 4 + 100);
    }
  }

  @Test
  @Rfc("6056 3.3.4")
  void portsTowardsOnePeerAreReusedAsLateAsPossible() throws TcpException {
    StackHarness stack = StackHarness.builder().addresses("10.77.0.2/8").build();
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < SAMPLES; i++) {
      ports.add(port(stack, BASE));
    }
    assertThat(ports).hasSize(SAMPLES);
  }

  @Test
  @Rfc("6056 3.3.4")
  void anotherSecretMakesOtherPorts() throws TcpException {
    Set<Integer> seen = new HashSet<>();
    for (int seed = 1; seed <= 50; seed++) {
      StackHarness stack = StackHarness.builder().addresses("10.77.0.2/8").seed(seed).build();
      seen.add(port(stack, BASE));
    }
    assertThat(seen).hasSizeGreaterThan(45);
  }
}
