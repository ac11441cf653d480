/** Keepalive, zero windows, and parameters changed while connections wait on them. */
package io.karavel.scripts.live;
