package io.karavel.itests;

import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;

import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;

/** A Karaf as Apache ships it takes our features from our repository. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class StockKarafIT {
  @Inject private BundleContext context;
  @Inject private BootFinished bootFinished;

  @Configuration
  public static Option[] karaf() {
    return Distribution.stock(
        System.getProperty("our.repo"),
        editConfigurationFilePut(
            "etc/system.properties", "our.features", System.getProperty("our.features")));
  }

  @Test
  public void theFeatureKaravelIsInstalledFromItsRepository() throws Exception {
    StockKaraf karaf = new StockKaraf(context);
    karaf.console().run("feature:repo-add " + System.getProperty("our.features"));
    try {
      karaf.console().run("feature:install karavel");
    } catch (InterruptedException e) {
      // Karaf refreshes its own shell when SCR comes, which ends the session; the installation goes
      // on
    }
    karaf.expectEverythingActive();
    karaf.expectTwoStacksToTalk();
  }
}
