/** Tests of round-trip times and of the map of sent segments. */
package io.karavel.tcp.internal.connection.recovery;
