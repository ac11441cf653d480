/**
 * The appliance as the shell and other management see it. {@link io.karavel.control.Appliance} is a
 * lasting service of the engine: it works while any module is away.
 */
@Export
@Version("0.1.0")
package io.karavel.control;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
