/** The stack as BSD sockets of Linux show it: results, error numbers, poll, ioctl, options. */
package io.karavel.scripts.sockets;
