/**
 * The commands of the scopes net, nic, ip, tcp and timer.
 *
 * <p>A command parses its arguments, asks a service, and prints. {@link
 * io.karavel.shell.internal.ApplianceCommand} finds the services anew in each run, so that a
 * command stays there while modules come and go; {@link io.karavel.shell.internal.ReportingCommand}
 * adds {@code --json} and {@code --no-format}, {@link io.karavel.shell.internal.Listing} is a table
 * in all three forms, {@link io.karavel.shell.internal.Report} a single thing. {@code
 * docs/commands.md} is made from the annotations by a test.
 */
package io.karavel.shell.internal;
