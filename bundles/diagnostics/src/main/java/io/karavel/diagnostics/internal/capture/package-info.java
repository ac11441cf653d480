/**
 * Recording frames. On the lane: {@link io.karavel.diagnostics.internal.capture.RecorderTap}
 * filters and copies into a {@link io.karavel.diagnostics.internal.capture.RecordRing}; everything
 * slow (text, files) is done by the thread that reads the ring. What finds no room is lost to the
 * capture and counted; the lane never waits.
 */
package io.karavel.diagnostics.internal.capture;
