/** The connection manager around the TCP core. */
package io.karavel.tcp.internal;
