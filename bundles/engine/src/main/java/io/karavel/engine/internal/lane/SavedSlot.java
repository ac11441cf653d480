package io.karavel.engine.internal.lane;

import io.karavel.engine.Handover;

/**
 * The state of a slot that goes to disk, or comes from there.
 *
 * @param slot name of the slot
 * @param state what its module said
 */
public record SavedSlot(String slot, Handover state) {}
