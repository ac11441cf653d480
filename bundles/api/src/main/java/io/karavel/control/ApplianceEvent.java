package io.karavel.control;

import java.time.Instant;

/**
 * Something that happened to the appliance as a whole.
 *
 * @param sequence grows by one per event
 * @param time when
 * @param kind a short word: "config", "command", "drop", "swap" …
 * @param subject what it happened to: a PID, a command, a drop reason, a slot
 * @param text what happened
 */
public record ApplianceEvent(
    long sequence, Instant time, String kind, String subject, String text) {}
