/** Connections that go to disk and go on in a stack made anew. */
package io.karavel.scripts.restarted;
