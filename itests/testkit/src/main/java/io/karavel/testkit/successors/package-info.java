/**
 * Successors that are no good, for tests of what becomes of them: {@link
 * io.karavel.testkit.successors.BadSuccessors} has them by name, {@link
 * io.karavel.testkit.successors.TamperedTcp} misbehaves on the wire alone.
 *
 * <p>They need the api bundle and Java only, so that {@link
 * io.karavel.testkit.successors.BadBundle} works inside of a bundle that is a copy of a real one
 * with these classes put in.
 */
package io.karavel.testkit.successors;
