package io.karavel.rules;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.karavel.engine.SettingsSchema;
import java.util.Map;
import java.util.TreeMap;

/** Every settings schema of the appliance, found by its constant {@code SCHEMA}. */
final class Schemas {
  private Schemas() {}

  /** The schemas by PID. */
  static Map<String, SettingsSchema> all() {
    JavaClasses production =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.karavel");
    Map<String, SettingsSchema> schemas = new TreeMap<>();
    for (JavaClass type : production) {
      type.tryGetField("SCHEMA")
          .filter(field -> field.getRawType().isEquivalentTo(SettingsSchema.class))
          .ifPresent(
              field -> {
                try {
                  SettingsSchema schema = (SettingsSchema) field.reflect().get(null);
                  schemas.put(schema.pid(), schema);
                } catch (IllegalAccessException e) {
                  throw new AssertionError(field.getFullName() + " must be public", e);
                }
              });
    }
    return schemas;
  }
}
