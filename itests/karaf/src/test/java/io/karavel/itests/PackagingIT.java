package io.karavel.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
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

  /** The time that the root's pom gives to all that is built. */
  private static final LocalDateTime BUILT = LocalDateTime.of(2025, 1, 1, 0, 0, 0);

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
    Path archive = archive();
    assertTrue(archive + ": " + Files.size(archive), Files.size(archive) < MOST_BYTES);
    Launcher.Outcome list = new Launcher(TARGET).call(List.of("tar", "tzf", archive.toString()));
    assertTrue(list.errors, list.output.contains("/karavel.cdx.json\n"));
  }

  /**
   * What would make another build of the same sources differ: reproducible.sh builds twice, and
   * this finds most of its reasons in one.
   */
  @Test
  public void nothingTellsWhenWhereOrByWhomItWasBuilt() throws Exception {
    Launcher.Outcome list =
        new Launcher(TARGET)
            .with("TZ", "UTC")
            .call(List.of("tar", "--full-time", "--numeric-owner", "-tvzf", archive().toString()));
    for (String line : list.output.split("\n")) {
      assertTrue(
          line,
          line.matches(
              "(-rw-r--r--|[d-]rwxr-xr-x) +0/0 +\\d+ "
                  + BUILT.format(DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss"))
                  + ".*"));
    }
    List<Path> archives = new ArrayList<>(files(ASSEMBLY.resolve("system/io/karavel"), ".jar"));
    assertEquals(archives.toString(), 14, archives.size());
    archives.addAll(files(TARGET.resolve("../../features/target"), ".kar"));
    for (Path archive : archives) {
      expectNeutral(archive);
    }
    String checkout = System.getProperty("checkout");
    for (Path file : files(ASSEMBLY, "")) {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertFalse(file.toString(), text.contains(checkout));
    }
  }

  private static void expectNeutral(Path archive) throws IOException {
    URI jar = URI.create("jar:" + archive.toRealPath().toUri());
    try (FileSystem zip =
            FileSystems.newFileSystem(jar, Map.of("enablePosixFileAttributes", true));
        Stream<Path> entries = Files.walk(zip.getPath("/"))) {
      for (Path entry : entries.skip(1).collect(Collectors.toList())) {
        boolean folder = Files.isDirectory(entry);
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(entry));
        assertEquals(archive + " " + entry, folder ? "rwxr-xr-x" : "rw-r--r--", mode);
        LocalDateTime time =
            LocalDateTime.ofInstant(
                Files.getLastModifiedTime(entry).toInstant(), ZoneId.systemDefault());
        assertEquals(archive + " " + entry, BUILT, time);
        if (!folder) {
          String text = new String(Files.readAllBytes(entry), StandardCharsets.ISO_8859_1);
          assertFalse(archive + " " + entry, text.contains(System.getProperty("checkout")));
        }
      }
    }
  }

  private static Path archive() throws IOException {
    return files(TARGET, ".tar.gz").get(0);
  }

  private static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> all =
        Files.walk(folder, ending.equals(".jar") || ending.isEmpty() ? 99 : 1)) {
      return all.filter(file -> Files.isRegularFile(file) && file.toString().endsWith(ending))
          .collect(Collectors.toList());
    }
  }

  @Test
  public void theLogsAreBounded() throws Exception {
    Properties log = new Properties();
    try (Reader logs = Files.newBufferedReader(ASSEMBLY.resolve("etc/org.ops4j.pax.logging.cfg"))) {
      log.load(logs);
    }
    for (String appender : List.of("rolling", "audit")) {
      String prefix = "log4j2.appender." + appender + ".";
      // numbered files: Log4j keeps seven of them unless it is told another number
      assertTrue(appender, log.getProperty(prefix + "filePattern").contains("%i"));
      assertTrue(appender, log.getProperty(prefix + "policies.size.size").matches("\\d+MB"));
    }
    assertEquals("1MB", log.getProperty("log4j2.appender.audit.policies.size.size"));
    assertEquals("9", log.getProperty("log4j2.appender.audit.strategy.max"));
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
