/** A bundle whose module hangs, for tests that install it. */
package io.karavel.itests.hang;
