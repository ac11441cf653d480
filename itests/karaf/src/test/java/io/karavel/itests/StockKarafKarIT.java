package io.karavel.itests;

import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** A Karaf as Apache ships it, which reaches no repository, takes our KAR and lets go of it. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class StockKarafKarIT {
  @Inject private BundleContext context;
  @Inject private BootFinished bootFinished;

  @Configuration
  public static Option[] karaf() {
    return Distribution.stock(
        "",
        editConfigurationFilePut(
            "etc/system.properties", "our.kar", System.getProperty("our.kar")));
  }

  @Test
  public void theKarIsDroppedIntoTheDeployDirectoryAndRemovedFromIt() throws Exception {
    Path kar = Path.of(System.getProperty("our.kar"));
    Path deploy = Path.of(System.getProperty("karaf.base"), "deploy");
    Files.createDirectories(deploy);
    // whole at once: what watches the directory must not see half of it
    Path beside = Files.copy(kar, deploy.resolveSibling("karavel.kar"));
    Files.move(beside, deploy.resolve("karavel.kar"), StandardCopyOption.ATOMIC_MOVE);
    StockKaraf karaf = new StockKaraf(context);
    karaf.expectEverythingActive();
    karaf.expectTwoStacksToTalk();

    Files.delete(deploy.resolve("karavel.kar"));
    Poll.within(240, "no bundle of Karavel is left", this::bundles, List::isEmpty);
    Poll.within(60, "no thread of Karavel is left", StockKarafKarIT::threads, List::isEmpty);
    Poll.until(
        "Karaf has forgotten the KAR",
        () -> Files.exists(Path.of(System.getProperty("karaf.data"), "kar", "karavel")),
        there -> !there);
  }

  private List<String> bundles() {
    return Arrays.stream(context.getBundles())
        .map(Bundle::getSymbolicName)
        .filter(name -> name.startsWith("io.karavel."))
        .toList();
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("karavel-"))
        .toList();
  }
}
