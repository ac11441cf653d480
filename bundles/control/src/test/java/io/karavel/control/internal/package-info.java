/** Tests of {@code io.karavel.control.internal}. */
package io.karavel.control.internal;
