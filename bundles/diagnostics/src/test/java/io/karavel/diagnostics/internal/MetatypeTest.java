package io.karavel.diagnostics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.DiagnosticsSettings;
import io.karavel.engine.Setting;
import io.karavel.engine.SettingsSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The Metatype definitions in the bundle say what the settings in the api say. */
class MetatypeTest {
  static Stream<SettingsSchema> schemas() {
    return Stream.of(DiagnosticsSettings.SCHEMA);
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void theMetatypeDefinitionEqualsTheSchema(SettingsSchema schema) throws Exception {
    List<String> expected = new ArrayList<>();
    for (Setting<?> setting : schema.settings()) {
      boolean number = setting.type() == Long.class;
      expected.add(
          String.join(
              "|",
              setting.key(),
              setting.unit().isEmpty()
                  ? setting.key()
                  : setting.key() + " (" + setting.unit() + ")",
              setting.description(),
              String.valueOf(setting.defaultValue()),
              number ? Long.toString((long) setting.minimum()) : "",
              number ? Long.toString((long) setting.maximum()) : "",
              setting.type().getSimpleName()));
    }
    assertThat(definitionOf(schema.pid())).containsExactlyElementsOf(expected);
  }

  private static List<String> definitionOf(String pid) throws Exception {
    Path folder = Path.of("target/classes/OSGI-INF/metatype");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Document xml =
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
        NodeList designates = xml.getElementsByTagName("Designate");
        for (int i = 0; i < designates.getLength(); i++) {
          if (((Element) designates.item(i)).getAttribute("pid").equals(pid)) {
            return attributes(xml);
          }
        }
      }
    }
    throw new AssertionError("no Metatype definition for " + pid);
  }

  private static List<String> attributes(Document xml) {
    List<String> all = new ArrayList<>();
    NodeList definitions = xml.getElementsByTagName("AD");
    for (int i = 0; i < definitions.getLength(); i++) {
      Element definition = (Element) definitions.item(i);
      all.add(
          String.join(
              "|",
              definition.getAttribute("id"),
              definition.getAttribute("name"),
              definition.getAttribute("description"),
              definition.getAttribute("default"),
              definition.getAttribute("min"),
              definition.getAttribute("max"),
              definition.getAttribute("type")));
    }
    return all;
  }
}
