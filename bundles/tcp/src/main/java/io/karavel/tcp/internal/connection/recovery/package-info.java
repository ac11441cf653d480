/** Round-trip times, what was sent and not acknowledged, and which of it is lost. */
package io.karavel.tcp.internal.connection.recovery;
