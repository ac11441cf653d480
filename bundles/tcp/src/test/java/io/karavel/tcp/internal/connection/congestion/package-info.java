/** Tests of the built-in congestion controls against their RFCs. */
package io.karavel.tcp.internal.connection.congestion;
