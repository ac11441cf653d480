/**
 * The Linux kernel as the peer, in network namespaces that the tests make.
 *
 * <p>{@link io.karavel.interop.NetworkNamespace} is a namespace with a name of its own, in which
 * commands are run; {@link io.karavel.interop.StackProcess} is a stack in a JVM of its own inside
 * such a namespace, attached to the kernel there through a TAP or TUN, which takes commands and
 * answers in lines ({@link io.karavel.interop.StackMain} lists them). A test says with {@link
 * io.karavel.interop.Requires} what it needs; where that is missing it is reported as skipped, with
 * the reason. Namespaces and processes are gone after a test in every case; what a killed run left
 * behind is removed by the next.
 */
package io.karavel.interop;
