/** Whole transfers between stacks over bad cables, and modules replaced under them. */
package io.karavel.scripts.whole;
