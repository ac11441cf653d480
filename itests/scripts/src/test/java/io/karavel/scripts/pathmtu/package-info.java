/** The path's MTU, as routers tell it (RFC 1191, RFC 5927) and as TCP finds it out (RFC 4821). */
package io.karavel.scripts.pathmtu;
