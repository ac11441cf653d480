package io.karavel.itests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** KARs of other versions, of one module or of all there is. */
final class Kars {
  private static final String OURS = "repository/io/karavel/";
  private static final String BUILT = "0.1.0-SNAPSHOT";
  private static final String MANIFEST = "META-INF/MANIFEST.MF";

  private Kars() {}

  /**
   * A KAR with the feature of one module alone.
   *
   * @param jar the module in that version
   */
  static Path of(String module, String version, Path jar) throws IOException {
    String name = "karavel-" + module;
    String features =
        "<features name='"
            + name
            + "-"
            + version
            + "' "
            + "xmlns='http://karaf.apache.org/xmlns/features/v1.6.0'><feature name='"
            + name
            + "' version='"
            + version
            + "'><bundle start-level='84'>mvn:io.karavel/"
            + module
            + "/"
            + version
            + "</bundle></feature></features>";
    Path kar = Files.createTempFile(jar.getParent(), module, ".kar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(kar))) {
      add(out, MANIFEST, "Manifest-Version: 1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      add(
          out,
          OURS + name + "/" + version + "/" + name + "-" + version + "-features.xml",
          features.getBytes(StandardCharsets.UTF_8));
      add(
          out,
          OURS + module + "/" + version + "/" + module + "-" + version + ".jar",
          Files.readAllBytes(jar));
    }
    return kar;
  }

  /**
   * The KAR of the build as it is in another version: the bundles, the features and their names.
   *
   * @param built the KAR of the build
   */
  static Path whole(Path built, String version, ModuleJars jars) throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "exam").toAbsolutePath());
    Path kar = Files.createTempFile(folder, "karavel-" + version, ".kar");
    try (ZipFile in = new ZipFile(built.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(kar))) {
      for (ZipEntry entry : Collections.list(in.entries())) {
        byte[] content = in.getInputStream(entry).readAllBytes();
        String name = entry.getName();
        if (name.startsWith(OURS) && name.endsWith(".jar")) {
          Path jar = Files.write(Files.createTempFile(folder, "module", ".jar"), content);
          content = Files.readAllBytes(jars.version(jar, version));
          Files.delete(jar);
        } else if (name.endsWith("-features.xml")) {
          String text = new String(content, StandardCharsets.UTF_8);
          content = text.replace(BUILT, version).getBytes(StandardCharsets.UTF_8);
        }
        if (!entry.isDirectory()) {
          add(out, name.startsWith(OURS) ? name.replace(BUILT, version) : name, content);
        }
      }
    }
    return kar;
  }

  private static void add(ZipOutputStream out, String name, byte[] content) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(content);
  }
}
