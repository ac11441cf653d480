package io.karavel.control;

/**
 * Keeps the records of what people changed. A service of {@code control}; while it is away the
 * shell writes the same record to the log. Any thread.
 */
public interface Audit {
  /** Takes a record: into the audit log, through Event Admin, and into the events. */
  void record(AuditRecord entry);

  /**
   * Takes a record that several may have made of one occasion, such as two versions of the shell
   * beside each other: that of whoever comes first, so that none is missing when one of them goes.
   *
   * @param occasion what it is about: equal for all who tell of it, and for nothing else; it is
   *     kept by a weak reference
   */
  default void recordOnce(Object occasion, AuditRecord entry) {
    record(entry);
  }
}
