/**
 * IP as the applications and the shell see it: interface settings, and the values that describe
 * addresses, routes and neighbours. What binds IP to its neighbours in the stack is in {@link
 * io.karavel.ip.spi}.
 */
@Export
@Version("0.1.0")
package io.karavel.ip;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
