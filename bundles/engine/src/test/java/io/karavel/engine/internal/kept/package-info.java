/** Tests of the file of kept connections. */
package io.karavel.engine.internal.kept;
