package io.karavel.control;

/**
 * Keeps the records of what people changed. A service of {@code control}; while it is away the
 * shell writes the same record to the log. Any thread.
 */
public interface Audit {
  /** Takes a record: into the audit log, through Event Admin, and into the events. */
  void record(AuditRecord entry);
}
