/**
 * What {@code net:doctor} finds: a {@link io.karavel.shell.internal.doctor.Snapshot} of counters
 * and tables, and one {@link io.karavel.shell.internal.doctor.Check} for each thing that can be
 * wrong, all registered in {@link io.karavel.shell.internal.doctor.Checks}.
 */
package io.karavel.shell.internal.doctor;
