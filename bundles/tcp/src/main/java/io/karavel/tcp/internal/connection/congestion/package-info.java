/** Congestion controls that come with the core. */
package io.karavel.tcp.internal.connection.congestion;
