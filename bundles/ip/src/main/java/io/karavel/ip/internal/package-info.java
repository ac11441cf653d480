/** Ethernet, neighbours, IPv4, ICMP, fragments and routes. */
package io.karavel.ip.internal;
