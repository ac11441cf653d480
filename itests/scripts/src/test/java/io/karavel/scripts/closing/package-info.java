/** Closing: every order of the four messages, half-open ends, TIME-WAIT, resets. */
package io.karavel.scripts.closing;
