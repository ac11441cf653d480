package io.karavel.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlowTableTest {
  private static final int LOCAL = 0x0a4d0002;

  private final FlowTable<String> table = new FlowTable<>(0x123456789abcdefL, 0xfedcba987654321L);

  @Test
  void findsOnlyWhatAgreesInAllFourParts() {
    assertThat(table.put(LOCAL, 80, 7, 50000, "a")).isNull();
    assertThat(table.find(LOCAL, 80, 7, 50000)).isEqualTo("a");
    assertThat(table.find(LOCAL + 1, 80, 7, 50000)).isNull();
    assertThat(table.find(LOCAL, 81, 7, 50000)).isNull();
    assertThat(table.find(LOCAL, 80, 8, 50000)).isNull();
    assertThat(table.find(LOCAL, 80, 7, 50001)).isNull();
    assertThat(table.find(7, 50000, LOCAL, 80)).isNull();
  }

  @Test
  void replacesAndRemoves() {
    table.put(LOCAL, 80, 7, 50000, "a");
    assertThat(table.put(LOCAL, 80, 7, 50000, "b")).isEqualTo("a");
    assertThat(table.size()).isEqualTo(1);
    assertThat(table.remove(LOCAL, 80, 7, 50000)).isEqualTo("b");
    assertThat(table.remove(LOCAL, 80, 7, 50000)).isNull();
    assertThat(table.size()).isZero();
  }

  @Test
  void behavesLikeAMapUnderAnyOrderOfInsertsAndRemovals() {
    Random random = new Random(42);
    Map<Integer, String> model = new HashMap<>();
    for (int step = 0; step < 200_000; step++) {
      int key = random.nextInt(step % 50_000 < 25_000 ? 6000 : 600);
      int remote = key / 60;
      int port = 1000 + key % 60;
      if (random.nextInt(3) > 0) {
        String value = "v" + step;
        assertThat(table.put(LOCAL, 80, remote, port, value)).isEqualTo(model.put(key, value));
      } else {
        assertThat(table.remove(LOCAL, 80, remote, port)).isEqualTo(model.remove(key));
      }
      assertThat(table.size()).isEqualTo(model.size());
    }
    for (int key = 0; key < 6000; key++) {
      assertThat(table.find(LOCAL, 80, key / 60, 1000 + key % 60)).isEqualTo(model.get(key));
    }
  }

  @Test
  void holdsAHundredThousandFlowsAndShowsEachOnceInAWalk() {
    for (int i = 0; i < 100_000; i++) {
      table.put(LOCAL, 80, 0x0a000000 + i / 50_000, i % 50_000 + 1, "flow " + i);
    }
    assertThat(table.size()).isEqualTo(100_000);
    Set<String> seen = new HashSet<>();
    int cursor = 0;
    int pages = 0;
    do {
      int[] shown = {0};
      cursor =
          table.walk(
              cursor,
              1000,
              value -> {
                shown[0]++;
                assertThat(seen.add(value)).as(value).isTrue();
              });
      pages++;
      assertThat(shown[0]).isLessThan(1200);
    } while (cursor != 0);
    assertThat(seen).hasSize(100_000);
    assertThat(pages).isGreaterThan(80);
    for (int i = 0; i < 100_000; i++) {
      assertThat(table.remove(LOCAL, 80, 0x0a000000 + i / 50_000, i % 50_000 + 1)).isNotNull();
    }
    assertThat(table.size()).isZero();
  }

  @Test
  void showsWhatStaysExactlyOnceWhileOthersComeAndGoBetweenThePages() {
    Random random = new Random(7);
    for (int i = 0; i < 3000; i++) {
      table.put(LOCAL, 80, 1, i, "stays " + i);
    }
    Map<String, Integer> seen = new HashMap<>();
    int cursor = 0;
    int next = 0;
    do {
      cursor = table.walk(cursor, 64, value -> seen.merge(value, 1, Integer::sum));
      for (int i = 0; i < 400; i++) {
        table.put(LOCAL, 80, 2, next++ & 0xffff, "comes");
      }
      if (random.nextInt(8) == 0) {
        for (int i = 0; i < 0x10000; i++) {
          table.remove(LOCAL, 80, 2, i);
        }
      }
    } while (cursor != 0);
    for (int i = 0; i < 3000; i++) {
      assertThat(seen.get("stays " + i)).as("stays " + i).isEqualTo(1);
    }
  }

  @Test
  void walksAnEmptyTableInOneStep() {
    assertThat(table.walk(0, 256, value -> {})).isZero();
  }
}
