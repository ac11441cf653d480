/** Each of the seven messages of a connection's life lost once, several times and for ever. */
package io.karavel.scripts.lost;
