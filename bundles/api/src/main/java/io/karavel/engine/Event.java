package io.karavel.engine;

/**
 * Something that happened, as {@code net:events} shows it.
 *
 * @param sequence grows by one per event of a lane
 * @param timeNanos on the lane's clock
 * @param kind a short word: "state", "module", "config", "device", "neighbour" …
 * @param subject what it happened to: a connection id, a slot, a device
 * @param text what happened
 */
public record Event(long sequence, long timeNanos, String kind, String subject, String text) {}
