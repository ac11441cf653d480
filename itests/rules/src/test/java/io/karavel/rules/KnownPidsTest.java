package io.karavel.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.karavel.control.internal.configuration.KnownPids;
import io.karavel.engine.SettingsSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What net:config-set knows is what there is. */
class KnownPidsTest {
  @Test
  void everySchemaIsKnownToTransactions() {
    Map<String, SettingsSchema> schemas = Schemas.all();
    List<String> known = new ArrayList<>(KnownPids.singletons());
    known.addAll(KnownPids.factories());
    assertThat(known).containsExactlyInAnyOrderElementsOf(schemas.keySet());
    schemas.forEach((pid, schema) -> assertThat(KnownPids.schema(pid)).isSameAs(schema));
  }
}
