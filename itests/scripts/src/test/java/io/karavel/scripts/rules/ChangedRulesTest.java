package io.karavel.scripts.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each test that is marked with a MUST or SHOULD of RFC 9293 fails when that rule is broken in the
 * core: for each rule {@code rfc9293-changes.txt} has lines as they are and as they would break it;
 * every change must be noticed, and every marked test must notice one.
 */
class ChangedRulesTest {
  private static final MarkedTests TESTS = new MarkedTests("9293");
  private static final List<ChangedRule> CHANGES = ChangedRule.all();
  private static final ClassLoader UNCHANGED = new ChangedClasses();
  private static final Map<ChangedRule, Set<String>> NOTICED = new HashMap<>();

  static Stream<String> rules() {
    String only = System.getProperty("karavel.rule", "(MUST|SHLD)-\\d+");
    return TESTS.rules().filter(rule -> rule.matches(only));
  }

  private static Set<String> failing(ChangedRule change) {
    return NOTICED.computeIfAbsent(
        change,
        unused -> {
          Set<Method> tests = new HashSet<>();
          change.rules().forEach(rule -> tests.addAll(TESTS.of(rule)));
          return MarkedTests.failing(ChangedClasses.of(change), tests);
        });
  }

  @ParameterizedTest
  @MethodSource("rules")
  void everyTestOfTheRuleFailsWhenItIsBroken(String rule) {
    Set<String> left = new TreeSet<>();
    TESTS.of(rule).forEach(test -> left.add(MarkedTests.name(test)));
    assertThat(MarkedTests.failing(UNCHANGED, TESTS.of(rule))).as("without a change").isEmpty();
    Set<String> all = Set.copyOf(left);
    for (ChangedRule change : CHANGES) {
      if (change.rules().contains(rule)) {
        Set<String> noticing = new TreeSet<>(failing(change));
        noticing.retainAll(all);
        assertThat(noticing).as("tests of " + rule + " that notice " + change).isNotEmpty();
        left.removeAll(noticing);
      }
    }
    assertThat(left).as("tests of " + rule + " that no change made fail").isEmpty();
  }

  @Test
  void everyChangeIsOfARuleThatHasTests() {
    for (ChangedRule change : CHANGES) {
      assertThat(change.rules()).isNotEmpty().allSatisfy(r -> assertThat(TESTS.of(r)).isNotEmpty());
    }
  }
}
