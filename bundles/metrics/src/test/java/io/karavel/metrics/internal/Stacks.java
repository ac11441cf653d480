package io.karavel.metrics.internal;

import io.karavel.control.Appliance;
import io.karavel.engine.Counters;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An appliance that has nothing but stacks with counters. */
final class Stacks {
  final Map<String, List<Counters>> lanes = new TreeMap<>();

  Appliance appliance() {
    return (Appliance)
        Proxy.newProxyInstance(
            Stacks.class.getClassLoader(),
            new Class<?>[] {Appliance.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "stacks" -> List.copyOf(lanes.keySet());
                  case "counterSets" -> lanes.get(arguments[0]);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
