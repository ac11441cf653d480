package io.karavel.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.karavel.engine.Setting;
import io.karavel.engine.SettingsSchema;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The Metatype definitions in the bundles say what the settings in the api say. */
class MetatypeTest {
  private static final String DEFINITION =
      "org.osgi.service.metatype.annotations.ObjectClassDefinition";

  private static Map<String, SettingsSchema> schemas;
  private static Map<String, List<String>> definitions;

  /** Only a build by Maven has bnd write the definitions; there they must be. */
  @BeforeAll
  static void readAllBundles() throws Exception {
    assumeThat(System.getProperty("basedir"))
        .as("Maven's directory: compiled without it and so without bnd there are no definitions")
        .isNotNull();
    schemas = Schemas.all();
    definitions = definitions();
  }

  static Stream<String> pids() {
    return schemas.keySet().stream();
  }

  @Test
  void everySchemaHasOneDefinitionAndEveryDefinitionASchema() throws Exception {
    assertThat(definitions.keySet()).isEqualTo(schemas.keySet());
  }

  @ParameterizedTest
  @MethodSource("pids")
  void theDefinitionEqualsTheSchema(String pid) {
    List<String> expected =
        schemas.get(pid).settings().stream().map(MetatypeTest::attribute).toList();
    assertThat(definitions).containsEntry(pid, expected);
  }

  private static String attribute(Setting<?> setting) {
    boolean whole = setting.type() == Long.class;
    boolean number = whole || setting.type() == Double.class;
    return line(
        setting.key(),
        setting.unit().isEmpty() ? setting.key() : setting.key() + " (" + setting.unit() + ")",
        setting.description(),
        String.valueOf(setting.defaultValue()),
        number ? bound(setting.minimum(), whole) : "",
        number ? bound(setting.maximum(), whole) : "",
        setting.type().getSimpleName(),
        String.join(",", setting.choices()));
  }

  private static String bound(double value, boolean whole) {
    return whole ? Long.toString((long) value) : Double.toString(value);
  }

  /** What the bundles on the class path define, by PID: bnd names each file after its class. */
  private static Map<String, List<String>> definitions() throws Exception {
    Map<String, List<String>> definitions = new TreeMap<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.karavel")) {
      if (!type.isAnnotatedWith(DEFINITION)) {
        continue;
      }
      String name = "/OSGI-INF/metatype/" + type.getName() + ".xml";
      try (InputStream file = MetatypeTest.class.getResourceAsStream(name)) {
        assertThat(file).as(name).isNotNull();
        Document xml = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file);
        Element designate = (Element) xml.getElementsByTagName("Designate").item(0);
        assertThat(designate).as("the PID that %s is for", name).isNotNull();
        String factory = designate.getAttribute("factoryPid");
        String pid = factory.isEmpty() ? designate.getAttribute("pid") : factory;
        assertThat(definitions.put(pid, attributes(xml))).as("a second one of %s", pid).isNull();
      }
    }
    return definitions;
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
          line(
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

  private static String line(String... parts) {
    return String.join("|", parts);
  }
}
