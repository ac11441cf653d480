/** Opening: the three-way handshake, data on it, historic connections, queues, cookies. */
package io.karavel.scripts.opening;
