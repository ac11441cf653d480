/**
 * Packets as files: pcapng, which Wireshark and tshark read. Used by captures, by the quarantine of
 * frames that made a module crash, and by tests that keep a failing trace.
 */
@Export
@Version("0.1.0")
package io.karavel.capture;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
