package io.karavel.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictTest {
  /** 20 bytes of TCP: 0a4d + 0002 + 0a4d + 0001 + 6 + 20. */
  private static final String PSEUDO_HEADER = "0x14b7";

  private static Verdict of(boolean offloads, String... lines) {
    Verdict verdict = new Verdict(offloads);
    List.of(lines).forEach(line -> verdict.add(line.replace(' ', '\t')));
    return verdict;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7 10.77.0.1 10.77.0.2 40 20 0x1234 0 1   ", // TCP
        "7 10.77.0.2 10.77.0.1 40 20 0xffff 0 1  1 ", // a zero that is not Linux's
        "7 10.77.0.1 10.77.0.2 40 20 0xffff 0 1   ", // not zero
        "7 10.77.0.1 10.77.0.2 40 20 0x1234 2 1   ", // not whole
        "7 10.77.0.1 10.77.0.2 40 20 0x1234 1 0   ", // IP
        "7 10.77.0.1 10.77.0.2 40 20   1 0  ", // ICMP
        "7 10.77.0.1 10.77.0.2 40 20 0x1234 1 1   _ws.malformed",
        "tshark: The file \"-\" appears to have been cut short."
      })
  void whatIsWrongIsSaid(String line) {
    for (boolean offloads : new boolean[] {true, false}) {
      assertThatThrownBy(of(offloads, line)::assertNothingWrong).isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void aPartialChecksumIsRightWithOffloadsOnly() {
    String line = "7 10.77.0.1 10.77.0.2 40 20 " + PSEUDO_HEADER + " 0 1   ";
    assertThat(of(true, line, line).assertNothingWrong()).isEqualTo(2);
    assertThatThrownBy(of(false, line)::assertNothingWrong).isInstanceOf(AssertionError.class);
  }

  @Test
  void aZeroThatLinuxWritesAsAllOnesIsRight() {
    String line = "7 10.77.0.1 10.77.0.2 40 20 0xffff 0 1  1 ";
    assertThat(of(false, line).assertNothingWrong()).isZero();
  }
}
