/** The few Linux calls that the engine and the drivers share. */
@Export
@Version("0.1.0")
package io.karavel.linux;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
