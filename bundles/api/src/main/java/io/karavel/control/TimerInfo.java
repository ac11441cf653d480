package io.karavel.control;

/**
 * The armed timers of one kind on one lane.
 *
 * @param lane index of the lane
 * @param kind the kind
 * @param armed how many
 * @param nextNanos nanoseconds until the earliest is due; negative if overdue
 */
public record TimerInfo(int lane, String kind, int armed, long nextNanos) {}
