/** What becomes of successors that are no good. */
package io.karavel.scripts.swapped;
