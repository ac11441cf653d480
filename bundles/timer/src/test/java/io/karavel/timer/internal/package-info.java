/** Tests of the timing wheel and the keepalive policy. */
package io.karavel.timer.internal;
