/** Tests of swaps. */
package io.karavel.control.internal.modules;
