package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cyclonedx.Version;
import org.cyclonedx.model.Bom;
import org.cyclonedx.model.Component;
import org.cyclonedx.parsers.JsonParser;
import org.junit.Test;

/** What is in the archive of the distribution, and what it says of itself. */
public class PackagingIT {
  private static final long MOST_BYTES = 45_000_000;
  private static final Path TARGET =
      Path.of(System.getProperty("checkout"), "karaf-distribution", "target");
  private static final Path ASSEMBLY = TARGET.resolve("assembly");

  @Test
  public void theBillOfMaterialsIsCycloneDx() throws Exception {
    assertEquals(
        List.of(),
        new JsonParser()
            .validate(ASSEMBLY.resolve("karavel.cdx.json").toFile(), Version.VERSION_16));
  }

  @Test
  public void theBillOfMaterialsNamesEveryJarWithItsDigest() throws Exception {
    Bom bom = new JsonParser().parse(ASSEMBLY.resolve("karavel.cdx.json").toFile());
    Map<String, String> named = new TreeMap<>();
    for (Component component : bom.getComponents()) {
      named.put(component.getBomRef(), component.getHashes().get(0).getValue());
      assertTrue(component.getPurl(), component.getPurl().startsWith("pkg:maven/"));
    }
    Map<String, String> there = new TreeMap<>();
    try (Stream<Path> files = Files.walk(ASSEMBLY)) {
      for (Path jar :
          files.filter(f -> f.toString().endsWith(".jar")).collect(Collectors.toList())) {
        there.put(ASSEMBLY.relativize(jar).toString(), sha256(jar));
      }
    }
    assertTrue(there.toString(), there.size() > 80);
    assertEquals(there, named);
  }

  @Test
  public void theArchiveIsSmallAndCarriesTheBillOfMaterials() throws Exception {
    try (Stream<Path> files = Files.list(TARGET)) {
      Path archive = files.filter(f -> f.toString().endsWith(".tar.gz")).findFirst().orElseThrow();
      assertTrue(archive + ": " + Files.size(archive), Files.size(archive) < MOST_BYTES);
      Launcher.Outcome list = new Launcher(TARGET).call(List.of("tar", "tzf", archive.toString()));
      assertTrue(list.errors, list.output.contains("/karavel.cdx.json\n"));
    }
  }

  @Test
  public void theLogsAreBounded() throws Exception {
    Properties log = new Properties();
    Properties audit = new Properties();
    try (Reader logs = Files.newBufferedReader(ASSEMBLY.resolve("etc/org.ops4j.pax.logging.cfg"));
        Reader audits =
            Files.newBufferedReader(ASSEMBLY.resolve("etc/org.apache.karaf.audit.cfg"))) {
      log.load(logs);
      audit.load(audits);
    }
    for (String appender : List.of("rolling", "audit")) {
      String prefix = "log4j2.appender." + appender + ".";
      // numbered files: Log4j keeps seven of them unless it is told another number
      assertTrue(appender, log.getProperty(prefix + "filePattern").contains("%i"));
      assertTrue(appender, log.getProperty(prefix + "policies.size.size").matches("\\d+MB"));
    }
    assertEquals("size(1mb)", audit.getProperty("file.policy"));
    assertEquals("10", audit.getProperty("file.files"));
  }

  private static String sha256(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
