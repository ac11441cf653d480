/** Fast Open: RFC 7413, both sides. */
package io.karavel.scripts.fastopen;
