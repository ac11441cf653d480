package io.karavel.shell.internal.doctor;

/**
 * Something that is wrong.
 *
 * @param name a word for it, stable
 * @param now whether it goes on; else it has happened since the start
 * @param symptom what is seen, with its figures
 * @param cause why, in words
 * @param command what to run: it mends it, or shows whom to ask
 */
public record Finding(String name, boolean now, String symptom, String cause, String command) {}
