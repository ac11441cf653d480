package io.karavel.control;

import java.time.Instant;

/**
 * A swap that was tried.
 *
 * @param time when it began
 * @param bundle symbolic name of the module's bundle
 * @param from version at work before; of a canary that was taken back, the canary's
 * @param to version of the newcomer; of a canary that was taken back, the one at work
 * @param url where the newcomer came from
 * @param result "committed", "rolled back", "refused", "rehearsed"; "canary" if both versions run
 *     since, "taken back" if that was ended by going back
 * @param connections TCP connections of all stacks when it began, of a canary those that it had; -1
 *     if unknown
 * @param slots slots that were swapped
 * @param longestPauseNanos longest time that a lane stood still for it
 * @param wholeNanos longest time from the beginning to the end in one slot, with what its lane did
 *     in between
 * @param reason why it was refused or rolled back; else empty
 */
public record SwapRecord(
    Instant time,
    String bundle,
    String from,
    String to,
    String url,
    String result,
    int connections,
    int slots,
    long longestPauseNanos,
    long wholeNanos,
    String reason) {}
