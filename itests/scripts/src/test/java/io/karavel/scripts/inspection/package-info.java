/** What management sees of the stack, and what looking costs. */
package io.karavel.scripts.inspection;
