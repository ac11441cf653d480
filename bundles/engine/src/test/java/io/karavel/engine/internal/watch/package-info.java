/** Tests of what is seen on the wires after a swap. */
package io.karavel.engine.internal.watch;
