/** Tests of the engine's OSGi side. */
package io.karavel.engine.internal;
