package io.karavel.control;

/**
 * A bundle of Karavel.
 *
 * @param bundle symbolic name
 * @param bundleId number of the bundle
 * @param version its version
 * @param state "active", "watched" (swapped in, not committed), "canary" (has some of the TCP
 *     connections), "resolved" …
 * @param slots how many slots its modules are at work in, over all stacks and lanes; {@link
 *     #SLOTS_UNKNOWN} if a lane does not answer
 * @param feature feature that it belongs to; empty if none
 * @param differs how it differs from what the feature says; empty if it does not
 * @param figures how its connections do while a canary runs, of it or beside it; else null
 */
public record ModuleVersion(
    String bundle,
    long bundleId,
    String version,
    String state,
    int slots,
    String feature,
    String differs,
    ConnectionFigures figures) {
  /** {@link #slots()} while a lane does not answer: it is not known who is at work or a canary. */
  public static final int SLOTS_UNKNOWN = -1;
}
