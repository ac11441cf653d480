package io.karavel.control;

import java.util.List;

/**
 * The one way to change the configuration as a whole: a service of the bundle control. Any thread;
 * changes are made one after the other, each of all its keys or of none, whatever happens to the
 * appliance meanwhile.
 *
 * <p>A key is written {@code PID.KEY=VALUE}, {@code io.karavel.} left out or not ({@code
 * tcp.synRetries=3}, {@code nic.memory~cable0.mtu=1400}); without a PID if only one has such a key;
 * or as the sysctl of Linux that means the same ({@code net.ipv4.tcp_syn_retries=3}). No value is
 * the default.
 */
public interface Configurations {
  /** Who changes something, and through which door. */
  record Author(String user, String door) {}

  /** Every key of every PID and instance. */
  List<ConfigurationValue> values();

  /**
   * The keys that a name stands for: a key, a sysctl, or a PID for all its keys.
   *
   * @throws ConfigurationException if there is no such key
   */
  List<ConfigurationValue> values(String name) throws ConfigurationException;

  /**
   * Says what a change would do; changes nothing.
   *
   * @throws ConfigurationException as {@link #set}
   */
  ConfigurationPlan plan(List<String> assignments) throws ConfigurationException;

  /**
   * Changes keys: checks all, writes all, waits until the modules have taken them.
   *
   * @param confirmSeconds time after which it goes back by itself unless {@link #confirm} is
   *     called; 0 is never
   * @throws ConfigurationException if anything about it is wrong, a module did not take it, or
   *     another change waits to be confirmed; nothing has changed then
   */
  ConfigurationResult set(List<String> assignments, int confirmSeconds, Author author)
      throws ConfigurationException;

  /**
   * What {@link #rollback} would do.
   *
   * @throws ConfigurationException as it
   */
  ConfigurationPlan planRollback(long id, boolean force) throws ConfigurationException;

  /**
   * Gives the keys of a change the values they had before it. One that waits to be confirmed is
   * taken back by this too.
   *
   * @param id its number; 0 is the last change that is in force
   * @param force whether keys that were changed again since are brought back all the same
   * @throws ConfigurationException as {@link #set}
   */
  ConfigurationResult rollback(long id, boolean force, Author author) throws ConfigurationException;

  /**
   * Keeps the change that waits to be confirmed.
   *
   * @throws ConfigurationException if none does
   */
  ConfigurationRecord confirm(Author author) throws ConfigurationException;

  /** The change that waits to be confirmed with the seconds left, or null. */
  Pending pending();

  /** The changes so far through whatever door, latest first. */
  List<ConfigurationRecord> history();

  /**
   * A change that waits to be confirmed.
   *
   * @param id its number
   * @param changes its keys
   * @param secondsLeft until it goes back by itself
   */
  record Pending(long id, List<KeyChange> changes, int secondsLeft) {}
}
