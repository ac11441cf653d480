/** Tests of the core, each concern by tables, the whole by two cores on a virtual clock. */
package io.karavel.tcp.internal.connection;
