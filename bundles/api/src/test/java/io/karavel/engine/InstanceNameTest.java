package io.karavel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class InstanceNameTest {
  private static final String FACTORY = "io.karavel.nic.memory";

  @Test
  void isWhatFollowsTheTildeOfThePid() {
    assertThat(InstanceName.of(FACTORY, Map.of("service.pid", FACTORY + "~cable0")))
        .isEqualTo("cable0");
  }

  @Test
  void isWhatTheFileIsCalledWhenThePidIsRandom() {
    assertThat(
            InstanceName.of(
                FACTORY,
                Map.of(
                    "service.pid",
                    FACTORY + ".82c0e3aa-bd16",
                    "felix.fileinstall.filename",
                    "file:/srv/run-1/etc/" + FACTORY + "-cable-7.cfg")))
        .isEqualTo("cable-7");
  }

  @Test
  void isTheRandomPartWhenThereIsNothingElse() {
    assertThat(InstanceName.of(FACTORY, Map.of("service.pid", FACTORY + ".82c0e3aa-bd16")))
        .isEqualTo("82c0e3aa-bd16");
  }

  @Test
  void survivesAFileOfAnotherName() {
    assertThat(
            InstanceName.of(
                FACTORY,
                Map.of("service.pid", FACTORY + ".1", "felix.fileinstall.filename", "file:/x.cfg")))
        .isEqualTo("1");
  }
}
