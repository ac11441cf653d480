/** Captures, traces, the loss laboratory and impairments over whole stacks on virtual time. */
package io.karavel.scripts.diagnostics;
