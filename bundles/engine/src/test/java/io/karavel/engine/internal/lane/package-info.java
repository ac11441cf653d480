/** Tests of the lane on virtual time, without threads. */
package io.karavel.engine.internal.lane;
