/**
 * The real distribution in Pax Exam, and the launcher.
 *
 * <p>A class that ends in {@code IT} and is run by {@code PaxExam} is executed inside the
 * appliance: it is copied into a bundle there, so it may only use what the appliance has (JUnit 4,
 * Karaf's API, the exported packages of Karavel, jackson-core). {@link
 * io.karavel.itests.Distribution} says how the appliance is started, {@link
 * io.karavel.itests.Console} runs shell commands, {@link io.karavel.itests.Poll} waits for what
 * configuration changes bring about asynchronously.
 */
package io.karavel.itests;
