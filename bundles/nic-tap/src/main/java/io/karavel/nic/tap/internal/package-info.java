/** Linux TAP and TUN devices. */
package io.karavel.nic.tap.internal;
