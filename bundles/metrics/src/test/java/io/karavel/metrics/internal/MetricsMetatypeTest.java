package io.karavel.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.engine.Setting;
import io.karavel.metrics.MetricsSettings;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class MetricsMetatypeTest {
  @Test
  void theMetatypeDefinitionSaysWhatTheSettingsSay() throws Exception {
    List<String> defined = new ArrayList<>();
    try (InputStream file =
        getClass()
            .getResourceAsStream(
                "/OSGI-INF/metatype/" + MetricsConfiguration.class.getName() + ".xml")) {
      NodeList attributes =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(file)
              .getElementsByTagName("AD");
      for (int i = 0; i < attributes.getLength(); i++) {
        Element attribute = (Element) attributes.item(i);
        defined.add(
            line(
                attribute.getAttribute("id"),
                attribute.getAttribute("type"),
                attribute.getAttribute("default"),
                attribute.getAttribute("min"),
                attribute.getAttribute("max"),
                attribute.getAttribute("description")));
      }
    }
    List<String> wanted = new ArrayList<>();
    for (Setting<?> setting : MetricsSettings.SCHEMA.settings()) {
      boolean number = setting.type() == Long.class;
      wanted.add(
          line(
              setting.key(),
              setting.type().getSimpleName(),
              String.valueOf(setting.defaultValue()),
              number ? String.valueOf((long) setting.minimum()) : "",
              number ? String.valueOf((long) setting.maximum()) : "",
              setting.description()));
    }
    assertThat(defined).isEqualTo(wanted);
  }

  private static String line(String... parts) {
    return String.join(" | ", parts);
  }
}
