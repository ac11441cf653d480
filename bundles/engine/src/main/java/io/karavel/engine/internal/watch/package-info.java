/**
 * What stacks send and get, judged by frames and byte rings alone and not by what a module says of
 * itself: how a module is watched after a swap. {@link io.karavel.engine.internal.watch.WireWatch}
 * is the tap, {@link io.karavel.engine.internal.watch.WatchedFlow} holds the rules.
 */
package io.karavel.engine.internal.watch;
