package io.karavel.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may know whom, and what protocol code must not touch (docs/architecture.md, section 3). */
class HouseRulesTest {
  /** Package of what each implementation keeps to itself. */
  private static final List<String> IMPLEMENTATIONS =
      List.of(
          "io.karavel.engine.internal",
          "io.karavel.timer.internal",
          "io.karavel.nic.memory.internal",
          "io.karavel.nic.tap.internal",
          "io.karavel.ip.internal",
          "io.karavel.tcp.internal",
          "io.karavel.congestion.bbr.internal",
          "io.karavel.control.internal",
          "io.karavel.diagnostics.internal",
          "io.karavel.metrics.internal",
          "io.karavel.services.internal",
          "io.karavel.shell.internal");

  /** The packages of the ground, lowest first; what stands on one line may know each other. */
  private static final List<List<String>> GROUND =
      List.of(
          List.of(
              "io.karavel.packet..",
              "io.karavel.address..",
              "io.karavel.wire..",
              "io.karavel.capture.."),
          List.of("io.karavel.engine"),
          List.of("io.karavel.nic"),
          List.of("io.karavel.ip", "io.karavel.ip.spi"),
          List.of("io.karavel.tcp", "io.karavel.tcp.spi"),
          List.of("io.karavel.control", "io.karavel.control.spi"));

  private static final String[] VALUES = {
    "io.karavel.packet..", "io.karavel.address..", "io.karavel.wire.."
  };
  private static final String CORE = "io.karavel.tcp.internal.connection..";

  private static JavaClasses production;

  @BeforeAll
  static void readAllBundles() {
    production =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/itests/"))
            .importPackages("io.karavel");
  }

  @Test
  void noImplementationKnowsAnother() {
    for (String implementation : IMPLEMENTATIONS) {
      noClasses()
          .that()
          .resideOutsideOfPackage(implementation + "..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(implementation + "..")
          .because("what has internal in its name belongs to one bundle")
          .check(production);
    }
  }

  @Test
  void lowerLayersOfTheGroundNeverNameUpperOnes() {
    for (int lower = 0; lower < GROUND.size(); lower++) {
      for (int upper = lower + 1; upper < GROUND.size(); upper++) {
        noClasses()
            .that()
            .resideInAnyPackage(GROUND.get(lower).toArray(String[]::new))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(GROUND.get(upper).toArray(String[]::new))
            .because(
                "the direction is packet, address, wire, capture <- engine <- nic <- ip <- tcp <-"
                    + " control")
            .check(production);
      }
    }
  }

  @Test
  void theGroundKnowsNoImplementationAndNoNativeCall() {
    noClasses()
        .that()
        .resideInAnyPackage(GROUND.stream().flatMap(List::stream).toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.karavel..internal..", "io.karavel.linux..", "com.sun.jna..")
        .check(production);
  }

  @Test
  void onlyEngineAndDriversCallLinux() {
    classes()
        .that()
        .resideInAPackage("io.karavel.linux..")
        .should()
        .onlyHaveDependentClassesThat()
        .resideInAnyPackage(
            "io.karavel.linux..", "io.karavel.engine.internal..", "io.karavel.nic.tap.internal..")
        .check(production);
    noClasses()
        .that()
        .resideOutsideOfPackage("io.karavel.linux..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.sun.jna..")
        .because("JNA caches classes: it stays in a bundle that is never swapped")
        .check(production);
  }

  @Test
  void onlyShellAndControlKnowKarafAndOnlyTheShellAndTheStatusPageKnowJson() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.karavel.shell.internal..", "io.karavel.control.internal..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.karaf..")
        .check(production);
    noClasses()
        .that()
        .resideInAPackage("io.karavel.control.internal..")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("org.apache.karaf..")
                .and(
                    DescribedPredicate.not(
                        JavaClass.Predicates.resideInAPackage("org.apache.karaf.features.."))))
        .because("control commits swaps through the features service, and that is all")
        .check(production);
    noClasses()
        .that()
        .resideOutsideOfPackages("io.karavel.shell.internal..", "io.karavel.services.internal..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.fasterxml.jackson..")
        .check(production);
  }

  @Test
  void theTcpCoreAndTheValuesKnowNoFrameworkThreadClockOrSocket() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE, VALUES[0], VALUES[1], VALUES[2])
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAnyPackage(
                    "org.osgi..",
                    "org.slf4j..",
                    "java.net..",
                    "java.nio.channels..",
                    "java.time..",
                    "java.util.concurrent",
                    "java.util.concurrent.locks..",
                    "java.security..")
                .or(named(Thread.class))
                .or(named(ThreadLocal.class))
                .or(named(java.util.Random.class))
                .or(named(java.util.SplittableRandom.class))
                .or(named(ThreadLocalRandom.class)))
        .check(production);
    noClasses()
        .that()
        .resideInAnyPackage(CORE, VALUES[0], VALUES[1], VALUES[2])
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Math.class, "random")
        .check(production);
  }

  @Test
  void theTcpCoreStandsOnTheValuesOfTheGroundAlone() {
    noClasses()
        .that()
        .resideInAPackage(CORE)
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("io.karavel.tcp.internal..")
                .and(DescribedPredicate.not(JavaClass.Predicates.resideInAPackage(CORE)))
                .or(
                    JavaClass.Predicates.resideInAnyPackage(
                        "io.karavel.control..", "io.karavel.nic..", "io.karavel.ip.spi..")))
        .allowEmptyShould(true)
        .check(production);
  }

  @Test
  void nothingIsStaticAndMutable() {
    fields().that().areStatic().should().beFinal().check(production);
    noFields().should().haveRawType(ThreadLocal.class).check(production);
  }

  @Test
  void namesSayWhatAClassDoes() {
    for (String ending : List.of("Impl", "Util", "Utils", "Helper", "Manager")) {
      noClasses().should().haveSimpleNameEndingWith(ending).check(production);
    }
  }

  @Test
  void productionCodeNeverUsesTheTestkit() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.karavel.testkit..", "org.junit..", "org.assertj..")
        .check(production);
  }

  private static DescribedPredicate<JavaClass> named(Class<?> type) {
    return JavaClass.Predicates.equivalentTo(type);
  }

  /** A rule that matches nothing would pass unnoticed. */
  @Test
  void theRulesSeeEveryBundle() {
    for (String implementation : IMPLEMENTATIONS) {
      assertThat(production.that(JavaClass.Predicates.resideInAPackage(implementation + "..")))
          .as(implementation)
          .isNotEmpty();
    }
    for (List<String> layer : GROUND) {
      assertThat(
              production.that(
                  JavaClass.Predicates.resideInAnyPackage(layer.toArray(String[]::new))))
          .as(layer.toString())
          .isNotEmpty();
    }
  }
}
