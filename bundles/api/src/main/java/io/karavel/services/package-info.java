/**
 * The built-in services as configuration and the shell see them: {@link
 * io.karavel.services.ServicesSettings} is what PID {@code io.karavel.services} says, {@link
 * io.karavel.services.BuiltInServices} opens one on a further port.
 */
@Export
@Version("0.1.0")
package io.karavel.services;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
