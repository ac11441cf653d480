/** Segments on an open connection: acceptance, acknowledgements, windows, options, ICMP. */
package io.karavel.scripts.segments;
