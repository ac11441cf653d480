/**
 * What looks at the wire and disturbs it on purpose: captures, connection traces, the loss
 * laboratory and impairments, all standing on the engine's tap points. {@link
 * io.karavel.diagnostics.internal.DiagnosticsComponent} puts the parts together; {@link
 * io.karavel.diagnostics.internal.Ground} is what they have of the appliance.
 */
package io.karavel.diagnostics.internal;
