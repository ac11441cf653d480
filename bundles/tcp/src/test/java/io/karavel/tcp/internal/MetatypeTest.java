package io.karavel.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.Setting;
import io.karavel.tcp.TcpSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The Metatype definition in the bundle says what the settings in the api say. */
class MetatypeTest {
  @Test
  void theMetatypeDefinitionEqualsTheSchema() throws Exception {
    List<String> expected = new ArrayList<>();
    for (Setting<?> setting : TcpSettings.SCHEMA.settings()) {
      boolean whole = setting.type() == Long.class;
      boolean number = whole || setting.type() == Double.class;
      expected.add(
          String.join(
              "|",
              setting.key(),
              setting.unit().isEmpty()
                  ? setting.key()
                  : setting.key() + " (" + setting.unit() + ")",
              setting.description(),
              String.valueOf(setting.defaultValue()),
              number ? bound(setting.minimum(), whole) : "",
              number ? bound(setting.maximum(), whole) : "",
              setting.type().getSimpleName(),
              String.join(",", setting.choices())));
    }
    assertThat(definition()).containsExactlyElementsOf(expected);
  }

  private static String bound(double value, boolean whole) {
    return whole ? Long.toString((long) value) : Double.toString(value);
  }

  private static List<String> definition() throws Exception {
    Document xml =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(
                Path.of(
                        "target/classes/OSGI-INF/metatype",
                        TcpConfiguration.class.getName() + ".xml")
                    .toFile());
    Element designate = (Element) xml.getElementsByTagName("Designate").item(0);
    assertThat(designate.getAttribute("pid")).isEqualTo(TcpSettings.PID);
    return attributes(xml);
  }

  private static List<String> attributes(Document xml) {
    List<String> all = new ArrayList<>();
    NodeList definitions = xml.getElementsByTagName("AD");
    for (int i = 0; i < definitions.getLength(); i++) {
      Element definition = (Element) definitions.item(i);
      List<String> options = new ArrayList<>();
      NodeList nodes = definition.getElementsByTagName("Option");
      for (int o = 0; o < nodes.getLength(); o++) {
        options.add(((Element) nodes.item(o)).getAttribute("value"));
      }
      all.add(
          String.join(
              "|",
              definition.getAttribute("id"),
              definition.getAttribute("name"),
              definition.getAttribute("description"),
              definition.getAttribute("default"),
              definition.getAttribute("min"),
              definition.getAttribute("max"),
              definition.getAttribute("type"),
              String.join(",", options)));
    }
    return all;
  }
}
