package io.karavel.control.internal.configuration;

/**
 * The configuration through JMX, as {@code io.karavel:type=Configuration}. Keys are written as for
 * net:config-set.
 */
public interface ConfigurationMBean {
  /** Every key, stored value, value in force and source, between tabs. */
  String[] listValues();

  /** The stored value of a key, else its default. */
  String getValue(String name);

  /** Changes keys together or not at all; says how it was taken. */
  String setValues(String[] assignments);

  /** Likewise, and goes back by itself unless {@link #confirm} is called in time. */
  String setValues(String[] assignments, int confirmSeconds);

  /** What a change would do, a line each. */
  String[] listEffects(String[] assignments);

  /** The changes so far, latest first, a line each. */
  String[] listHistory();

  /** Gives the keys of a change the values before it; 0 is the last. */
  String rollback(long id);

  /** Keeps the change that waits to be confirmed. */
  String confirm();
}
