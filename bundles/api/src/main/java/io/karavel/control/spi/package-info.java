/** What the engine offers to management alone: the slots and what is swapped in them. */
@Export
@Version("0.1.0")
package io.karavel.control.spi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
