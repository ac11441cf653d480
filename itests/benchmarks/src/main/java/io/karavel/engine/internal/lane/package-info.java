/** Benchmarks of what only the lane's own package can call. */
package io.karavel.engine.internal.lane;
