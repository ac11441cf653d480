/** Lanes, slots, parking and kept state. */
package io.karavel.engine.internal;
