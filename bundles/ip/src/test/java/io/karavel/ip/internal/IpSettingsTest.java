package io.karavel.ip.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karavel.engine.Setting;
import io.karavel.engine.SettingsException;
import io.karavel.ip.IpSettings;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The settings of PID io.karavel.ip, their parser and their Metatype definition. */
class IpSettingsTest {
  private static final String METATYPE =
      "/OSGI-INF/metatype/io.karavel.ip.internal.IpConfiguration.xml";

  @Test
  void parsesEveryKeyAsTextAndAsItsType() throws Exception {
    for (Setting<?> setting : IpSettings.SCHEMA.settings()) {
      Object value = setting.defaultValue();
      assertThat(IpSettings.parse(Map.of(setting.key(), value))).isEqualTo(IpSettings.defaults());
      assertThat(IpSettings.parse(Map.of(setting.key(), value.toString())))
          .isEqualTo(IpSettings.defaults());
    }
  }

  @Test
  void acceptsBothEndsOfEveryRangeAndNothingBeyond() throws Exception {
    for (Setting<?> setting : IpSettings.SCHEMA.settings()) {
      if (setting.type() == Long.class) {
        long low = (long) setting.minimum();
        long high = (long) setting.maximum();
        if (!setting.key().equals("arpProbeMinimumMs")
            && !setting.key().equals("arpProbeMaximumMs")) {
          IpSettings.parse(Map.of(setting.key(), low));
          IpSettings.parse(Map.of(setting.key(), high));
        }
        for (long wrong : new long[] {low - 1, high + 1}) {
          assertThatThrownBy(() -> IpSettings.parse(Map.of(setting.key(), wrong)))
              .isInstanceOf(SettingsException.class)
              .hasMessageContaining(setting.key())
              .hasMessageContaining(Long.toString(wrong))
              .hasMessageContaining(setting.range());
        }
      }
    }
  }

  @Test
  void refusesWordsThatAreNoChoiceUnknownKeysAndAnEmptyProbeRange() {
    assertThatThrownBy(() -> IpSettings.parse(Map.of("conflictDetection", "maybe")))
        .hasMessageContaining("optimistic");
    assertThatThrownBy(() -> IpSettings.parse(Map.of("tableFlip", 1)))
        .hasMessageContaining("tableFlip");
    assertThatThrownBy(() -> IpSettings.parse(Map.of("arpProbeMinimumMs", 3000)))
        .hasMessageContaining("arpProbeMaximumMs");
  }

  @Test
  void hasAMetatypeDefinitionThatSaysTheSame() throws Exception {
    Map<String, Element> attributes = new LinkedHashMap<>();
    Document document;
    try (InputStream in = IpSettingsTest.class.getResourceAsStream(METATYPE)) {
      document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
    }
    Element designate = (Element) document.getElementsByTagName("Designate").item(0);
    assertThat(designate.getAttribute("pid")).isEqualTo(IpSettings.PID);
    for (Element ad : elements(document.getElementsByTagName("AD"))) {
      attributes.put(ad.getAttribute("id"), ad);
    }
    List<String> keys = IpSettings.SCHEMA.settings().stream().map(Setting::key).toList();
    assertThat(List.copyOf(attributes.keySet())).containsExactlyInAnyOrderElementsOf(keys);
    for (Setting<?> setting : IpSettings.SCHEMA.settings()) {
      compare(setting, attributes.get(setting.key()));
    }
  }

  private static void compare(Setting<?> setting, Element ad) {
    String key = setting.key();
    assertThat(ad.getAttribute("default")).as(key).isEqualTo(setting.defaultValue().toString());
    assertThat(ad.getAttribute("type")).as(key).isEqualTo(setting.type().getSimpleName());
    assertThat(ad.getAttribute("description")).as(key).isEqualTo(setting.description());
    assertThat(ad.getAttribute("required")).as(key).isEqualTo("false");
    String unit = setting.unit().isEmpty() ? "" : " (" + setting.unit() + ")";
    assertThat(ad.getAttribute("name")).isEqualTo(key + unit);
    if (setting.type() == Long.class) {
      assertThat(ad.getAttribute("min")).as(key).isEqualTo(Long.toString((long) setting.minimum()));
      assertThat(ad.getAttribute("max")).as(key).isEqualTo(Long.toString((long) setting.maximum()));
    }
    List<String> options =
        elements(ad.getElementsByTagName("Option")).stream()
            .map(option -> option.getAttribute("value"))
            .toList();
    assertThat(options).as(key).isEqualTo(setting.choices());
  }

  private static List<Element> elements(NodeList nodes) {
    return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
  }

  @Test
  void leavesAStackThatIsNotConfiguredAtItsDefaults() {
    IpFixture f = new IpFixture();
    f.lane.configured = false;
    f.set("defaultTtl", 5);
    f.open(io.karavel.engine.Handover.empty("ip"));
    f.expectNothingLeftOf(1);
    f.meetPeer();
    f.send(f.datagram(0, IpFixture.PEER, 6, new byte[20]));
    assertThat(f.sent()[14 + 8]).isEqualTo((byte) 64);
  }
}
