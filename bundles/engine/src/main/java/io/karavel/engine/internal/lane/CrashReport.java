package io.karavel.engine.internal.lane;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What is known of the crash of a module. Nothing in it refers to the module's classes.
 *
 * @param stack name of the stack
 * @param lane index of the lane
 * @param slot name of the slot
 * @param bundle symbolic name and version of the module's bundle
 * @param trace the stack trace as text
 * @param outcome what the engine did about it
 * @param frame the bytes of the frame that was being served, for reading; or null if it was none
 * @param interfaceName the interface it came in by; empty if it was none
 * @param ethernet whether the frame has an Ethernet header
 * @param events the latest events of the lane, oldest first
 */
public record CrashReport(
    String stack,
    int lane,
    String slot,
    String bundle,
    String trace,
    String outcome,
    ByteBuffer frame,
    String interfaceName,
    boolean ethernet,
    List<String> events) {}
