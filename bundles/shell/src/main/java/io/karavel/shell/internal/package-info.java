/** Karaf commands. */
package io.karavel.shell.internal;
