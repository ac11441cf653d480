/** Virtual cables. */
package io.karavel.nic.memory.internal;
