import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The last hand on the assembly before it is packed: {@code java Pack.java ASSEMBLY VERSION
 * TIMESTAMP}. Takes the time of the build out of the files that Karaf's tools edited, so that the
 * same sources make the same bytes, and writes the bill of materials, {@code karavel.cdx.json}
 * (CycloneDX 1.6): every jar that is really there, with its digest, its licences, and what it
 * embeds.
 */
final class Pack {
  private static final Pattern STAMP =
      Pattern.compile("(?m)^#(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \\w{3} \\d\\d .*\\R");
  private static final Pattern POM = Pattern.compile("META-INF/maven/.+/pom\\.properties");

  /** One clause of a Bundle-License header: what stands before its parameters. */
  private static final Pattern LICENCE =
      Pattern.compile(
          "(?:\"([^\"]*)\"|([^;,\"]+))((?:\\s*;\\s*[\\w-]+\\s*:?=\\s*(?:\"[^\"]*\"|[^;,]*))*),?");

  private static final Map<String, String> SPDX =
      Map.of(
          "apache-2.0", "Apache-2.0",
          "apache license, version 2.0", "Apache-2.0",
          "www.apache.org/licenses/license-2.0", "Apache-2.0",
          "opensource.org/licenses/bsd-3-clause", "BSD-3-Clause",
          "opensource.org/licenses/bsd-2-clause", "BSD-2-Clause",
          "www.eclipse.org/org/documents/edl-v10", "BSD-3-Clause",
          "creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0",
          "mit", "MIT");

  private final Path assembly;
  private final StringBuilder json = new StringBuilder(1 << 16);

  private Pack(Path assembly) {
    this.assembly = assembly;
  }

  public static void main(String[] arguments) throws Exception {
    Pack pack = new Pack(Path.of(arguments[0]));
    pack.removeStamps();
    pack.describe(arguments[1], arguments[2]);
    Files.writeString(pack.assembly.resolve("karavel.cdx.json"), pack.json);
  }

  private void removeStamps() throws IOException {
    for (Path file : files("etc", "")) {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      String without = STAMP.matcher(text).replaceAll("");
      if (!without.equals(text)) {
        Files.writeString(file, without, StandardCharsets.ISO_8859_1);
      }
    }
  }

  private List<Path> files(String directory, String ending) throws IOException {
    try (Stream<Path> all = Files.walk(assembly.resolve(directory))) {
      return all.filter(file -> Files.isRegularFile(file) && file.toString().endsWith(ending))
          .sorted(Comparator.comparing(Path::toString))
          .toList();
    }
  }

  private void describe(String version, String timestamp) throws Exception {
    json.append(
        "{\n  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.6\",\n  \"version\": 1,\n");
    json.append("  \"metadata\": {\n    \"timestamp\": ").append(quoted(timestamp));
    json.append(",\n    \"component\": {\"type\": \"application\", \"bom-ref\": \"karavel\",");
    json.append(" \"group\": \"io.karavel\", \"name\": \"karaf-distribution\", \"version\": ");
    json.append(quoted(version)).append("}\n  },\n  \"components\": [");
    List<Path> jars = new ArrayList<>(files("lib", ".jar"));
    jars.addAll(files("system", ".jar"));
    String separator = "\n";
    for (Path jar : jars) {
      json.append(separator);
      component(jar);
      separator = ",\n";
    }
    json.append("\n  ]\n}\n");
  }

  private void component(Path jar) throws Exception {
    String path = assembly.relativize(jar).toString();
    Map<String, Part> inside = new TreeMap<>();
    String licences;
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : file.stream().toList()) {
        if (POM.matcher(entry.getName()).matches()) {
          Properties pom = new Properties();
          try (InputStream in = file.getInputStream(entry)) {
            pom.load(in);
          }
          Part part = Part.of(pom);
          inside.put(part.purl(), part);
        }
      }
      licences =
          file.getManifest() == null
              ? null
              : file.getManifest().getMainAttributes().getValue("Bundle-License");
    }
    Part part = path.startsWith("system/") ? fromRepository(path) : fromName(path, inside);
    inside.remove(part.purl());
    json.append("    {\"type\": \"library\", \"bom-ref\": ").append(quoted(path)).append(", ");
    part.describe(json);
    json.append(",\n     \"hashes\": [{\"alg\": \"SHA-256\", \"content\": ");
    json.append(quoted(sha256(jar))).append("}]");
    licences(licences);
    if (!inside.isEmpty()) {
      json.append(",\n     \"components\": [");
      String separator = "\n";
      for (Part embedded : inside.values()) {
        json.append(separator).append("       {\"type\": \"library\", ");
        embedded.describe(json);
        json.append('}');
        separator = ",\n";
      }
      json.append("]");
    }
    json.append(",\n     \"evidence\": {\"occurrences\": [{\"location\": ").append(quoted(path));
    json.append("}]}}");
  }

  private void licences(String header) {
    if (header == null || header.startsWith("<<")) {
      return;
    }
    List<String> found = new ArrayList<>();
    Matcher clause = LICENCE.matcher(header);
    while (clause.find()) {
      String name = (clause.group(1) != null ? clause.group(1) : clause.group(2)).trim();
      if (!name.isEmpty()) {
        String id =
            SPDX.get(
                name.toLowerCase()
                    .replaceFirst("^https?://", "")
                    .replaceFirst("\\.(txt|html|php)$", ""));
        String licence = id != null ? "{\"id\": " + quoted(id) : "{\"name\": " + quoted(name);
        found.add("{\"license\": " + licence + "}}");
      }
    }
    if (!found.isEmpty()) {
      json.append(",\n     \"licenses\": [").append(String.join(", ", found)).append(']');
    }
  }

  /** system/ is laid out as a Maven repository. */
  private static Part fromRepository(String path) {
    String[] names = path.split("/");
    int last = names.length - 1;
    String group = String.join(".", List.of(names).subList(1, last - 2));
    return new Part(group, names[last - 2], names[last - 1]);
  }

  /** lib/ holds artifactId-version.jar; one of the descriptions inside is its own. */
  private static Part fromName(String path, Map<String, Part> inside) throws IOException {
    String name = path.substring(path.lastIndexOf('/') + 1);
    for (Part part : inside.values()) {
      if (name.equals(part.name + "-" + part.version + ".jar")) {
        return part;
      }
    }
    throw new IOException(
        path + " does not say which artifact it is: no pom.properties of its name");
  }

  private static String sha256(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String quoted(String text) {
    return '"'
        + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ")
        + '"';
  }

  /** A Maven artifact. */
  private record Part(String group, String name, String version) {
    static Part of(Properties pom) {
      return new Part(
          pom.getProperty("groupId"), pom.getProperty("artifactId"), pom.getProperty("version"));
    }

    String purl() {
      return "pkg:maven/" + group + "/" + name + "@" + version;
    }

    void describe(StringBuilder json) {
      json.append("\"group\": ").append(quoted(group)).append(", \"name\": ").append(quoted(name));
      json.append(", \"version\": ").append(quoted(version));
      json.append(", \"purl\": ").append(quoted(purl()));
    }
  }
}
