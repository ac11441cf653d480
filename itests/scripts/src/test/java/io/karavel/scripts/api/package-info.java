/** What applications ask of connections: binding, ports, linger, limits, errors told apart. */
package io.karavel.scripts.api;
