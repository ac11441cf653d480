/**
 * What management decides above single modules. {@link
 * io.karavel.control.internal.ControlComponent} brings the settings; each part has a package and a
 * component of its own: {@code modules} swaps modules.
 */
package io.karavel.control.internal;
