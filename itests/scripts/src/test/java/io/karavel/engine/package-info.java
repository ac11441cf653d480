/** Looks into hand-over forms, for tests of versions. */
package io.karavel.engine;
