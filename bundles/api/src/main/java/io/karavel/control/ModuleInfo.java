package io.karavel.control;

/**
 * A slot and its module on a lane.
 *
 * @param stack name of the stack
 * @param lane index of the lane
 * @param slot name of the slot
 * @param bundle symbolic name of the bundle it comes from; empty while the slot is empty
 * @param version version of that bundle
 * @param generation how many modules the slot has seen
 * @param state "running", "leaving" (at work until its successor is there), "empty" (never had
 *     one), "parked" (state kept, waiting), "crashed"
 * @param sinceNanos age of that state in nanoseconds
 * @param parked packets that wait
 * @param crashes how often its modules crashed
 * @param lastError the last error in words; empty if none
 */
public record ModuleInfo(
    String stack,
    int lane,
    String slot,
    String bundle,
    String version,
    int generation,
    String state,
    long sinceNanos,
    int parked,
    long crashes,
    String lastError) {}
