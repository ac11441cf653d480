package io.karavel.metrics.internal;

/**
 * A metric of a stack.
 *
 * @param stack name of the stack
 * @param name the counter's name, as in {@code net:counters}
 * @param level whether it goes up and down
 */
record MetricName(String stack, String name, boolean level) {
  /** The name in the registry. */
  String inRegistry() {
    return stack + "." + name;
  }
}
