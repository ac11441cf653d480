package io.karavel.engine.internal.lane;

import io.karavel.engine.EngineSettings;
import io.karavel.engine.NanoClock;
import java.util.function.Supplier;

/**
 * What a lane is assembled from.
 *
 * @param stack name of the stack
 * @param index index of the lane within it
 * @param configured whether Config Admin governs the stack
 * @param clock the time
 * @param settings the engine's settings in force; asked once per turn, any thread
 * @param shared the lasting objects of the stack
 * @param secrets the secrets of the stack
 * @param seed of {@link io.karavel.engine.LaneContext#random}
 */
public record LaneSetup(
    String stack,
    int index,
    boolean configured,
    NanoClock clock,
    Supplier<EngineSettings> settings,
    SharedObjects shared,
    Secrets secrets,
    long seed) {}
