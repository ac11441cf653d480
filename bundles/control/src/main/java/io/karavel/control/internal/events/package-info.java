/** The events that no lane notes by itself, in one bounded ring, and who notes them. */
package io.karavel.control.internal.events;
