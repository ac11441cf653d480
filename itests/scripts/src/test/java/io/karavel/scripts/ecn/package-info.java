/** Explicit congestion notification: RFC 3168. */
package io.karavel.scripts.ecn;
